// The one reader of whole small files. It uses the C++ library alone, so that unit tests may link it.
// It never cuts a file short: what is longer than expected is an error.
#pragma once

#include "hal/base/result.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace hal {

/// The whole file, at most `maxBytes`; more is a terminal error. A missing file is an empty optional, not an error. A
/// FIFO or a socket is a terminal error, because opening one may wait without end.
[[nodiscard]] Result<std::optional<std::string>> readFile(const std::string& path,
                                                          size_t maxBytes = size_t{1} << 20U);

} // namespace hal
