// RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups becomes "::".
#include "hal/base/ip_text.hpp"

#include <array>
#include <charconv>
#include <cstdint>

namespace hal {
namespace {

constexpr size_t kGroups = 8;

void appendNumber(std::string& text, unsigned number, int base) {
    std::array<char, 8> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, base).ptr;
    text.append(digits.data(), end);
}

struct Run {
    size_t first = 0;
    size_t length = 0;
};

Run longestZeroRun(const std::array<uint16_t, kGroups>& groups) {
    Run best;
    Run current;
    for (size_t i = 0; i < kGroups; ++i) {
        if (groups[i] != 0) {
            current.length = 0;
            continue;
        }
        if (current.length++ == 0) {
            current.first = i;
        }
        if (current.length > best.length) {
            best = current;
        }
    }
    return best.length >= 2 ? best : Run{.first = kGroups, .length = 0};
}

std::string ipv6Text(std::span<const std::byte> bytes) {
    std::array<uint16_t, kGroups> groups{};
    for (size_t i = 0; i < kGroups; ++i) {
        const auto high = std::to_integer<unsigned>(bytes[2 * i]);
        groups[i] = static_cast<uint16_t>(high << 8U | std::to_integer<unsigned>(bytes[2 * i + 1]));
    }
    const Run zeros = longestZeroRun(groups);
    std::string text;
    for (size_t i = 0; i < kGroups; ++i) {
        if (i == zeros.first) {
            text += "::";
            i += zeros.length - 1;
            continue;
        }
        if (!text.empty() && text.back() != ':') {
            text += ':';
        }
        appendNumber(text, groups[i], 16);
    }
    return text;
}

bool isIpv4Text(std::string_view text) {
    size_t parts = 0;
    while (true) {
        const auto dot = text.find('.');
        const auto part = text.substr(0, dot);
        unsigned number = 0;
        const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
        const bool leadingZero = part.size() > 1 && part.front() == '0'; // some read it as octal
        if (error != std::errc{} || end != part.data() + part.size() || number > 255 || leadingZero) {
            return false;
        }
        ++parts;
        if (dot == std::string_view::npos) {
            return parts == 4;
        }
        text.remove_prefix(dot + 1);
    }
}

/// How many groups of one to four hexadecimal digits stand between single colons; nothing when something else does.
std::optional<size_t> countGroups(std::string_view text) {
    if (text.empty()) {
        return 0;
    }
    size_t groups = 0;
    while (true) {
        const auto colon = text.find(':');
        const auto group = text.substr(0, colon);
        if (group.empty() || group.size() > 4 ||
            group.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos) {
            return std::nullopt;
        }
        ++groups;
        if (colon == std::string_view::npos) {
            return groups;
        }
        text.remove_prefix(colon + 1);
    }
}

bool isIpv6Text(std::string_view text) {
    const auto gap = text.find("::");
    if (gap == std::string_view::npos) {
        return countGroups(text) == kGroups;
    }
    const auto before = countGroups(text.substr(0, gap));
    const auto after = countGroups(text.substr(gap + 2));
    return before && after && *before + *after < kGroups;
}

} // namespace

bool isIpText(std::string_view text) { return isIpv4Text(text) || isIpv6Text(text); }

std::optional<std::string> ipText(std::span<const std::byte> bytes) {
    constexpr size_t kIpv4Bytes = 4;
    constexpr size_t kIpv6Bytes = 16;
    if (bytes.size() == kIpv4Bytes) {
        std::string text;
        for (const std::byte part : bytes) {
            text += text.empty() ? "" : ".";
            appendNumber(text, std::to_integer<unsigned>(part), 10);
        }
        return text;
    }
    if (bytes.size() == kIpv6Bytes) {
        return ipv6Text(bytes);
    }
    return std::nullopt;
}

} // namespace hal
