// Whole small files, replaced by rename so that a reader never sees a partial file; and the content of directories.
// It owns temporary names and fsync. It reads no file (hal/base/read_file does) and knows no format.
#pragma once

#include "hal/base/result.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace hal {

/// Writes a temporary file beside `path`, syncs it, renames it over `path` and syncs the directory. Missing
/// parent directories are made with mode 0755. The file gets `mode` (octal permission bits).
[[nodiscard]] Status writeFile(const std::string& path, const std::string& content, unsigned mode = 0644);

/// Names (not paths) of the files (and links to /dev/null) in a directory that end in `suffix`, sorted; none if
/// the directory is missing.
[[nodiscard]] Result<std::vector<std::string>> listDirectory(const std::string& path,
                                                             const std::string& suffix);

/// Whether a directory has entries. A missing one has none; an unreadable one is a terminal error.
[[nodiscard]] Result<bool> hasEntries(const std::string& path);

} // namespace hal
