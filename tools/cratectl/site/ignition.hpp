// A node's Ignition config, version 3.3: the files, units, keys and disks of the first boot as one JSON document.
// It owns the document's shape. The texts in it are tools/cratectl/site/site_files'; it decides nothing about a node.
#pragma once

#include "tools/cratectl/site/site_files.hpp"

#include <string>

namespace cratectl {

/// Indented JSON with a line end. The same site always gives the same bytes.
[[nodiscard]] std::string ignitionConfig(const Site& site, const SiteNode& node, Target target);

/// A text as an RFC 2397 URL; what Ignition takes for the content of a file.
[[nodiscard]] std::string dataUrl(const std::string& text);

} // namespace cratectl
