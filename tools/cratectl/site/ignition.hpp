// A node's Ignition config, version 3.3: the files, units, keys and disks of the first boot as one JSON document.
// It owns the document's structure. tools/cratectl/site/site_files owns the texts in it. It decides nothing about a node.
#pragma once

#include "tools/cratectl/site/site_files.hpp"

#include <string>

namespace cratectl {

/// Indented JSON with a line end. The same site always gives the same bytes.
[[nodiscard]] std::string ignitionConfig(const Site& site, const SiteNode& node, Target target);

/// A text as an RFC 2397 URL, Ignition's form of a file's content.
[[nodiscard]] std::string dataUrl(const std::string& text);

} // namespace cratectl
