// Route netlink: what a real kernel answered, what a NUC's kernel would answer, and bytes no kernel ever sends.
#include "hal/hardware/rtnetlink.hpp"

#include "tests/cpputest.hpp"
#include "tests/unit/fixtures.hpp"
#include "tests/unit/netlink_builder.hpp"
#include "tests/unit/seed.hpp"

#include <algorithm>
#include <iterator>
#include <linux/if.h>
#include <random>

namespace {

using netlink::attribute;
using netlink::Bytes;
using netlink::done;
using netlink::joined;
using netlink::kind;
using netlink::link;
using netlink::message;
using netlink::raw;
using netlink::string;

constexpr uint32_t kSequence = 7;

/// All pages of one captured dump.
hal::DumpPage capture(const std::string& name) {
    hal::DumpPage all;
    for (const auto& datagram : fixtures::datagrams("netlink/" + name + ".hex")) {
        const auto page = hal::parseDump(datagram, kSequence);
        CHECK_OK(page);
        std::ranges::copy(page->nics, std::back_inserter(all.nics));
        std::ranges::copy(page->addresses, std::back_inserter(all.addresses));
        std::ranges::copy(page->defaultRoutes, std::back_inserter(all.defaultRoutes));
        all.last = page->last;
    }
    return all;
}

Bytes mac(unsigned last) {
    return {std::byte{0x1c}, std::byte{0x69}, std::byte{0x7a},
            std::byte{0},    std::byte{0},    static_cast<std::byte>(last)};
}

/// An igc NIC that is a port of a bond, whose address it took over, and everything stacked on it.
Bytes nucLinks() {
    const auto number = [](uint32_t value) { return raw(value); };
    return joined(
        {link(1, IFF_UP | IFF_LOOPBACK,
              joined({attribute(IFLA_IFNAME, string("lo")), attribute(IFLA_ADDRESS, Bytes(6)),
                      attribute(IFLA_MTU, number(65536)), attribute(IFLA_CARRIER, raw(uint8_t{1}))})),
         link(2, IFF_UP,
              joined({attribute(IFLA_IFNAME, string("eno1")), attribute(IFLA_ADDRESS, mac(9)),
                      attribute(IFLA_PERM_ADDRESS, mac(1)), attribute(IFLA_MTU, number(9000)),
                      attribute(IFLA_MASTER, number(4)), attribute(IFLA_CARRIER, raw(uint8_t{1})),
                      attribute(IFLA_CARRIER_CHANGES, number(5)), attribute(IFLA_CARRIER_UP_COUNT, number(3)),
                      attribute(IFLA_CARRIER_DOWN_COUNT, number(2)),
                      attribute(IFLA_LINKINFO, attribute(IFLA_INFO_SLAVE_KIND, string("bond")))})),
         link(4, IFF_UP,
              joined({attribute(IFLA_IFNAME, string("bond0")), attribute(IFLA_MASTER, number(5)),
                      kind("bond")})),
         link(5, IFF_UP, joined({attribute(IFLA_IFNAME, string("br0")), kind("bridge")})),
         link(6, IFF_UP,
              joined(
                  {attribute(IFLA_IFNAME, string("br0.20")), attribute(IFLA_LINK, number(5)), kind("vlan")})),
         done()});
}

void checkMalformed(const Bytes& bytes) {
    CHECK_FAILS("malformed netlink answer", hal::parseDump(bytes, kSequence));
}

} // namespace

TEST_GROUP(Rtnetlink){};

TEST(Rtnetlink, ReadsTheLinksARealKernelListed) {
    const auto page = capture("links");
    CHECK_TRUE(page.last);
    LONGS_EQUAL(4, page.nics.size());
    const hal::Nic& loopback = page.nics[0];
    CHECK_EQUAL(std::string("lo"), loopback.name);
    CHECK_TRUE(loopback.loopback);
    CHECK_FALSE(loopback.mac.has_value());
    LONGS_EQUAL(65536, loopback.mtu);
    const hal::Nic& bridge = page.nics[1];
    CHECK_EQUAL(std::string("br0"), bridge.name);
    CHECK_EQUAL(std::string("bridge"), bridge.kind);
    CHECK_EQUAL(std::optional<std::string>("02:00:0a:4d:00:01"), bridge.mac);
    CHECK_EQUAL(std::optional(true), bridge.carrier);
    const hal::Nic& port = page.nics[3];
    CHECK_EQUAL(std::string("veth"), port.kind);
    CHECK_EQUAL(std::optional(bridge.index), port.masterIndex);
    CHECK_TRUE(port.carrierUpCount.has_value());
}

TEST(Rtnetlink, DoesNotTakeTheOtherEndOfAVethForWhatItIsStackedOn) {
    for (const hal::Nic& nic : capture("links").nics) {
        CHECK_FALSE(nic.lowerIndex.has_value());
    }
}

