// The files of one node, from a valid site file.
// It owns their texts and paths on each operating system. tools/cratectl/site/ignition brings them onto the machine.
#pragma once

#include "tools/cratectl/site/site.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cratectl {

/// The operating system on the node's disk: the image of this project, or one that uses the system extension.
enum class Target { cratekeeper, flatcar, fcos };

[[nodiscard]] std::optional<Target> parseTarget(std::string_view name);
[[nodiscard]] const char* targetName(Target target);

/// A text and its path. `mode` are the permission bits.
struct SiteFile {
    std::string path;
    std::string content;
    unsigned mode = 0644;
};

/// A systemd unit: a whole one, a drop-in for one of the operating system's, or only whether it is enabled.
struct SiteUnit {
    std::string name;
    std::optional<bool> enabled;
    std::string content;
    std::string dropIn;
};

[[nodiscard]] std::vector<SiteFile> siteFiles(const Site& site, const SiteNode& node, Target target);

[[nodiscard]] std::vector<SiteUnit> siteUnits(const Site& site, const SiteNode& node, Target target);

/// The entries that this operating system needs and the site file lacks.
[[nodiscard]] std::vector<agent::ConfigError> missingFor(Target target, const SiteResult& result);

} // namespace cratectl
