// See version.hpp.
#include "tests/standin/version.hpp"

#include <array>
#include <charconv>

namespace standin {

std::optional<Version> parseVersion(std::string_view text) {
    std::array<int, 3> parts{};
    const char* at = text.data();
    const char* end = at + text.size();
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto [next, error] = std::from_chars(at, end, parts[i]);
        const bool isLast = i + 1 == parts.size();
        if (error != std::errc() || parts[i] < 0 || (isLast ? next != end : next == end || *next != '.')) {
            return std::nullopt;
        }
        at = next + (isLast ? 0 : 1);
    }
    return Version{parts[0], parts[1], parts[2]};
}

} // namespace standin
