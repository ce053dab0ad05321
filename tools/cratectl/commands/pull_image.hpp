// `cratectl pull-image`: crate@.service runs it before the container, so that a pull reports its progress.
// It requests the image through Docker's API and reports progress with STATUS=. It starts nothing.
#pragma once

#include <string>

namespace cratectl {

/// Returns at once if the image is already present. 0 if the image is present in the end.
int pullImage(const std::string& reference);

} // namespace cratectl
