// The version of cratekeeper: this one constant and nothing else.
#pragma once

namespace agent {

inline constexpr const char* kVersion = "0.1.0";

} // namespace agent
