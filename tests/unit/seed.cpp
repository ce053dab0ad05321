// The seed of a run: printed once, before the first test, so that even a test that crashes can be repeated.
#include "tests/unit/seed.hpp"

#include <cstdio>
#include <cstdlib>
#include <random>

namespace seed {

namespace {

unsigned chosen() {
    const char* const given = std::getenv("UNIT_SEED");
    const unsigned value =
        given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 10)) : std::random_device{}();
    std::printf("values are damaged at random; to repeat this run: UNIT_SEED=%u make unit\n", value);
    static_cast<void>(std::fflush(stdout));
    return value;
}

} // namespace

unsigned ofThisRun() {
    static const unsigned kSeed = chosen();
    return kSeed;
}

} // namespace seed
