// The walk through netlink messages and their attributes. Lengths are checked before every read; structures are copied
// out with memcpy because attributes are aligned to four bytes only.
#include "hal/hardware/rtnetlink.hpp"

#include "hal/base/ip.hpp"
#include "hal/base/text.hpp"
#include "hal/hardware/netlink_bytes.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <optional>
#include <string_view>
#include <utility>

namespace hal {
namespace {

using Bytes = std::span<const std::byte>;

Error malformed(const std::string& what) {
    return Error::invalid("malformed netlink answer: " + what +
                          "; expected what linux/rtnetlink.h describes");
}

/// The fixed part of a message and the attributes after it.
template <class Header>
struct Message {
    Header header;
    std::vector<NetlinkAttribute> attributes;
};

template <class Header>
std::optional<Message<Header>> readMessage(Bytes body) {
    const auto header = readStruct<Header>(body);
    if (!header) {
        return std::nullopt;
    }
    auto attributes =
        readNetlinkAttributes(body.subspan(std::min(netlinkAligned(sizeof(Header)), body.size())));
    if (!attributes) {
        return std::nullopt;
    }
    return Message<Header>{*header, std::move(*attributes)};
}

/// A hardware address; nothing if there is none (tun) or if it is all zeros (lo).
std::optional<std::string> readHardwareAddress(Bytes bytes) {
    if (std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{0}; })) {
        return std::nullopt;
    }
    return hardwareAddressText(bytes);
}

std::string readKind(Bytes nest) {
    const auto attributes = readNetlinkAttributes(nest);
    for (const auto& [type, payload] : attributes.value_or(std::vector<NetlinkAttribute>{})) {
        if (type == IFLA_INFO_KIND) {
            return readNetlinkString(payload);
        }
    }
    return {};
}

/// Whether IFLA_LINK of such a link is the link it is stacked on; for veth it is the peer.
bool isStacked(std::string_view kind) {
    constexpr std::array<std::string_view, 7> kStacked = {"vlan",   "macvlan", "macvtap", "ipvlan",
                                                          "ipvtap", "macsec",  "hsr"};
    return std::ranges::find(kStacked, kind) != kStacked.end();
}

void applyLinkAttribute(Nic& nic, const NetlinkAttribute& attribute) {
    const Bytes payload = attribute.payload;
    switch (attribute.type) {
    case IFLA_IFNAME: nic.name = readNetlinkString(payload); break;
    case IFLA_ADDRESS: nic.mac = readHardwareAddress(payload); break;
    case IFLA_PERM_ADDRESS: nic.permanentMac = readHardwareAddress(payload); break;
    case IFLA_MTU: nic.mtu = readInteger<uint32_t>(payload).value_or(0); break;
    case IFLA_MASTER: nic.masterIndex = readInteger<uint32_t>(payload); break;
    case IFLA_LINK: nic.lowerIndex = readInteger<uint32_t>(payload); break;
    case IFLA_LINKINFO: nic.kind = readKind(payload); break;
    case IFLA_CARRIER_CHANGES: nic.carrierChanges = readInteger<uint32_t>(payload); break;
    case IFLA_CARRIER_UP_COUNT: nic.carrierUpCount = readInteger<uint32_t>(payload); break;
    case IFLA_CARRIER_DOWN_COUNT: nic.carrierDownCount = readInteger<uint32_t>(payload); break;
    case IFLA_CARRIER: {
        const auto carrier = readInteger<uint8_t>(payload);
        nic.carrier = carrier ? std::optional(*carrier != 0) : std::nullopt;
        break;
    }
    default: break;
    }
}

Status addLink(DumpPage& page, Bytes body) {
    const auto message = readMessage<ifinfomsg>(body);
    if (!message || message->header.ifi_index <= 0) {
        return failure(malformed("a link without index or with malformed attributes"));
    }
    Nic nic;
    nic.index = static_cast<uint32_t>(message->header.ifi_index);
    nic.adminUp = (message->header.ifi_flags & IFF_UP) != 0;
    nic.loopback = (message->header.ifi_flags & IFF_LOOPBACK) != 0;
    bool lowerElsewhere = false;
    for (const NetlinkAttribute& attribute : message->attributes) {
        applyLinkAttribute(nic, attribute);
        lowerElsewhere = lowerElsewhere || attribute.type == IFLA_LINK_NETNSID;
    }
    if (nic.name.empty() || nic.name.size() >= IFNAMSIZ) {
        return failure(malformed("link " + std::to_string(nic.index) + " has no name of 1 to 15 characters"));
    }
    if (lowerElsewhere || !isStacked(nic.kind)) {
        nic.lowerIndex.reset();
    }
    if (!nic.adminUp) {
        nic.carrier.reset(); // the kernel's value is stale, from when the link was last up
    }
    page.nics.push_back(std::move(nic));
    return {};
}

