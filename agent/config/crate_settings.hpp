// What may stand in crate.yml: which settings a line of CrateDB knows, and which ones belong to cratekeeper.
// It owns both tables; whoever writes or accepts a setting asks here. It knows no values and renders nothing.
#pragma once

#include "agent/config/crate_version.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace agent {

/// Whether the line knows the setting. CrateDB refuses to start with a setting it does not know, so for an unknown
/// line only what every line since 4.0 knows is known. A setting that is in no table is taken as known.
[[nodiscard]] bool lineKnows(const std::optional<CrateVersion>& line, std::string_view setting);

/// Why the line does not know the setting, and what to write instead; empty when it does.
[[nodiscard]] std::optional<std::string> unknownToLine(const CrateVersion& line, const std::string& setting);

/// Why an operator must not set it: it decides who forms a cluster with whom, or where the database is found. Empty
/// when he may. Other names CrateDB takes for the same thing are covered, and so are lists by index ("x.0").
[[nodiscard]] std::optional<std::string> whyOwned(const std::string& setting);

} // namespace agent
