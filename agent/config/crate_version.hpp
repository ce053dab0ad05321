// The line of CrateDB that an image holds, according to its tag.
// It owns the parsing of versions and image references. crate_settings knows which settings a line has.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace agent {

/// A line is a feature release, "6.4": settings appear and disappear only between lines, never within one.
struct CrateVersion {
    unsigned major = 0;
    unsigned minor = 0;
    auto operator<=>(const CrateVersion&) const = default;

    /// "6.4"
    [[nodiscard]] std::string text() const;
};

/// The first line with cluster.initial_master_nodes and with the list of peers in a file.
inline constexpr CrateVersion kOldestCrate{.major = 4, .minor = 0};

/// "6.4", "6.4.5" and "6.4.5-1" are of the line 6.4; empty for everything else, "6" among it.
[[nodiscard]] std::optional<CrateVersion> parseCrateVersion(std::string_view text);

/// The line in the tag of an image reference: "docker.io/library/crate:6.4.5@sha256:..."; empty when there is no tag
/// or it names no version, as "latest" or "6" do.
[[nodiscard]] std::optional<CrateVersion> versionOfImage(std::string_view reference);

} // namespace agent
