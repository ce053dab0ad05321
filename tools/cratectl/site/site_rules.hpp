// Rules that join several entries of a site file: what no single line can be right or wrong about.
// It changes no value and reads no text.
#pragma once

#include "tools/cratectl/site/site.hpp"

#include <string>
#include <utility>
#include <vector>

namespace cratectl {

/// Appends to `result.errors` and `result.warnings`; the site's values are those the lines gave.
void checkSite(SiteResult& result);

} // namespace cratectl
