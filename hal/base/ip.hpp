// IP addresses between bytes and text, by the C library's inet_pton and inet_ntop.
// Pure functions: they resolve no name and open nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hal {

/// "192.168.1.10" from 4 bytes in network order, "fd00::2" from 16; nothing for any other length.
[[nodiscard]] std::optional<std::string> ipText(std::span<const std::byte> bytes);

/// The 32 bits of an IPv4 address of four decimal numbers without leading zeros, the first number in the highest byte.
/// Nothing for any other text.
[[nodiscard]] std::optional<uint32_t> parseIpv4(std::string_view text);

/// The inverse of parseIpv4().
[[nodiscard]] std::string ipv4Text(uint32_t bits);

/// Whether the text is an IPv4 or IPv6 address. An address with a zone ("fe80::1%eth0") means nothing to another machine
/// and is none, nor is an IPv4 address that is mapped into IPv6 ("::ffff:10.0.0.2").
[[nodiscard]] bool isIpText(std::string_view text);

/// "10.0.0.1:4300", "[fd00::1]:4300", and "n1:4300" for a name.
[[nodiscard]] std::string hostAndPort(const std::string& host, unsigned port);

} // namespace hal
