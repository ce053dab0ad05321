// Which address of this machine the others are told: of the operator's interface, or of the best default route.
// Pure: it looks at one reading of the network and changes nothing.
#pragma once

#include "hal/hardware/nics.hpp"

#include <optional>
#include <string>

namespace agent {

struct AnnouncedAddress {
    std::optional<std::string> nic;     ///< the interface that has the address; may be a bridge
    std::optional<std::string> address; ///< IPv4 where there is one, never a link-local one
    std::optional<std::string> problem; ///< why there is no address, and what to do
    bool operator==(const AnnouncedAddress&) const = default;
};

/// Without a configured interface the default routes are asked in the order IPv4 before IPv6, then the lowest metric;
/// the first whose interface has an address of the route's family decides.
[[nodiscard]] AnnouncedAddress announcedAddress(const hal::NetworkState& network,
                                                const std::optional<std::string>& configuredInterface);

} // namespace agent
