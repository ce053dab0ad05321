// What sysfs knows about the device behind a link: whether there is one, its driver, where it is plugged in, and
// whether it sleeps. Reads text and links below a root directory only, so it can be tested on a copy of a tree.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace hal {

struct NicFacts {
    bool physical = false;                 ///< a device of a real bus stands behind the link
    bool asleep = false;                   ///< runtime suspended: asking its driver anything would wake it
    std::optional<std::string> driver;     ///< "igc"
    std::optional<std::string> busInfo;    ///< "0000:57:00.0"
    std::optional<std::string> pciId;      ///< "8086:15f3"; unknown for a device that is not a PCI one
    std::optional<std::string> pciProblem; ///< why the PCI id is unknown
    /// The kernel's index. In a network namespace other than the one /sys was mounted in, a link of the same name is
    /// another one: its index tells.
    std::optional<uint64_t> index;
    bool operator==(const NicFacts&) const = default;
};

/// `root` is put before "/sys"; "" is the machine itself.
[[nodiscard]] NicFacts readNicFacts(const std::string& root, const std::string& name);

} // namespace hal
