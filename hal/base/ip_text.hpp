// IP addresses as text, the canonical way.
// Pure functions over texts and over bytes in network order.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hal {

/// "192.168.1.10" from 4 bytes, RFC 5952 text ("fd00::2") from 16; nothing for any other length.
[[nodiscard]] std::optional<std::string> ipText(std::span<const std::byte> bytes);

/// Whether the text is an IPv4 address of four decimal numbers or an IPv6 address; one with a zone ("fe80::1%eth0")
/// means nothing to another machine and is none.
[[nodiscard]] bool isIpText(std::string_view text);

} // namespace hal
