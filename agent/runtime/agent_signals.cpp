// The part of agent.hpp that handles signals: reload the configuration, or stop.
#include "agent/runtime/agent.hpp"

#include "agent/runtime/log.hpp"

#include <utility>

namespace agent {
namespace {

using namespace std::chrono_literals;

constexpr hal::Duration kRevokeTime = 500ms; // for revoking the lease before the machine shuts down

} // namespace

void Agent::reload() {
    dependencies_.notifier.reloading();
    auto loaded = dependencies_.loadConfig();
    observed_.configErrors.clear();
    for (const auto& error : loaded.errors) {
        observed_.configErrors.push_back(error.text());
        log().error("{}", error.text());
    }
    if (!loaded.errors.empty() || !adopt(std::move(loaded.config))) {
        log().error("the new configuration was rejected, the last good one stays in effect");
    }
    schedule();
    dependencies_.notifier.ready();
}

bool Agent::adopt(Config config) {
    const Config before = std::exchange(config_, std::move(config));
    if (before.etcd != config_.etcd || before.clusterName != config_.clusterName) {
        const auto lease = session_->state().lease;
        // Another cluster gets a new lease; the keys under the old one expire with it.
        const auto status = openSession(before.clusterName == config_.clusterName ? lease : std::nullopt);
        logOnce_.report("connecting to etcd", status);
        if (!status) {
            config_ = before;
            return false;
        }
    }
    if (before.crate.httpPort != config_.crate.httpPort) {
        crate_ = dependencies_.connectCrate(config_.crate);
        held_ = false;
        asking_ = false;
    }
    probeHardware();
    log().info("the configuration was reloaded");
    return true;
}

void Agent::stop() {
    dependencies_.notifier.stopping();
    const bool goesDown = dependencies_.units.systemState() == "stopping";
    if (goesDown) {
        session_->revoke();
    }
    dependencies_.server.drain([this, goesDown] {
        ticker_ =
            dependencies_.loop.after(goesDown ? kRevokeTime : 0ms, [this] { dependencies_.loop.stop(0); });
    });
}

} // namespace agent
