// systemd's units as the agent sees and controls them, over sd-bus.
// It lists units, watches them by signals and enqueues jobs. It never polls and never decides which unit should run.
#pragma once

#include "hal/base/event_loop.hpp"
#include "hal/base/result.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hal {

/// A service unit, with systemd's own words for its states.
struct Unit {
    std::string name;              ///< "crate@1.service"
    std::string loadState;         ///< "loaded", "not-found", "masked", ...
    std::string activeState;       ///< "active", "activating", "deactivating", "inactive", "failed", ...
    std::string subState;          ///< "running", "start-pre", "auto-restart", "dead", ...
    std::string result;            ///< "success", "exit-code", "signal", "start-limit-hit", ...
    std::string statusText;        ///< the service's last STATUS=
    std::optional<int> exitCode;   ///< of the last run of the main process that exited by itself
    std::optional<int> exitSignal; ///< of the last run of the main process that a signal ended
    uint32_t restarts = 0; ///< automatic restarts since an operator or the agent last started the unit
    std::optional<TimePoint> stateSince; ///< when activeState or subState last changed
    bool operator==(const Unit&) const = default;
};

/// There is no verb that ends a unit, so no code of the agent can ask systemd to stop a database.
enum class UnitVerb { start, resetFailed };

class Units {
public:
    Units() = default;
    Units(const Units&) = delete;
    Units& operator=(const Units&) = delete;
    virtual ~Units() = default;

    /// All loaded units whose names match the shell pattern ("crate@*.service"), sorted by name. A name without
    /// wildcards is looked up even if it is not loaded; loadState then says whether such a unit exists.
    virtual void list(const std::string& pattern, std::function<void(Result<std::vector<Unit>>)> done) = 0;

    /// Calls whenever a unit that matches the pattern changed, a job for one ended, or the bus came back:
    /// look again.
    virtual void watch(const std::string& pattern, std::function<void()> lookAgain) = 0;

    /// Enqueues a job; `done` reports whether systemd accepted it, not its result: the unit's state shows that. A
    /// denied request is terminal and names the polkit rule that should have allowed it.
    virtual void request(UnitVerb verb, const std::string& name, std::function<void(Status)> done) = 0;

    /// systemd's own state: "running", "degraded", "starting", "stopping", ...; empty when unknown.
    [[nodiscard]] virtual std::optional<std::string> systemState() const = 0;
};

/// Connects to the system bus and reconnects by itself; without a bus, calls report a retryable error.
[[nodiscard]] std::unique_ptr<Units> makeUnits(EventLoop& loop);

} // namespace hal
