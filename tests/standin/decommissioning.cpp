// See decommissioning.hpp. The order and the failures are those of CrateDB's source.
#include "tests/standin/decommissioning.hpp"

#include <algorithm>
#include <utility>

namespace standin {

namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr auto kAskAgain = 1s;

} // namespace

bool Decommissioning::begin(const ClusterState& state, Clock::time_point now) {
    if (isUnderWay()) {
        return false;
    }
    rules_ = gracefulStopOf(state, configured_);
    phase_ = Phase::moving;
    deadline_ = now + rules_.timeout;
    nextAsk_ = now;
    // With a single node there is nothing to move to, and min_availability is ignored.
    if (rules_.availability == Availability::none || state.nodes.size() < 2) {
        drain(now);
    }
    return true;
}

void Decommissioning::drain(Clock::time_point now) {
    phase_ = Phase::draining;
    deadline_ = now + rules_.timeout;
}

Decommissioning::Step Decommissioning::tick(const ClusterState& state, std::size_t activeRequests,
                                            Clock::time_point now) {
    switch (phase_) {
    case Phase::none: return {};
    case Phase::moving: return move(state, now);
    case Phase::leaving: return {std::nullopt, "", false, now >= exitAt_};
    case Phase::draining: break;
    }
    if (activeRequests == 0) {
        phase_ = Phase::leaving;
        exitAt_ = now + last_;
        return {std::nullopt, "There are no more active requests, exiting soon", false, false};
    }
    return now > deadline_ ? giveUp("waited too long for pending requests to finish") : Step{};
}

// 'primaries' waits for a primary everywhere, 'full' for all copies and, as the manual has it, an empty node.
bool Decommissioning::hasMoved(const ClusterState& state) const {
    if (!state.transientSettings.contains(std::string(kDecommissionPrefix) + nodeId_)) {
        return false;
    }
    const TableHealth health = healthOf(state.table, state.nodes);
    if (rules_.availability == Availability::primaries) {
        return health.relocating == 0 && !health.isRed();
    }
    const bool holds =
        !state.table.type.empty() &&
        (state.table.primary == nodeId_ ||
         std::ranges::find(state.table.replicas, nodeId_, &Copy::node) != state.table.replicas.end());
    return health.relocating == 0 && health.isGreen() && !holds;
}

Decommissioning::Step Decommissioning::move(const ClusterState& state, Clock::time_point now) {
    if (hasMoved(state)) {
        drain(now);
        return {std::nullopt, "the copies of this node are where they have to be", false, false};
    }
    if (now > deadline_ && version_ < kTimeoutIsHeeded) {
        // Up to 6.4.3 a health that did not come in time is no failure, and force=false is not looked at.
        drain(now);
        return {std::nullopt, "timed out waiting for the cluster's health, continuing anyway", false, false};
    }
    if (now > deadline_) {
        return giveUp("timed out waiting for the cluster's health");
    }
    Step step;
    if (now >= nextAsk_) {
        nextAsk_ = now + kAskAgain;
        step.change = json{{"what", "set"},
                           {"persistent", false},
                           {"settings", {{std::string(kDecommissionPrefix) + nodeId_, "true"}}}};
    }
    return step;
}

Decommissioning::Step Decommissioning::giveUp(const std::string& reason) {
    phase_ = Phase::none;
    if (rules_.force) {
        return {std::nullopt, "Forcing the exit: " + reason, false, true};
    }
    const std::string name = std::string(kDecommissionPrefix) + nodeId_;
    return {json{{"what", "reset"}, {"names", {name}}}, "Aborting graceful shutdown due to error: " + reason,
            true, false};
}

} // namespace standin
