// References to container images as people write them: "registry:5000/library/crate:6.4.5@sha256:...".
// It owns their parts. It asks no registry, so a well-formed reference may name no image.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace agent {

struct ImageReference {
    std::string name;                  ///< with registry and path, "docker.io/library/crate"
    std::optional<std::string> tag;    ///< "6.4.5"
    std::optional<std::string> digest; ///< "sha256:..."

    /// Whether it means the same image on another day: by digest, or by a tag other than "latest".
    [[nodiscard]] bool isPinned() const;
    bool operator==(const ImageReference&) const = default;
};

/// Nothing for a text with other characters than letters, digits and "./:@_-", for one that does not begin and end
/// with a letter or digit, and for one without a name.
[[nodiscard]] std::optional<ImageReference> parseImageReference(std::string_view text);

} // namespace agent