TEST(Rtnetlink, ReadsTheAddressesARealKernelListed) {
    const auto ipv4 = capture("ipv4-addresses").addresses;
    LONGS_EQUAL(4, ipv4.size());
    CHECK_EQUAL(std::string("127.0.0.1"), ipv4[0].address.text);
    CHECK_TRUE(ipv4[0].address.scope == hal::AddressScope::host);
    CHECK_EQUAL(std::string("10.77.0.5"), ipv4[1].address.text);
    LONGS_EQUAL(24, ipv4[1].address.prefixLength);
    CHECK_FALSE(ipv4[1].address.temporary);
    CHECK_EQUAL(std::string("10.77.0.6"), ipv4[2].address.text);
    CHECK_TRUE(ipv4[2].address.temporary);
    CHECK_EQUAL(std::string("192.0.2.9"), ipv4[3].address.text); // ours, not the peer's
    const auto ipv6 = capture("ipv6-addresses").addresses;
    const auto global =
        std::ranges::find(ipv6, std::string("fd77::5"), [](const auto& a) { return a.address.text; });
    CHECK_TRUE(global != ipv6.end());
    CHECK_TRUE(global->address.usable);
    LONGS_EQUAL(64, global->address.prefixLength);
    const auto local =
        std::ranges::find(ipv6, hal::AddressScope::link, [](const auto& a) { return a.address.scope; });
    CHECK_TRUE(local != ipv6.end());
}

TEST(Rtnetlink, ReadsTheDefaultRoutesARealKernelListedAndNoOther) {
    const auto ipv4 = capture("ipv4-routes").defaultRoutes;
    const hal::DefaultRoute best{.family = hal::AddressFamily::ipv4,
                                 .nicIndex = 2,
                                 .gateway = "10.77.0.1",
                                 .source = "10.77.0.5",
                                 .metric = 100};
    LONGS_EQUAL(3, ipv4.size()); // one with one hop, one with two; not the one of table 100
    CHECK_TRUE(best == ipv4[0]);
    CHECK_EQUAL(std::optional<std::string>("10.77.0.3"), ipv4[1].gateway);
    LONGS_EQUAL(3, ipv4[2].nicIndex);
    LONGS_EQUAL(700, ipv4[2].metric);
    const auto ipv6 = capture("ipv6-routes").defaultRoutes;
    LONGS_EQUAL(1, ipv6.size()); // the unreachable one leads nowhere
    CHECK_EQUAL(std::optional<std::string>("fd77::1"), ipv6[0].gateway);
    LONGS_EQUAL(512, ipv6[0].metric);
}

TEST(Rtnetlink, ReadsTheLinksOfANucWithBondBridgeAndVlan) {
    const auto page = hal::parseDump(nucLinks(), kSequence);
    CHECK_OK(page);
    CHECK_TRUE(page->last);
    LONGS_EQUAL(5, page->nics.size());
    const hal::Nic& nic = page->nics[1];
    CHECK_EQUAL(std::string(""), nic.kind); // the kind of its master is not its own
    CHECK_EQUAL(std::optional<std::string>("1c:69:7a:00:00:09"), nic.mac);
    CHECK_EQUAL(std::optional<std::string>("1c:69:7a:00:00:01"), nic.permanentMac);
    CHECK_EQUAL(std::optional(4U), nic.masterIndex);
    CHECK_EQUAL(std::optional(5U), nic.carrierChanges);
    CHECK_EQUAL(std::optional(3U), nic.carrierUpCount);
    CHECK_EQUAL(std::optional(2U), nic.carrierDownCount);
    LONGS_EQUAL(9000, nic.mtu);
    CHECK_EQUAL(std::optional(5U), page->nics[2].masterIndex);
    CHECK_EQUAL(std::optional(5U), page->nics[4].lowerIndex);
}

TEST(Rtnetlink, AVlanWhoseLowerLinkIsInAnotherNamespaceHasNone) {
    const auto page = hal::parseDump(
        link(6, IFF_UP,
             joined({attribute(IFLA_IFNAME, string("vlan7")), attribute(IFLA_LINK, raw(uint32_t{2})),
                     kind("vlan"), attribute(IFLA_LINK_NETNSID, raw(int32_t{0}))})),
        kSequence);
    CHECK_OK(page);
    CHECK_FALSE(page->nics.at(0).lowerIndex.has_value());
}

TEST(Rtnetlink, ALinkThatIsSetDownHasAnUnknownCarrier) {
    const auto page = hal::parseDump(
        link(2, 0,
             joined({attribute(IFLA_IFNAME, string("eno1")), attribute(IFLA_CARRIER, raw(uint8_t{1}))})),
        kSequence);
    CHECK_OK(page);
    CHECK_FALSE(page->nics.at(0).carrier.has_value());
}

