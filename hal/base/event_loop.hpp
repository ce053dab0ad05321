// The one loop of the process: timers, file descriptors, signals and deferred work.
// It owns every sd-event source and the only trampoline between C callbacks and ours, so that no exception ever
// crosses libsystemd. It never decides anything and never blocks longer than the next event.
#pragma once

#include "hal/base/result.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace hal {

/// Time since boot including suspend (CLOCK_BOOTTIME): the only clock deadlines are computed on.
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

/// What a file descriptor is waited for; the values may be combined.
struct Readiness {
    bool readable = false;
    bool writable = false;
    bool priority = false; ///< EPOLLPRI: sysfs attributes and /proc/self/mountinfo report changes this way
    bool hangup = false;   ///< reported only, never asked for: EPOLLHUP or EPOLLERR
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

    /// Calls every `interval`, the first time one interval from now; late calls are not made up for.
    [[nodiscard]] virtual SourcePtr every(Duration interval, std::function<void()> call) = 0;

    /// Calls whenever the descriptor is ready. The descriptor stays the caller's.
    [[nodiscard]] virtual SourcePtr onReady(int fd, Readiness wanted,
                                            std::function<void(Readiness)> call) = 0;

    /// Calls once when the process behind a pidfd has exited (Linux >= 5.3). The pidfd stays the caller's.
    [[nodiscard]] virtual SourcePtr onExit(int pidFd, std::function<void()> call) = 0;

    /// Calls when the signal (a number of <signal.h>) arrives; the signal is blocked for the process.
    [[nodiscard]] virtual SourcePtr onSignal(int signal, std::function<void()> call) = 0;

    /// Calls once before the loop sleeps again, after the events that are already waiting. Whoever keeps the source
    /// while it is pending and asks for no second one has coalesced its "look again" into one call.
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
