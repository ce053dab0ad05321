// Rules across several entries of a site file, which no single line can violate alone.
// It changes no value and reads no text.
#pragma once

#include "tools/cratectl/site/site.hpp"

#include <string>
#include <utility>
#include <vector>

namespace cratectl {

/// Appends to `result.errors` and `result.warnings`; the site's values are those of the lines.
void checkSite(SiteResult& result);

} // namespace cratectl
