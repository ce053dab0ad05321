// EventLoop on sd-event. Every callback here enters our code through guarded(), which stops the loop with a failure
// instead of letting an exception unwind through C frames: sd-event would stay "running" forever.
#include "hal/base/event_loop.hpp"

#include "hal/base/handles.hpp"

#include <array>
#include <cstdio>
#include <exception>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <time.h>

namespace hal {
namespace {

// sd-event rounds wake-ups up to this, so that timers of one millisecond share one wake-up.
constexpr Duration kTimerAccuracy = std::chrono::milliseconds(1);
constexpr int kExitOnException = 70; // EX_SOFTWARE of sysexits.h

uint32_t toEpoll(Readiness wanted) {
    return (wanted.readable ? uint32_t{EPOLLIN} : 0U) | (wanted.writable ? uint32_t{EPOLLOUT} : 0U) |
           (wanted.priority ? uint32_t{EPOLLPRI} : 0U);
}

Readiness fromEpoll(uint32_t events) {
    return {.readable = (events & EPOLLIN) != 0,
            .writable = (events & EPOLLOUT) != 0,
            .priority = (events & EPOLLPRI) != 0,
            .hangup = (events & (EPOLLHUP | EPOLLERR)) != 0};
}

/// The C++ side of one sd_event_source. The callback is copied before it runs, so that it may destroy its own source.
class EventSource final : public Source {
public:
    EventSourceHandle handle;
    std::function<void(Readiness)> call;
    Duration interval{0};
};

template <class Call>
int guarded(sd_event* event, Call&& call) noexcept {
    try {
        call();
        return 0;
    } catch (const std::exception& error) {
        std::fputs("an exception reached the event loop: ", stderr);
        std::fputs(error.what(), stderr);
        std::fputs("\n", stderr);
    } catch (...) {
        std::fputs("an unknown exception reached the event loop\n", stderr);
    }
    return sd_event_exit(event, kExitOnException);
}

void invoke(EventSource& source, Readiness readiness) {
    const auto call = source.call; // a copy: the source may be gone when the call returns
    call(readiness);
}

int onTime(sd_event_source* handle, uint64_t, void* userdata) {
    auto& source = *static_cast<EventSource*>(userdata);
    return guarded(sd_event_source_get_event(handle), [&source, handle] {
        if (source.interval > Duration::zero()) {
            sd_event_source_set_time_relative(handle, static_cast<uint64_t>(source.interval.count()));
            sd_event_source_set_enabled(handle, SD_EVENT_ONESHOT);
        }
        invoke(source, {});
    });
}

int onIo(sd_event_source* handle, int, uint32_t events, void* userdata) {
    auto& source = *static_cast<EventSource*>(userdata);
    return guarded(sd_event_source_get_event(handle),
                   [&source, events] { invoke(source, fromEpoll(events)); });
}

int onSignalFd(sd_event_source* handle, const struct signalfd_siginfo*, void* userdata) {
    auto& source = *static_cast<EventSource*>(userdata);
    return guarded(sd_event_source_get_event(handle), [&source] { invoke(source, {}); });
}

int onDefer(sd_event_source* handle, void* userdata) {
    auto& source = *static_cast<EventSource*>(userdata);
    return guarded(sd_event_source_get_event(handle), [&source] { invoke(source, {}); });
}

class SdEventLoop final : public EventLoop {
public:
    explicit SdEventLoop(EventHandle event) : event_(std::move(event)) {}

    [[nodiscard]] TimePoint now() const override {
        uint64_t usec = 0;
        if (sd_event_now(event_.get(), CLOCK_BOOTTIME, &usec) < 0) {
            return TimePoint{};
        }
        return TimePoint(Duration(static_cast<Duration::rep>(usec)));
    }

    [[nodiscard]] SourcePtr after(Duration delay, std::function<void()> call) override {
        return addTimer(delay, Duration::zero(), std::move(call));
    }

    [[nodiscard]] SourcePtr every(Duration interval, std::function<void()> call) override {
        return addTimer(interval, interval, std::move(call));
    }

    [[nodiscard]] SourcePtr onReady(int fd, Readiness wanted, std::function<void(Readiness)> call) override {
        auto source = std::make_unique<EventSource>();
        source->call = std::move(call);
        sd_event_source* handle = nullptr;
        if (sd_event_add_io(event_.get(), &handle, fd, toEpoll(wanted), onIo, source.get()) < 0) {
            return nullptr;
        }
        source->handle.reset(handle);
        return source;
    }

    [[nodiscard]] SourcePtr onExit(int pidFd, std::function<void()> call) override {
        // A pidfd becomes readable when the process exits and stays so; the watcher need not be the parent.
        return onReady(pidFd, {.readable = true}, [call = std::move(call)](Readiness) { call(); });
    }

    [[nodiscard]] SourcePtr onSignal(int signal, std::function<void()> call) override {
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, signal);
        if (sigprocmask(SIG_BLOCK, &set, nullptr) < 0) {
            return nullptr;
        }
        auto source = makeSource(std::move(call));
        sd_event_source* handle = nullptr;
        if (sd_event_add_signal(event_.get(), &handle, signal, onSignalFd, source.get()) < 0) {
            return nullptr;
        }
        source->handle.reset(handle);
        return source;
    }

    [[nodiscard]] SourcePtr soon(std::function<void()> call) override {
        auto source = makeSource(std::move(call));
        sd_event_source* handle = nullptr;
        if (sd_event_add_defer(event_.get(), &handle, onDefer, source.get()) < 0) {
            return nullptr;
        }
        source->handle.reset(handle);
        return source;
    }

    bool turn() override { return sd_event_run(event_.get(), UINT64_MAX) > 0; }
    int run() override { return sd_event_loop(event_.get()); }
    void stop(int exitCode) override { sd_event_exit(event_.get(), exitCode); }
    [[nodiscard]] void* native() const override { return event_.get(); }

private:
    static std::unique_ptr<EventSource> makeSource(std::function<void()> call) {
        auto source = std::make_unique<EventSource>();
        source->call = [call = std::move(call)](Readiness) { call(); };
        return source;
    }

    SourcePtr addTimer(Duration delay, Duration interval, std::function<void()> call) {
        auto source = makeSource(std::move(call));
        source->interval = interval;
        sd_event_source* handle = nullptr;
        const auto usec = static_cast<uint64_t>(delay.count() < 0 ? 0 : delay.count());
        if (sd_event_add_time_relative(event_.get(), &handle, CLOCK_BOOTTIME, usec,
                                       static_cast<uint64_t>(kTimerAccuracy.count()), onTime,
                                       source.get()) < 0) {
            return nullptr;
        }
        source->handle.reset(handle);
        return source;
    }

    EventHandle event_;
};

} // namespace

Result<std::unique_ptr<EventLoop>> makeEventLoop() {
    sd_event* event = nullptr;
    if (const int result = sd_event_new(&event); result < 0) {
        return failure(Error::fromErrno(-result, "cannot create the event loop", Recovery::terminal));
    }
    return std::make_unique<SdEventLoop>(EventHandle(event));
}

} // namespace hal
