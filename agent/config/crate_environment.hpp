// What root decides about the container: the image and its limits, in crate@.service and /etc/cratekeeper/crate.env.
// It owns the reading of that file and the defaults the shipped unit has. The agent writes none of it.
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

/// Reads an EnvironmentFile= as systemd does: comments, quotes, joined lines; of two assignments the later one wins.
[[nodiscard]] CrateEnvironment parseCrateEnvironment(std::string_view text);

/// What is known when the file is there and cannot be read.
[[nodiscard]] CrateEnvironment unreadableCrateEnvironment();

/// Whether `docker run` gives the container an unlimited memlock; empty when the options are unknown. Of several
/// --ulimit=memlock the last one counts, as for Docker.
[[nodiscard]] std::optional<bool> mayLockMemory(const CrateEnvironment& environment);

} // namespace agent
