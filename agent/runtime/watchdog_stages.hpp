// Which stage has stopped making progress. A spinning loop alone is not health: the watchdog is fed only while
// every stage finishes what it began within the time it is allowed.
#pragma once

#include "hal/base/event_loop.hpp"

#include <map>
#include <optional>
#include <string>

namespace agent {

class WatchdogStages {
public:
    /// The stage has something to finish within `allowed`. Beginning again while it is pending changes nothing.
    void begin(const std::string& stage, hal::Duration allowed, hal::TimePoint now) {
        pending_.try_emplace(stage, now + allowed);
    }

    /// The stage finished, successfully or not: an error that was handled is progress too.
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
