// inet_pton() is strict, other than inet_aton(): "10.1" and "010.0.0.1" are no addresses to it. It reads up to a zero
// byte, so a text with one is refused before.
#include "hal/base/ip.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>

namespace hal {
namespace {

/// Whether the text is an address of the family; then its bytes are in `address`, which is as large as the family needs.
bool parse(int family, std::string_view text, void* address) {
    const std::string whole(text);
    return !whole.contains('\0') && inet_pton(family, whole.c_str(), address) == 1;
}

} // namespace

std::optional<std::string> ipText(std::span<const std::byte> bytes) {
    const int family = bytes.size() == sizeof(in_addr) ? AF_INET : AF_INET6;
    if (family == AF_INET6 && bytes.size() != sizeof(in6_addr)) {
        return std::nullopt;
    }
    std::array<char, INET6_ADDRSTRLEN> text{};
    return std::string(inet_ntop(family, bytes.data(), text.data(), text.size()));
}

std::optional<uint32_t> parseIpv4(std::string_view text) {
    in_addr address{};
    return parse(AF_INET, text, &address) ? std::optional(ntohl(address.s_addr)) : std::nullopt;
}

std::string ipv4Text(uint32_t bits) {
    const in_addr address{.s_addr = htonl(bits)};
    return ipText(std::as_bytes(std::span(&address, 1))).value_or("");
}

bool isIpText(std::string_view text) {
    in6_addr address{};
    return parse(AF_INET, text, &address) ||
           (parse(AF_INET6, text, &address) && IN6_IS_ADDR_V4MAPPED(&address) == 0);
}

std::string hostAndPort(const std::string& host, unsigned port) {
    return (host.contains(':') ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

} // namespace hal
