// Who is stuck: the watchdog's question.
#include "agent/runtime/watchdog_stages.hpp"

#include "tests/cpputest.hpp"

using namespace std::chrono_literals;

namespace {
const hal::TimePoint kStart(100s);
}

TEST_GROUP(WatchdogStages) { agent::WatchdogStages stages; };

TEST(WatchdogStages, NothingBegunIsNotStuck) { CHECK_TRUE(!stages.stuck(kStart + 1h)); }

TEST(WatchdogStages, AStageIsStuckAfterItsTimeAndNotBefore) {
    stages.begin("probe", 10s, kStart);
    CHECK_TRUE(!stages.stuck(kStart + 10s));
    CHECK_TRUE("probe" == stages.stuck(kStart + 10s + 1us));
}

TEST(WatchdogStages, AFinishedStageIsNotStuck) {
    stages.begin("probe", 10s, kStart);
    stages.end("probe");
    CHECK_TRUE(!stages.stuck(kStart + 1h));
}

TEST(WatchdogStages, BeginningAgainGivesNoMoreTime) {
    stages.begin("probe", 10s, kStart);
    stages.begin("probe", 10s, kStart + 9s);
    CHECK_TRUE("probe" == stages.stuck(kStart + 11s));
}

TEST(WatchdogStages, AStageBegunAgainAfterItsEndHasItsWholeTime) {
    stages.begin("probe", 10s, kStart);
    stages.end("probe");
    stages.begin("probe", 10s, kStart + 9s);
    CHECK_TRUE(!stages.stuck(kStart + 19s));
}

TEST(WatchdogStages, OneStageHidesNoOther) {
    stages.begin("a", 60s, kStart);
    stages.begin("b", 10s, kStart);
    CHECK_TRUE("b" == stages.stuck(kStart + 11s));
    stages.end("b");
    CHECK_TRUE("a" == stages.stuck(kStart + 61s));
}

TEST(WatchdogStages, EndingWhatNeverBeganIsHarmless) {
    stages.end("a");
    CHECK_TRUE(!stages.stuck(kStart));
}
