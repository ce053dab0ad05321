// Base64 is encoded in groups of three bytes; text that no encoder could have written is rejected.
#include "hal/base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace hal {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr uint8_t kNoDigit = 64;

constexpr std::string_view kLowerHexadecimal = "0123456789abcdef";
constexpr std::string_view kUpperHexadecimal = "0123456789ABCDEF";

constexpr std::array<uint8_t, 256> kDigits = [] {
    std::array<uint8_t, 256> digits{};
    digits.fill(kNoDigit);
    for (uint8_t digit = 0; digit < kAlphabet.size(); ++digit) {
        digits[static_cast<uint8_t>(kAlphabet[digit])] = digit;
    }
    return digits;
}();

/// A character of UTF-8 and its bytes; `length` is 1 and `known` false where the text is not UTF-8 (RFC 3629).
struct Character {
    uint32_t code = 0;
    size_t length = 1;
    bool known = false;
};

Character characterAt(std::string_view text, size_t at) {
    const auto byte = [&](size_t index) { return static_cast<uint8_t>(text[index]); };
    const uint8_t first = byte(at);
    if (first < 0x80U) {
        return {.code = first, .length = 1, .known = true};
    }
    const size_t length = first >= 0xF0U ? 4 : first >= 0xE0U ? 3 : 2;
    constexpr std::array<uint32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
    if (first < 0xC2U || first > 0xF4U || at + length > text.size()) {
        return {};
    }
    uint32_t code = first & (0xFFU >> (length + 1));
    for (size_t index = at + 1; index < at + length; ++index) {
        if ((byte(index) & 0xC0U) != 0x80U) {
            return {};
        }
        code = (code << 6U) | (byte(index) & 0x3FU);
    }
    const bool surrogate = code >= 0xD800U && code <= 0xDFFFU;
    if (code < kSmallest.at(length) || code > 0x10FFFFU || surrogate) {
        return {};
    }
    return {.code = code, .length = length, .known = true};
}

bool isHarmless(const Character& character) {
    const uint32_t code = character.code;
    const bool control = code < 0x20U || (code >= 0x7FU && code <= 0x9FU);
    const bool separator = code == 0x2028U || code == 0x2029U;
    const bool direction = code == 0x200EU || code == 0x200FU || code == 0x061CU ||
                           (code >= 0x202AU && code <= 0x202EU) || (code >= 0x2066U && code <= 0x2069U);
    return character.known && !control && !separator && !direction;
}

/// Up to three bytes as one number of 24 bits, missing bytes being 0.
uint32_t packed(std::string_view bytes) {
    uint32_t group = 0;
    for (size_t index = 0; index < 3; ++index) {
        group = (group << 8U) | (index < bytes.size() ? static_cast<uint8_t>(bytes[index]) : 0U);
    }
    return group;
}

} // namespace

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlank = " \t\r\n\v\f";
    const size_t first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::string_view takeLine(std::string_view& text) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return line;
}

std::string oneLine(std::string_view text, size_t maxBytes) {
    std::string line;
    for (size_t at = 0; at < text.size();) {
        const Character character = characterAt(text, at);
        const std::string_view part = isHarmless(character) ? text.substr(at, character.length) : "?";
        if (line.size() + part.size() > maxBytes) {
            return line + "...";
        }
        line += part;
        at += character.length;
    }
    return line;
}

bool isOneLine(std::string_view text) {
    for (size_t at = 0; at < text.size();) {
        const Character character = characterAt(text, at);
        if (!isHarmless(character)) {
            return false;
        }
        at += character.length;
    }
    return true;
}

std::string hexadecimal(std::span<const std::byte> bytes, char separator) {
    std::string text;
    for (const std::byte part : bytes) {
        const auto value = std::to_integer<size_t>(part);
        if (separator != '\0' && !text.empty()) {
            text += separator;
        }
        text += {kLowerHexadecimal[value / 16], kLowerHexadecimal[value % 16]};
    }
    return text;
}

std::optional<unsigned> hexadecimalDigit(char digit) {
    const size_t value = kLowerHexadecimal.find(digit);
    return value == std::string_view::npos ? std::nullopt : std::optional(static_cast<unsigned>(value));
}

bool isHexadecimal(std::string_view text, size_t digits) {
    return text.size() == digits && text.find_first_not_of(kLowerHexadecimal) == std::string_view::npos;
}

std::string base64Encode(std::string_view bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (size_t start = 0; start < bytes.size(); start += 3) {
        const auto part = bytes.substr(start, 3);
        const uint32_t group = packed(part);
        for (size_t digit = 0; digit < 4; ++digit) {
            text += digit <= part.size() ? kAlphabet[(group >> (18U - 6U * digit)) & 63U] : '=';
        }
    }
    return text;
}

std::optional<std::string> base64Decode(std::string_view text) {
    if (text.size() % 4 != 0) {
        return std::nullopt;
    }
    const size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3);
    for (size_t start = 0; start < text.size(); start += 4) {
        const size_t digits = start + 4 == text.size() ? 4 - padding : 4;
        uint32_t group = 0;
        for (size_t index = 0; index < 4; ++index) {
            const uint8_t digit =
                index < digits ? kDigits[static_cast<uint8_t>(text[start + index])] : uint8_t{0};
            if (digit == kNoDigit) {
                return std::nullopt;
            }
            group = (group << 6U) | digit;
        }
        for (size_t byte = 0; byte + 1 < digits; ++byte) {
            bytes += static_cast<char>((group >> (16U - 8U * byte)) & 255U);
        }
        if (digits < 4 && (group & ((1U << (8U * (4U - static_cast<uint32_t>(digits)))) - 1U)) != 0) {
            return std::nullopt; // bits beyond the last byte: no encoder writes them
        }
    }
    return bytes;
}

std::string percentEncoded(std::string_view text, std::string_view plain) {
    constexpr std::string_view kUnreserved = "-._~";
    std::string encoded;
    for (const char c : text) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (letter || kUnreserved.contains(c) || plain.contains(c)) {
            encoded += c;
        } else {
            const auto byte = static_cast<uint8_t>(c);
            encoded += {'%', kUpperHexadecimal[byte >> 4U], kUpperHexadecimal[byte & 15U]};
        }
    }
    return encoded;
}

} // namespace hal
