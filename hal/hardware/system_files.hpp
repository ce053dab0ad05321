// Small files and links below /sys, /proc and /etc, as text.
// It uses only the standard library, so that code that reads a tree through it can be tested on a copy of one.
// It never writes and never follows a device node.
#pragma once

#include "hal/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hal {

/// The text of a file without white space at either end. The error names the path and why it could not be read; a
/// missing file and one of more than `maxBytes` are errors, too.
[[nodiscard]] Result<std::string> readText(const std::string& path, size_t maxBytes = 4096);

/// The same for an attribute that may legitimately be absent: nothing if it cannot be read or is empty.
[[nodiscard]] std::optional<std::string> readAttribute(const std::string& path);

/// A non-negative decimal attribute; nothing when it is absent, negative or not a number.
[[nodiscard]] std::optional<uint64_t> readNumber(const std::string& path);

/// "0" or "1" as a bool.
[[nodiscard]] std::optional<bool> readFlag(const std::string& path);

/// The last component of a symbolic link's target: the driver's name for ".../device/driver".
[[nodiscard]] std::optional<std::string> linkName(const std::string& path);

/// The path with every symbolic link resolved; nothing when it does not exist.
[[nodiscard]] std::optional<std::string> realPath(const std::string& path);

/// The names in a directory, sorted; none when it cannot be read.
[[nodiscard]] std::vector<std::string> directoryNames(const std::string& path);

} // namespace hal