std::optional<AddressFamily> familyOf(unsigned family) {
    constexpr unsigned kInet = 2; // AF_INET and AF_INET6: the kernel's header for them is not a uapi one
    constexpr unsigned kInet6 = 10;
    if (family == kInet) {
        return AddressFamily::ipv4;
    }
    return family == kInet6 ? std::optional(AddressFamily::ipv6) : std::nullopt;
}

size_t familyBytes(AddressFamily family) { return family == AddressFamily::ipv4 ? 4 : 16; }

std::optional<std::string> readIp(AddressFamily family, Bytes bytes) {
    return bytes.size() == familyBytes(family) ? ipText(bytes) : std::nullopt;
}

AddressScope scopeOf(unsigned scope) {
    switch (scope) {
    case RT_SCOPE_SITE: return AddressScope::site;
    case RT_SCOPE_LINK: return AddressScope::link;
    case RT_SCOPE_HOST: return AddressScope::host;
    default: return AddressScope::global;
    }
}

Status addAddress(DumpPage& page, Bytes body) {
    const auto message = readMessage<ifaddrmsg>(body);
    if (!message || message->header.ifa_index == 0) {
        return failure(malformed("an address without link or with malformed attributes"));
    }
    const auto family = familyOf(message->header.ifa_family);
    if (!family) {
        return {}; // neither IPv4 nor IPv6
    }
    uint32_t flags = message->header.ifa_flags;
    std::optional<std::string> local; // on a point-to-point link IFA_ADDRESS is the other end's
    std::optional<std::string> address;
    for (const auto& [type, payload] : message->attributes) {
        if (type == IFA_LOCAL) {
            local = readIp(*family, payload);
        } else if (type == IFA_ADDRESS) {
            address = readIp(*family, payload);
        } else if (type == IFA_FLAGS) {
            flags = readInteger<uint32_t>(payload).value_or(flags);
        }
    }
    const auto text = local ? local : address;
    if (!text || message->header.ifa_prefixlen > familyBytes(*family) * 8) {
        return failure(
            malformed("an address of the wrong length on link " + std::to_string(message->header.ifa_index)));
    }
    page.addresses.push_back(
        {.nicIndex = message->header.ifa_index,
         .address = {.family = *family,
                     .text = *text,
                     .prefixLength = message->header.ifa_prefixlen,
                     .scope = scopeOf(message->header.ifa_scope),
                     .temporary = (flags & IFA_F_TEMPORARY) != 0,
                     .usable = (flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED | IFA_F_DEPRECATED)) == 0}});
    return {};
}

/// A gateway of a family other than the route's: struct rtvia, two bytes of family before the address.
std::optional<std::string> readVia(Bytes bytes) {
    const auto family = readStruct<uint16_t>(bytes);
    return family ? ipText(bytes.subspan(sizeof(uint16_t))) : std::nullopt;
}

void applyHopAttributes(DefaultRoute& route, const std::vector<NetlinkAttribute>& attributes) {
    for (const auto& [type, payload] : attributes) {
        if (type == RTA_GATEWAY) {
            route.gateway = readIp(route.family, payload);
        } else if (type == RTA_VIA) {
            route.gateway = readVia(payload);
        } else if (type == RTA_OIF) {
            route.nicIndex = readInteger<uint32_t>(payload).value_or(0);
        }
    }
}

/// The hops of a multipath route, each as a separate route with the same metric.
Status addHops(DumpPage& page, const DefaultRoute& common, Bytes hops) {
    while (!hops.empty()) {
        const auto hop = readStruct<rtnexthop>(hops);
        if (!hop || hop->rtnh_len < sizeof(rtnexthop) || hop->rtnh_len > hops.size() ||
            hop->rtnh_ifindex <= 0) {
            return failure(malformed("a malformed hop of the default route"));
        }
        const auto attributes =
            readNetlinkAttributes(hops.subspan(sizeof(rtnexthop), hop->rtnh_len - sizeof(rtnexthop)));
        if (!attributes) {
            return failure(malformed("malformed attributes of a hop of the default route"));
        }
        if ((hop->rtnh_flags & RTNH_F_DEAD) == 0) {
            DefaultRoute route = common;
            route.nicIndex = static_cast<uint32_t>(hop->rtnh_ifindex);
            applyHopAttributes(route, *attributes);
            page.defaultRoutes.push_back(std::move(route));
        }
        hops = hops.subspan(std::min(netlinkAligned(hop->rtnh_len), hops.size()));
    }
    return {};
}