TEST(Rtnetlink, UnknownMessagesAndAttributesAreSkipped) {
    const auto page = hal::parseDump(
        joined(
            {message(0x7fff, Bytes(12)),
             link(2, IFF_UP, joined({attribute(0x3fff, Bytes(3)), attribute(IFLA_IFNAME, string("eno1"))}))}),
        kSequence);
    CHECK_OK(page);
    LONGS_EQUAL(1, page->nics.size());
}

TEST(Rtnetlink, AnswersToAnOlderQuestionAreSkipped) {
    const auto page = hal::parseDump(nucLinks(), kSequence + 1);
    CHECK_OK(page);
    CHECK_TRUE(page->nics.empty());
    CHECK_FALSE(page->last);
}

TEST(Rtnetlink, AnInterruptedDumpSaysSo) {
    ifinfomsg header{};
    header.ifi_index = 2;
    const auto page =
        hal::parseDump(message(RTM_NEWLINK, joined({raw(header), attribute(IFLA_IFNAME, string("eno1"))}),
                               kSequence, NLM_F_MULTI | NLM_F_DUMP_INTR),
                       kSequence);
    CHECK_OK(page);
    CHECK_TRUE(page->interrupted);
}

TEST(Rtnetlink, TheKernelsErrorIsHandedOn) {
    nlmsgerr error{};
    error.error = -1; // EPERM
    const auto page = hal::parseDump(message(NLMSG_ERROR, raw(error)), kSequence);
    CHECK_FAILS("Operation not permitted", page);
    const auto early = hal::parseDump(message(NLMSG_DONE, raw(int32_t{-12})), kSequence);
    CHECK_FAILS("Cannot allocate memory", early);
}

TEST(Rtnetlink, FailsOnAnErrorNumberThatIsNone) {
    checkMalformed(message(NLMSG_ERROR, raw(INT32_MIN)));
    checkMalformed(message(NLMSG_ERROR, Bytes(2)));
}

TEST(Rtnetlink, FailsOnADatagramThatIsCutAnywhere) {
    const auto whole = nucLinks();
    const auto all = hal::parseDump(whole, kSequence)->nics.size();
    size_t malformed = 0;
    for (size_t length = 0; length < whole.size(); ++length) {
        const auto page = hal::parseDump(std::span(whole).first(length), kSequence);
        malformed += page ? size_t{0} : size_t{1};
        CHECK_TRUE(!page || !page->last || page->nics.size() == all);
    }
    CHECK_TRUE(malformed > whole.size() * 9 / 10); // the rest are cuts between two messages
}

TEST(Rtnetlink, FailsOnAttributesThatDoNotFit) {
    for (const uint16_t length : {uint16_t{0}, uint16_t{1}, uint16_t{3}, uint16_t{200}, uint16_t{0xffff}}) {
        Bytes name = attribute(IFLA_IFNAME, string("eno1"));
        std::memcpy(name.data(), &length, sizeof(length));
        checkMalformed(link(2, IFF_UP, name));
    }
}

TEST(Rtnetlink, FailsOnMessagesThatDoNotFit) {
    for (const uint32_t length : {0U, 15U, 4096U, 0x7fffffffU, 0xffffffffU}) {
        Bytes bytes = netlink::link(2, IFF_UP, attribute(IFLA_IFNAME, string("eno1")));
        std::memcpy(bytes.data(), &length, sizeof(length));
        checkMalformed(bytes);
    }
}

TEST(Rtnetlink, FailsOnALinkWithoutIndexOrName) {
    checkMalformed(link(0, IFF_UP, attribute(IFLA_IFNAME, string("eno1"))));
    checkMalformed(link(-1, IFF_UP, attribute(IFLA_IFNAME, string("eno1"))));
    checkMalformed(link(2, IFF_UP, attribute(IFLA_MTU, raw(uint32_t{1500}))));
    checkMalformed(link(2, IFF_UP, attribute(IFLA_IFNAME, string("a-name-of-16-byte"))));
    checkMalformed(message(RTM_NEWLINK, Bytes(4)));
}

TEST(Rtnetlink, AnAttributeOfTheWrongSizeIsUnknown) {
    const auto page = hal::parseDump(
        link(2, IFF_UP,
             joined({attribute(IFLA_IFNAME, string("eno1")), attribute(IFLA_MASTER, Bytes(2)),
                     attribute(IFLA_CARRIER, Bytes(4)), attribute(IFLA_CARRIER_CHANGES, Bytes(8)),
                     attribute(IFLA_ADDRESS, Bytes())})),
        kSequence);
    CHECK_OK(page);
    const hal::Nic& nic = page->nics.at(0);
    CHECK_FALSE(nic.masterIndex || nic.carrier || nic.carrierChanges || nic.mac);
}

