// The version of cratekeeper, in one place. Never more than this one constant.
#pragma once

namespace agent {

inline constexpr const char* kVersion = "0.1.0";

} // namespace agent
