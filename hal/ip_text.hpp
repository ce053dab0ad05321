// IP addresses as text, the canonical way.
// Pure functions over bytes in network order.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace hal {

/// "192.168.1.10" from 4 bytes, RFC 5952 text ("fd00::2") from 16; nothing for any other length.
[[nodiscard]] std::optional<std::string> ipText(std::span<const std::byte> bytes);

} // namespace hal
