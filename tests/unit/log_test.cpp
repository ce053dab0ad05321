// The two forms of a log line: what the journal reads a priority from, and what a person reads at a terminal.
#include "agent/runtime/log.hpp"
#include "tests/cpputest.hpp"

#include <chrono>
#include <string>

namespace {

using spdlog::details::log_msg;
using spdlog::level::level_enum;
using namespace std::chrono_literals;

std::string forJournal(level_enum level) { return agent::logLine(log_msg("unit", level, "text"), true); }

} // namespace

TEST_GROUP(Log){};

TEST(Log, theJournalGetsSyslogsPriorityInFront) {
    STRCMP_EQUAL("<2>text\n", forJournal(level_enum::critical).c_str());
    STRCMP_EQUAL("<3>text\n", forJournal(level_enum::err).c_str());
    STRCMP_EQUAL("<4>text\n", forJournal(level_enum::warn).c_str());
    STRCMP_EQUAL("<6>text\n", forJournal(level_enum::info).c_str());
    STRCMP_EQUAL("<7>text\n", forJournal(level_enum::debug).c_str());
}

TEST(Log, aTerminalGetsTheTimeAndTheLevel) {
    // Whole minutes and seconds are the same in every time zone of today.
    const spdlog::log_clock::time_point time(1h + 2min + 3s + 45ms);
    const auto line = agent::logLine(log_msg(time, {}, "unit", level_enum::warn, "text"), false);

    STRCMP_EQUAL(":03.045 warning: text\n", line.substr(5).c_str());
    CHECK(line[2] == ':');
}

TEST(Log, bracesInATextAreNoFormat) {
    STRCMP_EQUAL("<6>{} {0}\n", agent::logLine(log_msg("unit", level_enum::info, "{} {0}"), true).c_str());
}

TEST(Log, aTextOfOthersCannotBeASecondMessage) {
    const auto line =
        agent::logLine(log_msg("unit", level_enum::info, "boom\n<2>forged\x1b[31m \xc2\x9b"), true);
    STRCMP_EQUAL("<6>boom?<2>forged?[31m ?\n", line.c_str());
}

TEST(Log, aLineIsBounded) {
    const std::string endless(1'900'000, 'x');
    CHECK(agent::logLine(log_msg("unit", level_enum::info, endless), true).size() < 5000);
}