TEST(Rtnetlink, FailsOnAddressesOfTheWrongLength) {
    const ifaddrmsg ipv4{
        .ifa_family = 2, .ifa_prefixlen = 24, .ifa_flags = 0, .ifa_scope = 0, .ifa_index = 2};
    checkMalformed(message(RTM_NEWADDR, joined({raw(ipv4), attribute(IFA_LOCAL, Bytes(16))})));
    checkMalformed(message(RTM_NEWADDR, raw(ipv4)));
    const ifaddrmsg absurd{
        .ifa_family = 2, .ifa_prefixlen = 33, .ifa_flags = 0, .ifa_scope = 0, .ifa_index = 2};
    checkMalformed(message(RTM_NEWADDR, joined({raw(absurd), attribute(IFA_LOCAL, Bytes(4))})));
}

TEST(Rtnetlink, FailsOnHopsThatDoNotFit) {
    rtmsg header{};
    header.rtm_family = 2;
    header.rtm_table = RT_TABLE_MAIN;
    header.rtm_type = RTN_UNICAST;
    for (const uint16_t length : {uint16_t{0}, uint16_t{7}, uint16_t{100}}) {
        const rtnexthop hop{.rtnh_len = length, .rtnh_flags = 0, .rtnh_hops = 0, .rtnh_ifindex = 2};
        checkMalformed(message(RTM_NEWROUTE, joined({raw(header), attribute(RTA_MULTIPATH, raw(hop))})));
    }
}

TEST(Rtnetlink, AnIpv4RouteMayLeadToAnIpv6Gateway) {
    rtmsg header{};
    header.rtm_family = 2;
    header.rtm_table = RT_TABLE_MAIN;
    header.rtm_type = RTN_UNICAST;
    Bytes via = raw(uint16_t{10});
    Bytes gateway(16);
    gateway[0] = std::byte{0xfe};
    gateway[1] = std::byte{0x80};
    gateway[15] = std::byte{1};
    via.insert(via.end(), gateway.begin(), gateway.end());
    const auto page = hal::parseDump(
        message(RTM_NEWROUTE,
                joined({raw(header), attribute(RTA_OIF, raw(uint32_t{2})), attribute(RTA_VIA, via)})),
        kSequence);
    CHECK_OK(page);
    CHECK_EQUAL(std::optional<std::string>("fe80::1"), page->defaultRoutes.at(0).gateway);
}

TEST(Rtnetlink, SurvivesWhateverOneChangedByteMakesOfAnAnswer) {
    std::mt19937 random(seed::ofThisRun());
    std::vector<Bytes> samples = {nucLinks()};
    for (const char* name : {"links", "ipv4-addresses", "ipv6-addresses", "ipv4-routes", "ipv6-routes"}) {
        std::ranges::copy(fixtures::datagrams(std::string("netlink/") + name + ".hex"),
                          std::back_inserter(samples));
    }
    for (int round = 0; round < 20000; ++round) {
        Bytes bytes = samples[random() % samples.size()];
        for (auto changes = 1 + random() % 3; changes > 0; --changes) {
            bytes[random() % bytes.size()] = static_cast<std::byte>(random());
        }
        bytes.resize(bytes.size() - random() % 8);
        const auto page = hal::parseDump(bytes, kSequence);
        CHECK_TRUE(!page || page->nics.size() <= bytes.size() / sizeof(nlmsghdr));
    }
}

TEST(Rtnetlink, AsksForLinksWithoutTheirTrafficCounters) {
    const auto request = hal::dumpRequest(hal::RouteQuery::links, 9);
    nlmsghdr header{};
    std::memcpy(&header, request.data(), sizeof(header));
    LONGS_EQUAL(request.size(), header.nlmsg_len);
    LONGS_EQUAL(RTM_GETLINK, header.nlmsg_type);
    LONGS_EQUAL(NLM_F_REQUEST | NLM_F_DUMP, header.nlmsg_flags);
    LONGS_EQUAL(9, header.nlmsg_seq);
    LONGS_EQUAL(sizeof(nlmsghdr) + sizeof(ifinfomsg) + 8, request.size());
}

TEST(Rtnetlink, AsksForTheRoutesOfTheMainTableOnly) {
    const auto request = hal::dumpRequest(hal::RouteQuery::ipv6Routes, 9);
    rtmsg body{};
    std::memcpy(&body, request.data() + sizeof(nlmsghdr), sizeof(body));
    LONGS_EQUAL(10, body.rtm_family);
    LONGS_EQUAL(RT_TABLE_MAIN, body.rtm_table);
}
