// The machine's network links, their addresses and the routes by which the world is reached.
// It lists every link, physical or not, exactly as the kernel knows it, and says when to look again. Which of them
// matter, and which address is announced, is decided elsewhere. It never configures anything and wakes no device.
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

/// The kernel's idea of how far an address is valid (rtnetlink(7), ifa_scope).
enum class AddressScope { global, site, link, host };

struct Address {
    AddressFamily family = AddressFamily::ipv4;
    std::string text; ///< "192.168.1.10" or "fd00::2", without prefix length or zone
    uint8_t prefixLength = 0;
    AddressScope scope = AddressScope::global;
    bool temporary = false; ///< an RFC 8981 privacy address, or a secondary IPv4 address
    bool usable = true;     ///< false while tentative, deprecated or found to be a duplicate
    bool operator==(const Address&) const = default;
};

struct Nic {
    uint32_t index = 0; ///< the kernel's ifindex, never 0
    std::string name;
    std::string kind;      ///< "" for hardware and lo, else "bridge", "bond", "vlan", "veth", ...
    bool physical = false; ///< there is a device behind it (PCI, USB, virtio, platform)
    bool loopback = false;
    std::optional<std::string> mac;          ///< "aa:bb:cc:dd:ee:ff"
    std::optional<std::string> permanentMac; ///< the one burnt in
    std::optional<std::string> driver;       ///< "igc"
    std::optional<std::string> firmware;     ///< as the driver words it: "1082:8770"
    std::optional<std::string> pciId;        ///< "8086:15f3"
    std::optional<std::string> busInfo;      ///< where it is plugged in: "0000:57:00.0"
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
    std::optional<std::string> source;  ///< the address the kernel was told to send from
    uint32_t metric = 0;                ///< the smaller wins
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

    /// Asks the kernel. Takes well under a millisecond and never waits for more than one second for an answer that
    /// the kernel gives at once. Fails, retryably, only when there is no netlink; the rest becomes problems.
    [[nodiscard]] virtual Result<Reading<NetworkState>> list() = 0;

    /// Calls whenever a link, an address or a route changed, or when the kernel lost events: look again. A second
    /// watch replaces the first.
    [[nodiscard]] virtual Status watch(std::function<void()> lookAgain) = 0;
};

/// Nothing is opened before the first list() or watch().
[[nodiscard]] std::unique_ptr<Nics> makeNics(EventLoop& loop);

} // namespace hal
