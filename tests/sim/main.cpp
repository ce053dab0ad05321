// Runs simulations by their seeds. It owns the command line and the text of the result, nothing that is simulated.
#include "agent/runtime/log.hpp"
#include "tests/sim/world.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

/// Prints the verdict on one seed; whether it was good.
bool runSeed(uint64_t seed, bool traced) {
    sim::World world(seed, traced);
    const auto broken = world.run();
    if (traced || broken) {
        std::printf("SEED=%llu %s (%llu steps)\n", static_cast<unsigned long long>(seed),
                    broken ? ("broken: " + *broken).c_str() : "holds",
                    static_cast<unsigned long long>(world.steps()));
        std::fflush(stdout);
    }
    return !broken;
}

uint64_t number(const char* text) { return std::strtoull(text, nullptr, 10); }

} // namespace

/// usage: simulation SEED                 one seed, prints every step
///        simulation FIRST COUNT STRIDE   many seeds, prints the broken ones
///        simulation FIRST COUNT STRIDE -  the same, ends with the first that is broken
int main(int argc, char** argv) {
    agent::setUpLog("off", false);
    if (argc == 2) {
        return runSeed(number(argv[1]), true) ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    if (argc != 4 && argc != 5) {
        std::fputs("usage: simulation SEED | simulation FIRST COUNT STRIDE [-]\n", stderr);
        return EXIT_FAILURE;
    }
    uint64_t passed = 0;
    uint64_t failed = 0;
    const uint64_t stride = number(argv[3]);
    const bool onlyFirst = argc == 5;
    for (uint64_t seed = number(argv[1]), end = seed + number(argv[2]);
         seed < end && (failed == 0 || !onlyFirst); seed += stride) {
        ++(runSeed(seed, false) ? passed : failed);
    }
    std::printf("%llu passed, %llu failed\n", static_cast<unsigned long long>(passed),
                static_cast<unsigned long long>(failed));
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
