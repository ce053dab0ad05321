// Route netlink: the requests for links, addresses and routes, and what the kernel answers, as values.
// Pure functions over bytes. Nothing in a message is believed before its length was checked; a message that does not
// hold together is an error, an attribute this file does not know is skipped.
#pragma once

#include "hal/base/result.hpp"
#include "hal/hardware/nics.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace hal {

enum class RouteQuery { links, ipv4Addresses, ipv6Addresses, ipv4Routes, ipv6Routes };

/// The bytes of one dump request, ready to be sent on a NETLINK_ROUTE socket.
[[nodiscard]] std::vector<std::byte> dumpRequest(RouteQuery query, uint32_t sequence);

/// An address and the link it is on.
struct LinkAddress {
    uint32_t nicIndex = 0;
    Address address;
    bool operator==(const LinkAddress&) const = default;
};

/// What one datagram of a dump held. Links lack what netlink does not tell: whether they are physical, their driver
/// and their speed.
struct DumpPage {
    std::vector<Nic> nics;
    std::vector<LinkAddress> addresses;
    std::vector<DefaultRoute> defaultRoutes;
    bool last = false;        ///< the kernel said that the dump is complete
    bool interrupted = false; ///< something changed while the kernel was answering: ask again
    bool operator==(const DumpPage&) const = default;
};

/// Reads one datagram. Messages of another sequence number are skipped: they answer an older question. The kernel's
/// own error message becomes a retryable error, malformed bytes a terminal one.
[[nodiscard]] Result<DumpPage> parseDump(std::span<const std::byte> datagram, uint32_t sequence);

/// "aa:bb:cc:dd:ee:ff" from the bytes of a hardware address of any length.
[[nodiscard]] std::string hardwareAddressText(std::span<const std::byte> bytes);

} // namespace hal
