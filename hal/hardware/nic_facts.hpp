// sysfs's facts about the device of a link: whether there is one, its driver, its place on the bus, and whether it is
// suspended. Reads text and links below a root directory only, so it can be tested on a copy of a tree.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace hal {

struct NicFacts {
    bool physical = false;                 ///< the link has a device on a real bus
    bool asleep = false;                   ///< runtime suspended: any query to its driver would wake it
    std::optional<std::string> driver;     ///< "igc"
    std::optional<std::string> busInfo;    ///< "0000:57:00.0"
    std::optional<std::string> pciId;      ///< "8086:15f3"; unknown for a device that is not a PCI one
    std::optional<std::string> pciProblem; ///< why the PCI id is unknown
    /// The kernel's index. In a network namespace other than the one /sys was mounted in, a link of the same name is
    /// another one, which has another index.
    std::optional<uint64_t> index;
    bool operator==(const NicFacts&) const = default;
};

/// `root` is put before "/sys"; "" is the machine itself.
[[nodiscard]] NicFacts readNicFacts(const std::string& root, const std::string& name);

} // namespace hal
