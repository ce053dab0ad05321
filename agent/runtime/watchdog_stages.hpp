// Which stage has stopped making progress. A running loop alone does not prove health: the agent feeds the watchdog
// only while every stage finishes within its allowed time.
#pragma once

#include "hal/base/event_loop.hpp"

#include <map>
#include <optional>
#include <string>

namespace agent {

class WatchdogStages {
public:
    /// The stage has something to finish within `allowed`. Another call while it is pending changes nothing.
    void begin(const std::string& stage, hal::Duration allowed, hal::TimePoint now) {
        pending_.try_emplace(stage, now + allowed);
    }

    /// The stage finished, successfully or not: a handled error is progress, too.
    void end(const std::string& stage) { pending_.erase(stage); }

    /// The first stage that should have finished by now.
    [[nodiscard]] std::optional<std::string> stuck(hal::TimePoint now) const {
        for (const auto& [stage, deadline] : pending_) {
            if (now > deadline) {
                return stage;
            }
        }
        return std::nullopt;
    }

private:
    std::map<std::string, hal::TimePoint> pending_;
};

} // namespace agent
