// The agent's messages to the service manager: readiness, status text, watchdog.
// It owns the NOTIFY_SOCKET protocol and nothing else; without a service manager every call is a no-op.
#pragma once

#include "hal/base/event_loop.hpp"

#include <memory>
#include <optional>
#include <string>

namespace hal {

class Notifier {
public:
    Notifier() = default;
    Notifier(const Notifier&) = delete;
    Notifier& operator=(const Notifier&) = delete;
    virtual ~Notifier() = default;

    virtual void ready() = 0;
    /// RELOADING=1 with MONOTONIC_USEC; ready() ends the reload.
    virtual void reloading() = 0;
    virtual void stopping() = 0;
    /// One line of text, shown by `systemctl status`. A repeated text is not sent again.
    virtual void status(const std::string& words) = 0;
    virtual void feedWatchdog() = 0;
    /// WatchdogSec= of the unit; empty when no watchdog is set for this process.
    [[nodiscard]] virtual std::optional<Duration> watchdogTimeout() const = 0;
};

[[nodiscard]] std::unique_ptr<Notifier> makeNotifier();

} // namespace hal
