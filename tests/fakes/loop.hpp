// A loop with a simulated clock. It behaves as hal/base/event_loop.hpp documents but has no descriptors.
#pragma once

#include "hal/base/event_loop.hpp"

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>

namespace fakes {

/// Time moves only when a test moves it; what is due runs in the order of its time, then of its making.
class Loop final : public hal::EventLoop {
public:
    explicit Loop(hal::TimePoint start = hal::TimePoint(std::chrono::hours(1))) : now_(start) {}

    [[nodiscard]] hal::TimePoint now() const override { return now_; }
    [[nodiscard]] hal::SourcePtr after(hal::Duration delay, std::function<void()> call) override;
    [[nodiscard]] hal::SourcePtr every(hal::Duration interval, std::function<void()> call) override;
    /// There are no descriptors here: these two never call.
    [[nodiscard]] hal::SourcePtr onReady(int fd, hal::Readiness wanted,
                                         std::function<void(hal::Readiness)> call) override;
    [[nodiscard]] hal::SourcePtr onExit(int pidFd, std::function<void()> call) override;
    [[nodiscard]] hal::SourcePtr onSignal(int signal, std::function<void()> call) override;
    [[nodiscard]] hal::SourcePtr soon(std::function<void()> call) override;
    bool turn() override;
    int run() override;
    void stop(int exitCode) override { exitCode_ = exitCode; }
    [[nodiscard]] void* native() const override { return nullptr; }

    /// Runs all that becomes due within `duration`; the clock then is `duration` later.
    void advance(hal::Duration duration);
    /// Runs what is due now, and what that makes due.
    void settle() { advance(hal::Duration{0}); }

    // ---- for a simulation of several loops, each stepped from outside ----
    /// When the next callback is due, which may be past; empty when nothing is waited for.
    [[nodiscard]] std::optional<hal::TimePoint> due();
    /// One callback that is due no later than `limit`; false when there is none.
    bool step(hal::TimePoint limit);
    /// Time passes and nothing runs: whatever became due is late.
    void moveTo(hal::TimePoint time) { now_ = std::max(now_, time); }

    void raise(int signal);
    [[nodiscard]] std::optional<int> exitCode() const { return exitCode_; }
    /// Calls later without a source to keep; for the fakes' own answers.
    void post(hal::Duration delay, std::function<void()> call);

private:
    struct Entry {
        hal::TimePoint due;
        std::optional<hal::Duration> interval;
        std::function<void()> call; ///< empty once its source is gone
    };
    class EntrySource;
    using EntryPtr = std::shared_ptr<Entry>;

    EntryPtr add(hal::Duration delay, std::optional<hal::Duration> interval, std::function<void()> call);
    void runTimer();

    hal::TimePoint now_;
    uint64_t sequence_ = 0;
    std::map<std::pair<hal::TimePoint, uint64_t>, EntryPtr> timers_;
    std::deque<EntryPtr> soon_;
    std::multimap<int, EntryPtr> signals_;
    std::optional<int> exitCode_;
};

} // namespace fakes