Status addRoute(DumpPage& page, Bytes body) {
    const auto message = readMessage<rtmsg>(body);
    if (!message) {
        return failure(malformed("a route with malformed attributes"));
    }
    const rtmsg& header = message->header;
    const auto family = familyOf(header.rtm_family);
    if (!family || header.rtm_dst_len != 0 || header.rtm_src_len != 0 || header.rtm_type != RTN_UNICAST ||
        (header.rtm_flags & (RTM_F_CLONED | RTNH_F_DEAD)) != 0) {
        return {};
    }
    uint32_t table = header.rtm_table;
    DefaultRoute route;
    route.family = *family;
    Bytes hops;
    applyHopAttributes(route, message->attributes);
    for (const auto& [type, payload] : message->attributes) {
        switch (type) {
        case RTA_TABLE: table = readInteger<uint32_t>(payload).value_or(table); break;
        case RTA_PRIORITY: route.metric = readInteger<uint32_t>(payload).value_or(0); break;
        case RTA_PREFSRC: route.source = readIp(*family, payload); break;
        case RTA_MULTIPATH: hops = payload; break;
        default: break;
        }
    }
    if (table != RT_TABLE_MAIN) {
        return {};
    }
    if (!hops.empty()) {
        return addHops(page, route, hops);
    }
    if (route.nicIndex != 0) {
        page.defaultRoutes.push_back(std::move(route));
    }
    return {};
}

/// NLMSG_ERROR, and NLMSG_DONE where the dump ended early, carry a negative errno.
Status checkResult(Bytes body, bool required) {
    const auto code = readStruct<int32_t>(body);
    if (!code) {
        return required ? Status(failure(malformed("an error message without an error"))) : Status();
    }
    if (*code >= 0) {
        return {};
    }
    constexpr int32_t kMaxErrno = 4095; // linux/err.h
    if (*code < -kMaxErrno) {
        return failure(malformed("an error message with an absurd error number"));
    }
    return failure(Error::fromErrno(-*code, "the kernel refused to list links, addresses or routes"));
}

Status addMessage(DumpPage& page, uint16_t type, Bytes body) {
    switch (type) {
    case RTM_NEWLINK: return addLink(page, body);
    case RTM_NEWADDR: return addAddress(page, body);
    case RTM_NEWROUTE: return addRoute(page, body);
    case NLMSG_ERROR: page.last = true; return checkResult(body, true);
    case NLMSG_DONE: page.last = true; return checkResult(body, false);
    default: return {};
    }
}

template <class Body>
std::vector<std::byte> request(uint16_t type, uint32_t sequence, const Body& body) {
    nlmsghdr header{};
    header.nlmsg_len = sizeof(nlmsghdr) + sizeof(Body);
    header.nlmsg_type = type;
    header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    header.nlmsg_seq = sequence;
    std::vector<std::byte> bytes(header.nlmsg_len);
    std::memcpy(bytes.data(), &header, sizeof(header));
    std::memcpy(bytes.data() + sizeof(header), &body, sizeof(Body));
    return bytes;
}

/// The link request omits the traffic counters: they are most of the bytes, and this project does not use them.
struct LinkRequest {
    ifinfomsg link;
    rtattr maskHeader;
    uint32_t mask;
};
static_assert(sizeof(LinkRequest) == sizeof(ifinfomsg) + sizeof(rtattr) + sizeof(uint32_t));

} // namespace

std::vector<std::byte> dumpRequest(RouteQuery query, uint32_t sequence) {
    constexpr uint8_t kInet = 2; // AF_INET, AF_INET6
    constexpr uint8_t kInet6 = 10;
    const bool six = query == RouteQuery::ipv6Addresses || query == RouteQuery::ipv6Routes;
    switch (query) {
    case RouteQuery::ipv4Addresses:
    case RouteQuery::ipv6Addresses: {
        ifaddrmsg body{};
        body.ifa_family = six ? kInet6 : kInet;
        return request(RTM_GETADDR, sequence, body);
    }
    case RouteQuery::ipv4Routes:
    case RouteQuery::ipv6Routes: {
        rtmsg body{};
        body.rtm_family = six ? kInet6 : kInet;
        body.rtm_table = RT_TABLE_MAIN;
        return request(RTM_GETROUTE, sequence, body);
    }
    case RouteQuery::links: break;
    }
    LinkRequest body{};
    body.maskHeader = {.rta_len = sizeof(rtattr) + sizeof(uint32_t), .rta_type = IFLA_EXT_MASK};
    body.mask = RTEXT_FILTER_SKIP_STATS;
    return request(RTM_GETLINK, sequence, body);
}

Result<DumpPage> parseDump(std::span<const std::byte> datagram, uint32_t sequence) {
    DumpPage page;
    while (!datagram.empty() && !page.last) {
        const auto header = readStruct<nlmsghdr>(datagram);
        if (!header || header->nlmsg_len < sizeof(nlmsghdr) || header->nlmsg_len > datagram.size()) {
            return failure(
                malformed("a message that is longer than the datagram or shorter than its header"));
        }
        const Bytes body = datagram.subspan(sizeof(nlmsghdr), header->nlmsg_len - sizeof(nlmsghdr));
        if (header->nlmsg_seq == sequence) {
            page.interrupted = page.interrupted || (header->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
            if (auto added = addMessage(page, header->nlmsg_type, body); !added) {
                return failure(std::move(added.error()));
            }
        }
        datagram = datagram.subspan(std::min(netlinkAligned(header->nlmsg_len), datagram.size()));
    }
    return page;
}

std::string hardwareAddressText(std::span<const std::byte> bytes) { return hexadecimal(bytes, ':'); }

} // namespace hal
