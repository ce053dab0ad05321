// How log lines are set up: their level, and nothing of theirs on standard output.
#include "agent/log.hpp"

#include "tests/cpputest.hpp"

#include <memory>
#include <spdlog/spdlog.h>

TEST_GROUP(Log) {
    std::shared_ptr<spdlog::logger> before = spdlog::default_logger();

    // The logger that comes back stands in spdlog's list anew: that is no leak.
    void setup() override { IGNORE_ALL_LEAKS_IN_TEST(); }
    void teardown() override { spdlog::set_default_logger(before); }
};

TEST(Log, EveryLevelOfTheConfigurationIsOneOfSpdlogs) {
    agent::setUpLog("debug", true);
    CHECK_TRUE(spdlog::default_logger()->level() == spdlog::level::debug);
    agent::setUpLog("info", true);
    CHECK_TRUE(spdlog::default_logger()->level() == spdlog::level::info);
    agent::setUpLog("warning", true);
    CHECK_TRUE(spdlog::default_logger()->level() == spdlog::level::warn);
    agent::setUpLog("error", false);
    CHECK_TRUE(spdlog::default_logger()->level() == spdlog::level::err);
}

TEST(Log, EachLineIsWrittenAtOnce) {
    agent::setUpLog("info", true);
    CHECK_TRUE(spdlog::default_logger()->flush_level() == spdlog::level::trace);
}
