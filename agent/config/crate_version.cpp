// Operators type tags: a version may be followed by a dash and anything, never by more digits.
#include "agent/config/crate_version.hpp"

#include "agent/config/image_reference.hpp"

#include <charconv>

namespace agent {
namespace {

/// Takes a number of up to three digits from the front.
std::optional<unsigned> takeNumber(std::string_view& text) {
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || number > 999) {
        return std::nullopt;
    }
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    return number;
}

bool takeDot(std::string_view& text) {
    if (!text.starts_with('.')) {
        return false;
    }
    text.remove_prefix(1);
    return true;
}

} // namespace

std::string CrateVersion::text() const { return std::to_string(major) + "." + std::to_string(minor); }

std::optional<CrateVersion> parseCrateVersion(std::string_view text) {
    const auto major = takeNumber(text);
    if (!major || !takeDot(text)) {
        return std::nullopt;
    }
    const auto minor = takeNumber(text);
    if (!minor || (takeDot(text) && !takeNumber(text))) {
        return std::nullopt;
    }
    if (!text.empty() && !text.starts_with('-')) {
        return std::nullopt;
    }
    return CrateVersion{*major, *minor};
}

std::optional<CrateVersion> versionOfImage(std::string_view reference) {
    const auto image = parseImageReference(reference);
    return image && image->tag ? parseCrateVersion(*image->tag) : std::nullopt;
}

} // namespace agent
