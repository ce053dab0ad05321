// The pauses between tries, over many seeds; a failure prints the seed it happened with.
#include "agent/runtime/backoff.hpp"

#include "tests/cpputest.hpp"

#include <set>

using agent::Backoff;
using namespace std::chrono_literals;

TEST_GROUP(Backoff){};

TEST(Backoff, EachDelayIsBetweenHalfAndAllOfTheDoubledOneAndCapped) {
    for (uint64_t seed = 0; seed < 2000; ++seed) {
        const std::string words = "seed " + std::to_string(seed);
        Backoff backoff(100ms, 1600ms, seed);
        for (const auto limit : {100ms, 200ms, 400ms, 800ms, 1600ms, 1600ms, 1600ms}) {
            const auto delay = backoff.next();
            CHECK_TRUE_TEXT(delay >= limit / 2, words.c_str());
            CHECK_TRUE_TEXT(delay <= limit, words.c_str());
        }
    }
}

TEST(Backoff, ASuccessResetsTheDelay) {
    Backoff backoff(100ms, 10s, 1);
    for (int round = 0; round < 6; ++round) {
        (void)backoff.next();
    }
    CHECK_TRUE(backoff.next() > 1s);
    backoff.reset();
    CHECK_TRUE(backoff.next() <= 100ms);
}

TEST(Backoff, AYearOfFailuresOverflowsNothing) {
    Backoff backoff(100ms, 24h * 365, 7);
    std::chrono::microseconds longest{0};
    for (int round = 0; round < 10000; ++round) {
        const auto delay = backoff.next();
        CHECK_TRUE(delay > 0us);
        longest = std::max(longest, delay);
    }
    CHECK_TRUE(longest <= 100ms * (int64_t{1} << 20U));
}

TEST(Backoff, OneSeedRepeatsItself) {
    Backoff left(100ms, 5s, 42);
    Backoff right(100ms, 5s, 42);
    for (int round = 0; round < 100; ++round) {
        CHECK_EQUAL(left.next(), right.next());
    }
}

TEST(Backoff, AShelfOfNodesSpreadsItsKnocks) {
    std::set<std::chrono::microseconds> delays;
    for (uint64_t seed = 0; seed < 30; ++seed) {
        delays.insert(Backoff(100ms, 5s, seed).next());
    }
    CHECK_TRUE(delays.size() > 25);
}

TEST(Backoff, ACapBelowTheFirstDelayHolds) {
    Backoff backoff(100ms, 10ms, 3);
    CHECK_TRUE(backoff.next() <= 10ms);
}

TEST(Backoff, ACapOfZeroMeansNoDelay) { CHECK_EQUAL(0us, Backoff(100ms, 0ms, 3).next()); }
