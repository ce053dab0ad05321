// Root's choices for the container: the image and its limits, in crate@.service and /etc/cratekeeper/crate.env.
// It owns the parsing of that file and the defaults of the shipped unit. The agent writes none of it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace agent {

inline constexpr const char* kCrateEnvironmentPath = "/etc/cratekeeper/crate.env";
/// As in units/crate@.service; a test compares them.
inline constexpr const char* kShippedImage = "docker.io/library/crate:6.4.5";
inline constexpr const char* kShippedLimits =
    "--ulimit=nofile=65536:65536 --ulimit=nproc=65536:65536 --ulimit=memlock=-1:-1";

struct CrateEnvironment {
    std::optional<std::string> image = kShippedImage; ///< CRATE_IMAGE; empty when the file cannot be read
    std::optional<std::string> limits =
        kShippedLimits; ///< CRATE_LIMITS and CRATE_DOCKER_OPTIONS, as on the line
    bool operator==(const CrateEnvironment&) const = default;
};

/// Parses an EnvironmentFile= as systemd does: comments, quotes, joined lines; of two assignments the later one wins.
[[nodiscard]] CrateEnvironment parseCrateEnvironment(std::string_view text);

/// The values if the file exists but cannot be read.
[[nodiscard]] CrateEnvironment unreadableCrateEnvironment();

/// Whether `docker run` gives the container an unlimited memlock; empty if the options are unknown. Of several
/// --ulimit=memlock the last one counts, as in Docker.
[[nodiscard]] std::optional<bool> mayLockMemory(const CrateEnvironment& environment);

} // namespace agent
