// The last log lines of a unit, for the one message that explains a crash loop.
// It reads the journal's files and never follows, filters by content or interprets them.
#pragma once

#include "hal/base/result.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace hal {

/// Up to `count` last messages of the unit in this boot, oldest first, each truncated to `maxBytes`. Fails,
/// retryably, if no journal can be read (the agent's user must be in the group systemd-journal).
[[nodiscard]] Result<std::vector<std::string>> lastLogLines(const std::string& unit, size_t count = 5,
                                                            size_t maxBytes = 240);

} // namespace hal
