// Dead timers stay in the map until they are due: removing them there would cost more than skipping them.
#include "tests/fakes/loop.hpp"

#include <cstdio>
#include <cstdlib>

namespace fakes {

class Loop::EntrySource final : public hal::Source {
public:
    explicit EntrySource(EntryPtr entry) : entry_(std::move(entry)) {}
    EntrySource(const EntrySource&) = delete;
    EntrySource& operator=(const EntrySource&) = delete;
    ~EntrySource() override { entry_->call = nullptr; }

private:
    EntryPtr entry_;
};

Loop::EntryPtr Loop::add(hal::Duration delay, std::optional<hal::Duration> interval,
                         std::function<void()> call) {
    auto entry = std::make_shared<Entry>(Entry{now_ + delay, interval, std::move(call)});
    timers_.emplace(std::pair(entry->due, ++sequence_), entry);
    return entry;
}

hal::SourcePtr Loop::after(hal::Duration delay, std::function<void()> call) {
    return std::make_unique<EntrySource>(add(delay, std::nullopt, std::move(call)));
}

hal::SourcePtr Loop::every(hal::Duration interval, std::function<void()> call) {
    return std::make_unique<EntrySource>(add(interval, interval, std::move(call)));
}

hal::SourcePtr Loop::onReady(int /*fd*/, hal::Readiness /*wanted*/,
                             std::function<void(hal::Readiness)> /*call*/) {
    return std::make_unique<EntrySource>(std::make_shared<Entry>());
}

hal::SourcePtr Loop::onExit(int /*pidFd*/, std::function<void()> /*call*/) {
    return std::make_unique<EntrySource>(std::make_shared<Entry>());
}

hal::SourcePtr Loop::onSignal(int signal, std::function<void()> call) {
    auto entry = std::make_shared<Entry>(Entry{now_, std::nullopt, std::move(call)});
    signals_.emplace(signal, entry);
    return std::make_unique<EntrySource>(entry);
}

hal::SourcePtr Loop::soon(std::function<void()> call) {
    soon_.push_back(std::make_shared<Entry>(Entry{now_, std::nullopt, std::move(call)}));
    return std::make_unique<EntrySource>(soon_.back());
}

void Loop::post(hal::Duration delay, std::function<void()> call) {
    add(delay, std::nullopt, std::move(call));
}

void Loop::raise(int signal) {
    const auto [first, last] = signals_.equal_range(signal);
    std::vector<EntryPtr> entries;
    for (auto entry = first; entry != last; ++entry) {
        entries.push_back(entry->second);
    }
    for (const auto& entry : entries) {
        if (const auto call = entry->call) {
            call();
        }
    }
}

void Loop::runTimer() {
    const auto entry = timers_.begin()->second;
    timers_.erase(timers_.begin());
    if (!entry->call) {
        return;
    }
    if (entry->interval) {
        entry->due = now_ + *entry->interval;
        timers_.emplace(std::pair(entry->due, ++sequence_), entry);
    }
    const auto call = entry->call; // a source may be destroyed from inside its own callback
    call();
}

std::optional<hal::TimePoint> Loop::due() {
    while (!soon_.empty() && !soon_.front()->call) {
        soon_.pop_front();
    }
    while (!timers_.empty() && !timers_.begin()->second->call) {
        timers_.erase(timers_.begin());
    }
    if (!soon_.empty()) {
        return now_;
    }
    return timers_.empty() ? std::nullopt : std::optional(timers_.begin()->first.first);
}

bool Loop::step(hal::TimePoint limit) {
    const bool timerDue = !timers_.empty() && timers_.begin()->first.first <= now_;
    if (!timerDue && !soon_.empty()) {
        const auto entry = soon_.front();
        soon_.pop_front();
        if (const auto call = entry->call) {
            call();
        }
        return true;
    }
    if (timers_.empty() || timers_.begin()->first.first > limit) {
        return false;
    }
    now_ = std::max(now_, timers_.begin()->first.first);
    runTimer();
    return true;
}

void Loop::advance(hal::Duration duration) {
    const auto limit = now_ + duration;
    constexpr unsigned kMostSteps = 1'000'000; // far more than any test needs: something calls itself forever
    for (unsigned steps = 0; step(limit); ++steps) {
        if (steps == kMostSteps) {
            std::fputs("the simulated loop does not come to rest\n", stderr);
            std::abort();
        }
    }
    now_ = limit;
}

bool Loop::turn() { return !exitCode_ && step(hal::TimePoint::max()) && !exitCode_; }

int Loop::run() {
    while (turn()) {}
    return exitCode_.value_or(EXIT_FAILURE);
}

} // namespace fakes
