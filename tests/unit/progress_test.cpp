// Who is stuck: the watchdog's question.
#include "agent/runtime/watchdog_stages.hpp"

#include "tests/cpputest.hpp"

using namespace std::chrono_literals;

namespace {
const hal::TimePoint kStart(100s);
}

TEST_GROUP(Progress) { agent::Progress progress; };

TEST(Progress, NothingBegunIsNotStuck) { CHECK_TRUE(!progress.stuck(kStart + 1h)); }

TEST(Progress, AStageIsStuckAfterItsTimeAndNotBefore) {
    progress.begin("probe", 10s, kStart);
    CHECK_TRUE(!progress.stuck(kStart + 10s));
    CHECK_TRUE("probe" == progress.stuck(kStart + 10s + 1us));
}

TEST(Progress, AFinishedStageIsNotStuck) {
    progress.begin("probe", 10s, kStart);
    progress.end("probe");
    CHECK_TRUE(!progress.stuck(kStart + 1h));
}

TEST(Progress, BeginningAgainGivesNoMoreTime) {
    progress.begin("probe", 10s, kStart);
    progress.begin("probe", 10s, kStart + 9s);
    CHECK_TRUE("probe" == progress.stuck(kStart + 11s));
}

TEST(Progress, AStageBegunAnewAfterItsEndHasItsWholeTime) {
    progress.begin("probe", 10s, kStart);
    progress.end("probe");
    progress.begin("probe", 10s, kStart + 9s);
    CHECK_TRUE(!progress.stuck(kStart + 19s));
}

TEST(Progress, OneStageHidesNoOther) {
    progress.begin("a", 60s, kStart);
    progress.begin("b", 10s, kStart);
    CHECK_TRUE("b" == progress.stuck(kStart + 11s));
    progress.end("b");
    CHECK_TRUE("a" == progress.stuck(kStart + 61s));
}

TEST(Progress, EndingWhatNeverBeganIsHarmless) {
    progress.end("a");
    CHECK_TRUE(!progress.stuck(kStart));
}
