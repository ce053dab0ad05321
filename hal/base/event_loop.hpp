// The one loop of the process: timers, file descriptors, signals and deferred work.
// It owns its sd-event sources and the trampoline between their C callbacks and ours, so that no exception crosses
// sd-event; the bus, the HTTP server and curl have their own trampolines. It decides nothing and blocks only until
// the next event.
#pragma once

#include "hal/base/result.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace hal {

/// Time since boot including suspend (CLOCK_BOOTTIME): the only clock for deadlines.
struct BootClock {
    using duration = std::chrono::microseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<BootClock>;
    static constexpr bool is_steady = true;
};
using TimePoint = BootClock::time_point;
using Duration = BootClock::duration;

/// Destroying a Source removes it from the loop; a source may be destroyed from inside its own callback.
class Source {
public:
    Source() = default;
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;
    virtual ~Source() = default;
};
using SourcePtr = std::unique_ptr<Source>;

/// The readiness to wait for on a file descriptor; values may be combined.
struct Readiness {
    bool readable = false;
    bool writable = false;
    bool priority = false; ///< EPOLLPRI: sysfs attributes and /proc/self/mountinfo report changes this way
    bool hangup = false;   ///< only reported, never requested: EPOLLHUP or EPOLLERR
};

class EventLoop {
public:
    EventLoop() = default;
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;
    virtual ~EventLoop() = default;

    /// The time at which the current iteration woke up.
    [[nodiscard]] virtual TimePoint now() const = 0;

    /// Calls once after `delay`. Precision: 1 ms.
    [[nodiscard]] virtual SourcePtr after(Duration delay, std::function<void()> call) = 0;

    /// Calls every `interval`, the first time one interval from now; missed calls are skipped.
    [[nodiscard]] virtual SourcePtr every(Duration interval, std::function<void()> call) = 0;

    /// Calls whenever the descriptor is ready. The caller keeps ownership of the descriptor.
    [[nodiscard]] virtual SourcePtr onReady(int fd, Readiness wanted,
                                            std::function<void(Readiness)> call) = 0;

    /// Calls once when the process behind a pidfd has exited (Linux >= 5.3). The caller keeps ownership of the pidfd.
    [[nodiscard]] virtual SourcePtr onExit(int pidFd, std::function<void()> call) = 0;

    /// Calls when the signal (a number of <signal.h>) arrives; the signal is blocked for the process.
    [[nodiscard]] virtual SourcePtr onSignal(int signal, std::function<void()> call) = 0;

    /// Calls once before the loop sleeps again, after the events that are already waiting. A caller that keeps the
    /// pending source instead of requesting a second one coalesces its "look again" into one call.
    [[nodiscard]] virtual SourcePtr soon(std::function<void()> call) = 0;

    /// Waits for the next event and handles it; false once stopped. For tools that wait for one answer.
    virtual bool turn() = 0;

    /// Runs until stop(). Returns the code given to stop().
    virtual int run() = 0;
    virtual void stop(int exitCode) = 0;

    /// The underlying sd_event, for the files of hal that attach a bus or a monitor to it.
    [[nodiscard]] virtual void* native() const = 0;
};

/// Fails only when the kernel refuses an epoll instance.
[[nodiscard]] Result<std::unique_ptr<EventLoop>> makeEventLoop();

} // namespace hal
