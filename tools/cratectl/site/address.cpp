// What inet_aton() takes ("10.1", "010.0.0.1") means another address than its writer thinks; hal/base/ip refuses it.
#include "tools/cratectl/site/address.hpp"

#include "hal/base/ip.hpp"
#include "hal/base/text.hpp"

namespace cratectl {
namespace {

uint32_t hostBits(unsigned prefix) { return prefix == 0 ? ~0U : (uint32_t{1} << (32U - prefix)) - 1U; }

} // namespace

bool Ipv4InNet::contains(Ipv4 other) const {
    return (address.bits & ~hostBits(prefix)) == (other.bits & ~hostBits(prefix));
}

bool Ipv4InNet::isHost(Ipv4 other) const {
    const uint32_t host = other.bits & hostBits(prefix);
    return contains(other) && host != 0 && host != hostBits(prefix);
}

bool Ipv4InNet::sameNet(const Ipv4InNet& other) const {
    return prefix == other.prefix && contains(other.address);
}

std::optional<Ipv4> parseIpv4(std::string_view text) {
    const auto bits = hal::parseIpv4(text);
    return bits ? std::optional(Ipv4{*bits}) : std::nullopt;
}

std::optional<Ipv4InNet> parseIpv4InNet(std::string_view text) {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) {
        return std::nullopt;
    }
    const auto address = parseIpv4(text.substr(0, slash));
    // Longer than 30 leaves no room for a gateway beside the machine.
    const auto prefix = hal::parseNumber<unsigned>(text.substr(slash + 1));
    const bool padded = text.substr(slash + 1).starts_with('0');
    if (!address || !prefix || padded || *prefix < 8 || *prefix > 30) {
        return std::nullopt;
    }
    const uint32_t first = address->bits >> 24U;
    const Ipv4InNet found{*address, *prefix};
    if (first == 0 || first == 127 || first >= 224 || !found.isHost(*address)) {
        return std::nullopt;
    }
    return found;
}

std::string ipv4Text(Ipv4 address) { return hal::ipv4Text(address.bits); }

std::optional<std::string> parseMac(std::string_view text) {
    constexpr size_t kLength = 17;
    if (text.size() != kLength) {
        return std::nullopt;
    }
    std::string mac;
    for (size_t i = 0; i < kLength; ++i) {
        const char c = text[i] >= 'A' && text[i] <= 'F' ? static_cast<char>(text[i] - 'A' + 'a') : text[i];
        const bool separator = i % 3 == 2;
        if (separator ? c != text[2] || (c != ':' && c != '-') : !hal::hexadecimalDigit(c)) {
            return std::nullopt;
        }
        mac += separator ? ':' : c;
    }
    // The lowest bit of the first byte marks a group address.
    const bool group = std::string_view("13579bdf").find(mac[1]) != std::string_view::npos;
    if (group || mac == "00:00:00:00:00:00") {
        return std::nullopt;
    }
    return mac;
}

} // namespace cratectl
