// Where log lines go: to the journal when systemd started us, else to standard error.
// It owns spdlog's set-up and nothing that is logged.
#pragma once

#include <string>

namespace agent {

/// `toJournal` is set when $JOURNAL_STREAM says that standard error is the journal: lines then carry the priority
/// prefixes of sd-daemon(3), from which the journal makes its PRIORITY field.
void setUpLog(const std::string& level, bool toJournal);

} // namespace agent
