// How long to wait before the next attempt: doubling, capped, with jitter so that a rack of nodes does not retry at
// the same moment. A value; it owns no clock and no timer.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace agent {

class Backoff {
public:
    using Duration = std::chrono::microseconds;

    /// `seed` makes the jitter differ between nodes and tests repeatable.
    constexpr Backoff(Duration first, Duration cap, uint64_t seed) : first_(first), cap_(cap), state_(seed) {}

    /// Half of the doubled delay is fixed, the other half is random.
    constexpr Duration next() {
        const Duration limit = std::min(cap_, first_ * (int64_t{1} << std::min(failures_, 20U)));
        ++failures_;
        const auto half = static_cast<uint64_t>(limit.count()) / 2;
        return Duration(static_cast<Duration::rep>(half + random() % (half + 1)));
    }

    constexpr void reset() { failures_ = 0; }

private:
    /// splitmix64 (Steele, Lea and Flood 2014): enough to spread delays, and it fits in a value.
    constexpr uint64_t random() {
        state_ += 0x9e3779b97f4a7c15U;
        uint64_t mixed = state_;
        mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
        mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
        return mixed ^ (mixed >> 31U);
    }

    Duration first_;
    Duration cap_;
    uint64_t state_;
    unsigned failures_ = 0;
};

} // namespace agent
