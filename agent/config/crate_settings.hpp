// The settings allowed in crate.yml: which ones a line of CrateDB knows, and which ones belong to cratekeeper.
// It owns both tables; all code that writes or accepts a setting asks here. It knows no values and renders nothing.
#pragma once

#include "agent/config/crate_version.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace agent {

/// Whether the line knows the setting. CrateDB refuses to start with an unknown setting, so for an unknown line only
/// the settings that every line since 4.0 knows count as known. A setting in neither table counts as known.
[[nodiscard]] bool lineKnows(const std::optional<CrateVersion>& line, std::string_view setting);

/// Why the line does not know the setting, and what to write instead; empty when it does.
[[nodiscard]] std::optional<std::string> unknownToLine(const CrateVersion& line, const std::string& setting);

/// Why an operator must not set it: it determines which nodes form a cluster, or where the database is found. Empty if
/// the operator may. This covers CrateDB's aliases, too, and lists by index ("x.0").
[[nodiscard]] std::optional<std::string> whyOwned(const std::string& setting);

} // namespace agent
