// Text as values: blanks, numbers, hexadecimal, base64 and percent-encoding, each written once for the whole project.
// Pure functions over text that is already in memory; none of them depends on a locale.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hal {

/// The view without white space at either end.
[[nodiscard]] std::string_view trimmed(std::string_view text);

/// Cuts the first line off the text and returns it without its newline.
[[nodiscard]] std::string_view takeLine(std::string_view& text);

/// Text that others wrote, made fit for a log line, a terminal and a page: one line of valid UTF-8, at most `maxBytes`
/// bytes and "..." where something was cut. '?' replaces each control character (C0, DEL, C1), line or paragraph
/// separator, mark of writing direction (U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069), and byte that is not UTF-8.
[[nodiscard]] std::string oneLine(std::string_view text, size_t maxBytes);

/// Whether oneLine() would leave the text as it is.
[[nodiscard]] bool isOneLine(std::string_view text);

/// The whole text as a decimal number that fits into the type; nothing otherwise. Only a signed type takes a '-'; no
/// type takes a '+' or a blank.
template <std::integral Number>
[[nodiscard]] std::optional<Number> parseNumber(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

/// Two lower-case digits for each byte, with the separator (nothing for '\0') between the bytes.
[[nodiscard]] std::string hexadecimal(std::span<const std::byte> bytes, char separator = '\0');

/// The value of a lower-case hexadecimal digit; nothing for any other character.
[[nodiscard]] std::optional<unsigned> hexadecimalDigit(char digit);

/// Whether the text consists of exactly so many lower-case hexadecimal digits.
[[nodiscard]] bool isHexadecimal(std::string_view text, size_t digits);

/// Base64 of RFC 4648, section 4: standard alphabet, padded, as etcd's gateway wants it.
[[nodiscard]] std::string base64Encode(std::string_view bytes);

/// Empty for everything that base64Encode() could not have written: no blanks, no URL alphabet, no missing padding.
[[nodiscard]] std::optional<std::string> base64Decode(std::string_view text);

/// Percent-encoding of RFC 3986. Letters, digits and "-._~" stay what they are, and so do the characters of `plain`.
[[nodiscard]] std::string percentEncoded(std::string_view text, std::string_view plain = "");

} // namespace hal
