// What all machines of a simulation share: one clock, one etcd, the databases, one source of chance, and the trace.
// All random values come from `random`, so a seed reproduces the whole run. It owns no rule.
#pragma once

#include "tests/fakes/etcd.hpp"
#include "tests/fakes/fakes.hpp"
#include "tests/sim/databases.hpp"

#include <cstdio>
#include <random>
#include <spdlog/fmt/fmt.h>
#include <string>
#include <utility>

namespace sim {

struct Shared {
    explicit Shared(uint64_t seed, bool traced) : random(seed), traces(traced) {}

    std::mt19937_64 random;
    fakes::Loop loop; ///< the world's: everything that is no agent runs on it
    fakes::EtcdStore etcd{loop};
    Databases databases{random};
    bool traces;
    uint64_t steps = 0;

    /// 0 to count-1.
    unsigned pick(unsigned count) { return static_cast<unsigned>(random() % count); }
    bool chance(unsigned percent) { return pick(100) < percent; }
    hal::Duration between(hal::Duration least, hal::Duration most) {
        const auto range = static_cast<uint64_t>((most - least).count()) + 1;
        return least + hal::Duration(static_cast<hal::Duration::rep>(random() % range));
    }

    template <class... Args>
    void say(fmt::format_string<Args...> text, Args&&... args) {
        if (traces) {
            const auto time = loop.now().time_since_epoch() - std::chrono::hours(1);
            std::printf("%8.3f s  %s\n", static_cast<double>(time.count()) / 1e6,
                        fmt::format(text, std::forward<Args>(args)...).c_str());
        }
    }
};

} // namespace sim
