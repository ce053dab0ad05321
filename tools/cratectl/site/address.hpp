// Addresses in the site file: IPv4 with and without a prefix length, and hardware addresses.
// Pure functions over text. It uses no resolver and no interface.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cratectl {

/// An IPv4 address; the first number is the most significant byte.
struct Ipv4 {
    uint32_t bits = 0;
    bool operator==(const Ipv4&) const = default;
};

/// "192.168.1.11/24": a machine's address and the prefix length of its network.
struct Ipv4InNet {
    Ipv4 address;
    unsigned prefix = 0; ///< 8 to 30

    [[nodiscard]] bool contains(Ipv4 other) const;
    /// Neither the first address, which is the network's own, nor the last, which is its broadcast.
    [[nodiscard]] bool isHost(Ipv4 other) const;
    [[nodiscard]] bool sameNet(const Ipv4InNet& other) const;
    bool operator==(const Ipv4InNet&) const = default;
};

/// Four numbers from 0 to 255 without leading zeros; nothing for any other text.
[[nodiscard]] std::optional<Ipv4> parseIpv4(std::string_view text);

/// Nothing for addresses that a machine cannot have on a network: loopback, multicast, 0.0.0.0, the network's first and
/// last address.
[[nodiscard]] std::optional<Ipv4InNet> parseIpv4InNet(std::string_view text);

[[nodiscard]] std::string ipv4Text(Ipv4 address);

/// "1c:69:7a:00:00:01" in lower case from six pairs of digits joined by ':' or '-'. Nothing for any other text, for
/// all zeros, and for a group address, which no network port has.
[[nodiscard]] std::optional<std::string> parseMac(std::string_view text);

} // namespace cratectl
