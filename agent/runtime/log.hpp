// Where log lines go: to the journal when systemd started us, else to standard error.
// It owns the one logger and the form of a line, and nothing that is logged.
#pragma once

#include <spdlog/logger.h>
#include <string>

namespace agent {

/// Every line of the agent goes through it. Until setUpLog() it takes what is "info" or worse, for a terminal.
[[nodiscard]] spdlog::logger& log();

/// `toJournal` is set when $JOURNAL_STREAM says that standard error is the journal: lines then carry the priority
/// prefixes of sd-daemon(3), from which the journal makes its PRIORITY field.
void setUpLog(const std::string& level, bool toJournal);

/// One line with its end: "<4>text" for the journal, "12:34:56.789 warning: text" in local time for a terminal.
[[nodiscard]] std::string logLine(const spdlog::details::log_msg& message, bool toJournal);

} // namespace agent
