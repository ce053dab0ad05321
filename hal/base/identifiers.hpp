// What the names of machines and containers look like, checked in one place for agent, cratectl and the site file.
// Pure. It knows no machine: a well-formed identifier may be anybody's.
#pragma once

#include <string_view>

namespace hal {

/// A machine-id(5): 32 lower-case hexadecimal digits, not "uninitialized" and not all zeros.
[[nodiscard]] bool isMachineId(std::string_view text);

/// A container's id as `docker run --cidfile` writes it: 64 lower-case hexadecimal digits.
[[nodiscard]] bool isContainerId(std::string_view text);

/// Whether a DMI string is what a board vendor left behind without filling it in ("To Be Filled By O.E.M.",
/// "Default string", "System Serial Number", "0123456789", ...): such a string identifies nothing.
[[nodiscard]] bool isDmiPlaceholder(std::string_view text);

} // namespace hal
