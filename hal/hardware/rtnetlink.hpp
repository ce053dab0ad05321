// Route netlink: the requests for links, addresses and routes, and the kernel's answers, as values.
// Pure functions over bytes. They check the length of everything in a message before using it; a malformed message is
// an error, an unknown attribute is skipped.
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

/// The content of one datagram of a dump. Links lack what netlink does not report: whether they are physical, their
/// driver and their speed.
struct DumpPage {
    std::vector<Nic> nics;
    std::vector<LinkAddress> addresses;
    std::vector<DefaultRoute> defaultRoutes;
    bool last = false;        ///< the kernel reported that the dump is complete
    bool interrupted = false; ///< something changed while the kernel was answering: ask again
    bool operator==(const DumpPage&) const = default;
};

/// Parses one datagram. Messages with another sequence number are skipped: they answer an older request. The kernel's
/// own error message becomes a retryable error, malformed bytes a terminal one.
[[nodiscard]] Result<DumpPage> parseDump(std::span<const std::byte> datagram, uint32_t sequence);

/// "aa:bb:cc:dd:ee:ff" from the bytes of a hardware address of any length.
[[nodiscard]] std::string hardwareAddressText(std::span<const std::byte> bytes);

} // namespace hal
