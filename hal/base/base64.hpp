// Base64 as etcd's gateway wants it: standard alphabet, padded, nothing else. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hal {

[[nodiscard]] std::string base64Encode(std::string_view bytes);

/// Empty for everything that base64Encode() could not have written: no blanks, no URL alphabet, no missing padding.
[[nodiscard]] std::optional<std::string> base64Decode(std::string_view text);

} // namespace hal
