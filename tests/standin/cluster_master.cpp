// See cluster.hpp. This file: the master. It publishes one state after another, each only after the one before it is
// committed, and repeats the latest with every heartbeat.
#include "tests/standin/cluster.hpp"
#include "tests/standin/cluster_change.hpp"

#include <algorithm>
#include <utility>

namespace standin {

namespace {

using nlohmann::json;

constexpr std::size_t kMostNodes = 64;
constexpr std::size_t kMostWishes = 256;

} // namespace

void Cluster::becomeMaster(Clock::time_point now) {
    mode_ = Mode::master;
    nextElection_.reset();
    peers_.clear();
    heardOf_.clear();
    joiners_.clear();
    acknowledged_.clear();
    committedVersion_ = 0;
    wishes_.clear();
    known_.clear();
    synced_.clear();
    ClusterState next = durable_.accepted;
    next.term = durable_.currentTerm;
    ++next.version;
    next.masterId = local_.id;
    next.uuid = next.uuid.empty() ? newUuid_() : next.uuid;
    next.nodes.clear();
    for (const auto& [id, voter] : voters_) {
        next.nodes.push_back(voter);
    }
    remark("elected-as-master ([" + std::to_string(voters_.size()) + "] nodes joined), term " +
           std::to_string(next.term));
    publish(std::move(next), now);
}

bool Cluster::isAlive(const std::string& id, Clock::time_point now) const {
    const auto found = acknowledged_.find(id);
    return id == local_.id ||
           (found != acknowledged_.end() && now - found->second.heard <= config_.failureTimeout);
}

void Cluster::lead(Clock::time_point now) {
    std::set<std::string> alive;
    for (const NodeInfo& node : durable_.accepted.nodes) {
        if (isAlive(node.id, now)) {
            alive.insert(node.id);
        }
    }
    if (!isQuorum(durable_.accepted, alive)) {
        loseMaster("not enough master-eligible nodes answer", now);
        return;
    }
    update(now);
    if (now >= nextHeartbeat_) {
        sendState(now);
    }
}

// Publishes who has come and who has gone and what was wished for, once the state before is committed.
void Cluster::update(Clock::time_point now) {
    if (committedVersion_ != durable_.accepted.version) {
        return;
    }
    ClusterState next = durable_.accepted;
    takeGoneAndCome(next, now);
    recoverWhenDue(next, now);
    for (const json& wish : std::exchange(wishes_, {})) {
        next = next.recovered ? applyChange(std::move(next), wish) : next;
    }
    for (Copy& copy : next.table.replicas) {
        copy.inSync = copy.inSync || synced_.contains(copy.allocation);
    }
    if (next.recovered) {
        next.table = allocate(std::move(next.table), next.nodes, rulesOf(next, config_.configured));
    }
    next.votingNodes = reconfigure(next.votingNodes, next.nodes, local_.id);
    if (next == durable_.accepted) {
        return;
    }
    ++next.version;
    publish(std::move(next), now);
}

void Cluster::takeGoneAndCome(ClusterState& next, Clock::time_point now) {
    std::erase_if(next.nodes, [this, now](const NodeInfo& node) {
        const bool gone = !isAlive(node.id, now);
        if (gone) {
            remark("node-left[" + describe(node) + " reason: followers check retry count exceeded]");
        }
        return gone;
    });
    // Also of those that the election of a new master left out: the old master may have been told to leave.
    std::erase_if(next.transientSettings, [&next](const auto& setting) {
        return setting.first.starts_with(kDecommissionPrefix) &&
               findNode(next.nodes, setting.first.substr(kDecommissionPrefix.size())) == nullptr;
    });
    for (const auto& [id, joiner] : std::exchange(joiners_, {})) {
        const NodeInfo* known = findNode(next.nodes, id);
        if (known == nullptr || *known != joiner) {
            std::erase_if(next.nodes, [&id](const NodeInfo& node) { return node.id == id; });
            next.nodes.push_back(joiner);
            remark("node-join[" + describe(joiner) + "]");
        }
    }
}

// Once started, the time runs no matter which nodes come and go, as in CrateDB.
void Cluster::recoverWhenDue(ClusterState& next, Clock::time_point now) {
    if (next.recovered) {
        return;
    }
    const Gateway& gateway = config_.gateway;
    const auto count = static_cast<int>(next.nodes.size());
    const auto data = static_cast<int>(std::ranges::count_if(next.nodes, &NodeInfo::dataNode));
    const bool mayRecover = gateway.mayRecover(data, count);
    const bool mustWait = gateway.mustWait(data, count);
    if (mayRecover && mustWait && !recoverAt_) {
        recoverAt_ = now + *gateway.recoverAfterTime;
        remark("delaying initial state recovery for [" + std::to_string(gateway.recoverAfterTime->count()) +
               "ms]. expecting [" + std::to_string(gateway.expectedDataNodes) +
               "] data nodes, but only have [" + std::to_string(data) + "]");
    }
    if ((mayRecover && !mustWait) || (recoverAt_ && now >= *recoverAt_)) {
        next.recovered = true;
        next.table.primaryActive = false; // what was there before the start has to be allocated again
        remark("recovered [" + std::to_string(next.table.type.empty() ? 0 : 1) +
               "] indices into cluster_state");
    }
}

void Cluster::publish(ClusterState next, Clock::time_point now) {
    durable_.accepted = std::move(next);
    step_.changed = true;
    std::map<std::string, Acknowledged> known = std::exchange(acknowledged_, {});
    for (const NodeInfo& node : durable_.accepted.nodes) {
        const auto before = known.find(node.id);
        acknowledged_[node.id] = before == known.end() ? Acknowledged{0, now} : before->second;
    }
    acknowledged_[local_.id] = {durable_.accepted.version, now};
    sendState(now);
    commitIfAcknowledged(now);
}

void Cluster::commitIfAcknowledged(Clock::time_point now) {
    if (committedVersion_ == durable_.accepted.version) {
        return;
    }
    std::set<std::string> ids;
    for (const auto& [id, acknowledged] : acknowledged_) {
        if (acknowledged.version == durable_.accepted.version) {
            ids.insert(id);
        }
    }
    if (!isQuorum(durable_.accepted, ids)) {
        return;
    }
    committedVersion_ = durable_.accepted.version;
    apply();
    sendState(now);
    update(now);
}

void Cluster::sendState(Clock::time_point now) {
    nextHeartbeat_ = now + config_.heartbeatInterval;
    const json state = toJson(durable_.accepted);
    for (const NodeInfo& node : durable_.accepted.nodes) {
        if (node.id != local_.id) {
            say(node.transportAddress, "state",
                {{"to", node.id}, {"state", state}, {"committed", committedVersion_}});
        }
    }
}

// Why the joiner may not come in, or nothing.
std::string Cluster::refusalOf(const NodeInfo& joiner, const std::string& uuid, Clock::time_point now) const {
    if (!uuid.empty() && uuid != durable_.accepted.uuid) {
        return "join validation on cluster state with a different cluster uuid " + durable_.accepted.uuid +
               " than local cluster uuid " + uuid + ", rejecting";
    }
    const NodeInfo* known = joiner.id == local_.id ? &local_ : findNode(durable_.accepted.nodes, joiner.id);
    const bool isCopy =
        known != nullptr && known->transportAddress != joiner.transportAddress && isAlive(joiner.id, now);
    return isCopy ? "can't add node " + describe(joiner) + ", found existing node " + describe(*known) +
                        " with the same id but is a different node instance"
                  : "";
}

void Cluster::onJoin(const NodeInfo& from, const json& message, Clock::time_point now) {
    if (mode_ != Mode::master) {
        return;
    }
    if (const std::string refusal = refusalOf(from, textOf(message, "uuid"), now); !refusal.empty()) {
        warnOnce("failed to validate incoming join request from node [" + describe(from) + "]: " + refusal);
        say(from.transportAddress, "refused", {{"reason", refusal}});
        return;
    }
    if (durable_.accepted.nodes.size() + joiners_.size() >= kMostNodes) {
        return;
    }
    joiners_[from.id] = from;
    acknowledged_[from.id].heard = now;
    update(now);
}

// A change is asked for until it is seen to be in effect; it is made once.
void Cluster::onWish(const json& message, Clock::time_point now) {
    if (mode_ != Mode::master || textOf(message, "to") != local_.id || !durable_.accepted.recovered) {
        return;
    }
    if (textOf(message, "kind") == "insync") {
        synced_.insert(numberOf(message, "allocation"));
    } else if (const std::string id = textOf(message, "id"); std::ranges::find(known_, id) == known_.end()) {
        known_.push_back(id);
        if (known_.size() > kMostWishes) {
            known_.pop_front();
        }
        wishes_.push_back(partOf(message, "change"));
    }
    update(now);
}

void Cluster::onAcknowledged(const NodeInfo& from, const json& message, Clock::time_point now) {
    const std::int64_t term = numberOf(message, "term");
    const auto found = acknowledged_.find(from.id);
    if (mode_ != Mode::master || textOf(message, "to") != local_.id || found == acknowledged_.end()) {
        return;
    }
    if (term > durable_.currentTerm) {
        durable_.currentTerm = term;
        step_.changed = true;
        loseMaster("a later term has begun", now);
        return;
    }
    found->second = {term == durable_.currentTerm ? numberOf(message, "version") : 0, now};
    commitIfAcknowledged(now);
}

} // namespace standin
