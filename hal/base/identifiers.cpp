// The placeholders are those that mainboards of NUCs and their like were seen with.
#include "hal/base/identifiers.hpp"

#include "hal/base/text.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace hal {

bool isMachineId(std::string_view text) {
    constexpr size_t kDigits = 32;
    return isHexadecimal(text, kDigits) && text.find_first_not_of('0') != text.npos;
}

bool isContainerId(std::string_view text) {
    constexpr size_t kDigits = 64; // a SHA-256
    return isHexadecimal(text, kDigits);
}

bool isDmiPlaceholder(std::string_view text) {
    constexpr std::array<std::string_view, 17> kPlaceholders = {"default string",
                                                                "to be filled by o.e.m.",
                                                                "to be filled by o.e.m",
                                                                "o.e.m.",
                                                                "oem",
                                                                "none",
                                                                "not specified",
                                                                "not applicable",
                                                                "n/a",
                                                                "unknown",
                                                                "system manufacturer",
                                                                "system product name",
                                                                "system serial number",
                                                                "chassis serial number",
                                                                "0123456789",
                                                                "123456789",
                                                                "invalid"};
    std::string word(trimmed(text));
    std::ranges::transform(word, word.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return word.empty() || std::ranges::find(kPlaceholders, word) != kPlaceholders.end() ||
           word.find_first_not_of("0. -xX") == std::string::npos;
}

} // namespace hal
