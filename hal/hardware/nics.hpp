// The machine's network links, their addresses and the default routes.
// It lists every link, physical or not, exactly as the kernel reports it, and says when to look again.
// agent/hardware/inventory decides which of them matter and which address is announced. It never configures anything
// and wakes no device.
#pragma once

#include "hal/base/event_loop.hpp"
#include "hal/base/problem.hpp"
#include "hal/base/result.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hal {

enum class AddressFamily { ipv4, ipv6 };

/// The kernel's scope of an address (rtnetlink(7), ifa_scope).
enum class AddressScope { global, site, link, host };

struct Address {
    AddressFamily family = AddressFamily::ipv4;
    std::string text; ///< "192.168.1.10" or "fd00::2", without prefix length or zone
    uint8_t prefixLength = 0;
    AddressScope scope = AddressScope::global;
    bool temporary = false; ///< an RFC 8981 privacy address, or a secondary IPv4 address
    bool usable = true;     ///< false while tentative, deprecated or detected as a duplicate
    bool operator==(const Address&) const = default;
};

struct Nic {
    uint32_t index = 0; ///< the kernel's ifindex, never 0
    std::string name;
    std::string kind;      ///< "" for hardware and lo, else "bridge", "bond", "vlan", "veth", ...
    bool physical = false; ///< it has a device (PCI, USB, virtio, platform)
    bool loopback = false;
    std::optional<std::string> mac;          ///< "aa:bb:cc:dd:ee:ff"
    std::optional<std::string> permanentMac; ///< the burned-in one
    std::optional<std::string> driver;       ///< "igc"
    std::optional<std::string> firmware;     ///< as the driver reports it: "1082:8770"
    std::optional<std::string> pciId;        ///< "8086:15f3"
    std::optional<std::string> busInfo;      ///< its place on the bus: "0000:57:00.0"
    std::optional<uint32_t> speedMbps;       ///< unknown without a carrier
    std::optional<std::string> duplex;       ///< "full" or "half"
    bool adminUp = false;
    std::optional<bool> carrier; ///< unknown while the link is administratively down
    std::optional<uint32_t> carrierChanges;
    std::optional<uint32_t> carrierUpCount;
    std::optional<uint32_t> carrierDownCount;
    uint32_t mtu = 0; ///< bytes
    std::vector<Address> addresses;
    std::optional<uint32_t> masterIndex; ///< the bridge, bond or VRF this link is a port of
    std::optional<uint32_t> lowerIndex;  ///< the link this one is stacked on (VLAN, macvlan, ipvlan)
    bool operator==(const Nic&) const = default;
};

struct DefaultRoute {
    AddressFamily family = AddressFamily::ipv4;
    uint32_t nicIndex = 0;
    std::optional<std::string> gateway; ///< a point-to-point link has none
    std::optional<std::string> source;  ///< the preferred source address
    uint32_t metric = 0;                ///< the smallest wins
    bool operator==(const DefaultRoute&) const = default;
};

struct NetworkState {
    std::vector<Nic> nics;                   ///< by index
    std::vector<DefaultRoute> defaultRoutes; ///< of the main table, in the kernel's order
    bool operator==(const NetworkState&) const = default;
};

class Nics {
public:
    Nics() = default;
    Nics(const Nics&) = delete;
    Nics& operator=(const Nics&) = delete;
    virtual ~Nics() = default;

    /// Queries the kernel. Takes well under a millisecond and waits at most one second for an answer that the kernel
    /// gives at once. Fails, retryably, only if there is no netlink; all other errors become problems.
    [[nodiscard]] virtual Result<Reading<NetworkState>> list() = 0;

    /// Calls whenever a link, an address or a route changed, or when the kernel lost events: look again. A second
    /// watch replaces the first.
    [[nodiscard]] virtual Status watch(std::function<void()> lookAgain) = 0;
};

/// Nothing is opened before the first list() or watch().
[[nodiscard]] std::unique_ptr<Nics> makeNics(EventLoop& loop);

} // namespace hal
