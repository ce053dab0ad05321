// `cratectl pull-image`: what crate@.service runs before the container, so that a pull shows how far it is.
// It asks Docker's own API for the image and says by STATUS= what it waits for. It starts nothing.
#pragma once

#include <string>

namespace cratectl {

/// Returns at once when the image is already there. 0 when the image is there in the end.
int pullImage(const std::string& reference);

} // namespace cratectl
