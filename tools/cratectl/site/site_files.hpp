// The files of one node, from a site file that was found right.
// It owns their texts and paths on each operating system. It does not know how they get onto the machine; that is
// tools/cratectl/site/ignition's.
#pragma once

#include "tools/cratectl/site/site.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cratectl {

/// Which operating system the node's disk holds: the image of this project, or one that takes the system extension.
enum class Target { cratekeeper, flatcar, fcos };

[[nodiscard]] std::optional<Target> parseTarget(std::string_view name);
[[nodiscard]] const char* targetName(Target target);

/// A text and where it belongs. `mode` are the permission bits.
struct SiteFile {
    std::string path;
    std::string content;
    unsigned mode = 0644;
};

/// A unit of systemd: a whole one, a drop-in for one of the operating system, or only whether it is enabled.
struct SiteUnit {
    std::string name;
    std::optional<bool> enabled;
    std::string content;
    std::string dropIn;
};

[[nodiscard]] std::vector<SiteFile> siteFiles(const Site& site, const SiteNode& node, Target target);

[[nodiscard]] std::vector<SiteUnit> siteUnits(const Site& site, const SiteNode& node, Target target);

/// What this operating system needs and the site file does not say.
[[nodiscard]] std::vector<agent::ConfigError> missingFor(Target target, const SiteResult& result);

} // namespace cratectl
