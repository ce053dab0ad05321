// Where log lines go: to the journal if systemd started the agent, else to standard error.
// It owns the one logger and the format of a line, but no message.
#pragma once

#include <spdlog/logger.h>
#include <string>

namespace agent {

/// Every line of the agent goes through it. Until setUpLog() it logs "info" and above, in the terminal's format.
[[nodiscard]] spdlog::logger& log();

/// `toJournal` is set if $JOURNAL_STREAM says that standard error is the journal: lines then carry the priority
/// prefixes of sd-daemon(3), from which the journal sets its PRIORITY field.
void setUpLog(const std::string& level, bool toJournal);

/// One line with its newline: "<4>text" for the journal, "12:34:56.789 warning: text" in local time for a terminal.
[[nodiscard]] std::string logLine(const spdlog::details::log_msg& message, bool toJournal);

} // namespace agent
