// What follows the last colon is a port, not a tag, when a slash comes after it: "registry:5000/crate".
#include "agent/config/image_reference.hpp"

#include <algorithm>

namespace agent {
namespace {

bool isLetterOrDigit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

} // namespace

bool ImageReference::isPinned() const { return digest || (tag && *tag != "latest"); }

std::optional<ImageReference> parseImageReference(std::string_view text) {
    constexpr std::string_view kSeparators = "./:@_-";
    const auto allowed = [&](char c) { return isLetterOrDigit(c) || kSeparators.contains(c); };
    if (text.empty() || !std::ranges::all_of(text, allowed) || !isLetterOrDigit(text.front()) ||
        !isLetterOrDigit(text.back())) {
        return std::nullopt;
    }
    ImageReference reference;
    if (const auto at = text.find('@'); at != std::string_view::npos) {
        reference.digest = text.substr(at + 1);
        text = text.substr(0, at);
    }
    const auto slash = text.rfind('/'); // npos + 1 is 0
    if (const auto colon = text.find(':', slash + 1); colon != std::string_view::npos) {
        reference.tag = text.substr(colon + 1);
        text = text.substr(0, colon);
    }
    reference.name = text;
    return reference.name.empty() ? std::nullopt : std::optional(std::move(reference));
}

} // namespace agent
