// Addresses that other machines cannot use for more than a day are never announced: others would remember them.
#include "agent/hardware/announced_address.hpp"

#include <algorithm>
#include <tuple>
#include <vector>

namespace agent {
namespace {

const hal::Nic* nicByIndex(const hal::NetworkState& network, uint32_t index) {
    const auto found = std::ranges::find(network.nics, index, &hal::Nic::index);
    return found != network.nics.end() ? &*found : nullptr;
}

/// Whether other machines can use the address to reach this one for more than a day.
bool isAnnounceable(const hal::Address& address) {
    const bool wide = address.scope == hal::AddressScope::global || address.scope == hal::AddressScope::site;
    return wide && address.usable;
}

/// The best address of one family on a link: the one the route sends from, else a lasting one, else any, each time the
/// first in the kernel's order, which puts the primary address first.
std::optional<std::string> bestAddress(const hal::Nic& nic, hal::AddressFamily family,
                                       const std::optional<std::string>& source) {
    const hal::Address* best = nullptr;
    for (const hal::Address& address : nic.addresses) {
        if (address.family != family || !isAnnounceable(address)) {
            continue;
        }
        if (address.text == source) {
            return address.text;
        }
        if (best == nullptr || (best->temporary && !address.temporary)) {
            best = &address;
        }
    }
    return best != nullptr ? std::optional(best->text) : std::nullopt;
}

/// The operator's choice: IPv4 before IPv6.
AnnouncedAddress ofConfigured(const hal::NetworkState& network, const std::string& name) {
    const auto nic = std::ranges::find(network.nics, name, &hal::Nic::name);
    if (nic == network.nics.end()) {
        return {.nic = {},
                .address = {},
                .problem = "the configured interface " + name +
                           " does not exist; set one that \"cratectl probe\" lists, or none to "
                           "announce the address of the default route"};
    }
    for (const auto family : {hal::AddressFamily::ipv4, hal::AddressFamily::ipv6}) {
        if (auto address = bestAddress(*nic, family, {})) {
            return {.nic = name, .address = std::move(address), .problem = {}};
        }
    }
    return {.nic = name,
            .address = {},
            .problem = "the configured interface " + name +
                       " has no address others can reach; wait for DHCP or assign one"};
}

AnnouncedAddress ofDefaultRoute(const hal::NetworkState& network) {
    std::vector<hal::DefaultRoute> routes = network.defaultRoutes;
    std::ranges::sort(
        routes, {}, [](const auto& route) { return std::tuple(route.family, route.metric, route.nicIndex); });
    for (const hal::DefaultRoute& route : routes) {
        const hal::Nic* nic = nicByIndex(network, route.nicIndex);
        if (nic == nullptr || nic->loopback) {
            continue;
        }
        if (auto address = bestAddress(*nic, route.family, route.source)) {
            return {.nic = nic->name, .address = std::move(address), .problem = {}};
        }
    }
    return {.nic = {},
            .address = {},
            .problem = routes.empty()
                           ? "there is no default route; wait for DHCP, add one, or configure an interface"
                           : "no interface with a default route has an address others can reach"};
}

} // namespace

AnnouncedAddress announcedAddress(const hal::NetworkState& network,
                                  const std::optional<std::string>& configuredInterface) {
    return configuredInterface ? ofConfigured(network, *configuredInterface) : ofDefaultRoute(network);
}

} // namespace agent
