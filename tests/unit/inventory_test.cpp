// The fold: which NICs are hardware, what is stacked on them, which address is announced, and that one failing source
// hides no other.
#include "agent/hardware/inventory.hpp"

#include "tests/cpputest.hpp"

#include <algorithm>

namespace {

using agent::ProbeResult;
using hal::Address;
using hal::AddressFamily;
using hal::AddressScope;
using hal::DefaultRoute;
using hal::Nic;

Address ipv4(const std::string& text) {
    return {.family = AddressFamily::ipv4, .text = text, .prefixLength = 24};
}
Address ipv6(const std::string& text) {
    return {.family = AddressFamily::ipv6, .text = text, .prefixLength = 64};
}

Nic nic(uint32_t index, const std::string& name, std::vector<Address> addresses = {}) {
    Nic result;
    result.index = index;
    result.name = name;
    result.physical = true;
    result.addresses = std::move(addresses);
    return result;
}

Nic virtualNic(uint32_t index, const std::string& name, const std::string& kind,
               std::vector<Address> addresses = {}) {
    Nic result = nic(index, name, std::move(addresses));
    result.physical = false;
    result.kind = kind;
    return result;
}

DefaultRoute route(AddressFamily family, uint32_t nicIndex, uint32_t metric = 100) {
    DefaultRoute result;
    result.family = family;
    result.nicIndex = nicIndex;
    result.metric = metric;
    return result;
}

hal::Disk disk(const std::string& name) {
    hal::Disk result;
    result.name = name;
    return result;
}

ProbeResult network(std::vector<Nic> nics, std::vector<DefaultRoute> routes) {
    ProbeResult probe;
    probe.network->value = {.nics = std::move(nics), .defaultRoutes = std::move(routes)};
    return probe;
}

std::string reasonOf(const agent::Inventory& inventory, const std::string& source) {
    const auto found = std::ranges::find(inventory.problems, source, &hal::Problem::source);
    return found != inventory.problems.end() ? found->reason : "";
}

agent::Inventory fold(const ProbeResult& probe) { return agent::foldInventory(probe, {}); }

hal::Error broken() { return hal::Error::fromErrno(5, "it broke"); }

} // namespace

TEST_GROUP(Inventory){};

TEST(Inventory, LeavesVirtualLinksOutAndSortsTheRestByName) {
    const auto inventory = fold(network(
        {nic(3, "eno2"), virtualNic(1, "lo", ""), nic(2, "eno1"), virtualNic(4, "docker0", "bridge")}, {}));
    LONGS_EQUAL(2, inventory.nics.size());
    CHECK_EQUAL(std::string("eno1"), inventory.nics[0].nic.name);
    CHECK_EQUAL(std::string("eno2"), inventory.nics[1].nic.name);
    CHECK_TRUE(inventory.nics[0].above.empty());
}

TEST(Inventory, ResolvesBondBridgeAndVlanToTheNicUnderThem) {
    Nic hardware = nic(2, "eno1");
    hardware.masterIndex = 4;
    Nic bond = virtualNic(4, "bond0", "bond");
    bond.masterIndex = 5;
    const Nic bridge = virtualNic(5, "br0", "bridge", {ipv4("192.168.1.10")});
    Nic vlan = virtualNic(6, "br0.20", "vlan", {ipv4("10.20.0.10")});
    vlan.lowerIndex = 5;
    const auto inventory = fold(network({hardware, bond, bridge, vlan}, {route(AddressFamily::ipv4, 5)}));
    LONGS_EQUAL(1, inventory.nics.size());
    const auto& above = inventory.nics[0].above;
    LONGS_EQUAL(3, above.size());
    CHECK_EQUAL(std::string("bond0"), above[0].name);
    CHECK_EQUAL(std::string("br0"), above[1].name);
    CHECK_TRUE(above[1].carriesDefaultRoute);
    CHECK_EQUAL(std::string("br0.20"), above[2].name);
    CHECK_EQUAL(std::string("10.20.0.10"), above[2].addresses.at(0).text);
    CHECK_TRUE(inventory.nics[0].carriesDefaultRoute);
    CHECK_EQUAL(std::optional<std::string>("br0"), inventory.announcedNic);
    CHECK_EQUAL(std::optional<std::string>("192.168.1.10"), inventory.announcedAddress);
}

TEST(Inventory, LinksThatClaimToBeOnTopOfEachOtherEndTheWalk) {
    Nic hardware = nic(2, "eno1");
    hardware.masterIndex = 4;
    Nic one = virtualNic(4, "one", "bridge");
    one.masterIndex = 5;
    Nic other = virtualNic(5, "other", "bond");
    other.masterIndex = 4;
    other.lowerIndex = 2;
    LONGS_EQUAL(2, fold(network({hardware, one, other}, {})).nics.at(0).above.size());
}

TEST(Inventory, AnnouncesTheAddressOfTheDefaultRouteWithTheLowestMetric) {
    const auto inventory =
        fold(network({nic(2, "eno1", {ipv4("10.0.0.1")}), nic(3, "wlo1", {ipv4("10.0.0.2")})},
                     {route(AddressFamily::ipv4, 3, 600), route(AddressFamily::ipv4, 2, 100)}));
    CHECK_EQUAL(std::optional<std::string>("eno1"), inventory.announcedNic);
    CHECK_EQUAL(std::optional<std::string>("10.0.0.1"), inventory.announcedAddress);
    CHECK_TRUE(inventory.nics[0].carriesDefaultRoute && inventory.nics[1].carriesDefaultRoute);
}

TEST(Inventory, PrefersIpv4AndTakesIpv6WhereThereIsNoOther) {
    const std::vector<DefaultRoute> both = {route(AddressFamily::ipv6, 2, 1),
                                            route(AddressFamily::ipv4, 2, 900)};
    CHECK_EQUAL(std::optional<std::string>("10.0.0.1"),
                fold(network({nic(2, "eno1", {ipv6("fd00::1"), ipv4("10.0.0.1")})}, both)).announcedAddress);
    CHECK_EQUAL(std::optional<std::string>("fd00::1"),
                fold(network({nic(2, "eno1", {ipv6("fd00::1")})}, both)).announcedAddress);
}

TEST(Inventory, NeverAnnouncesALinkLocalHostOrUnusableAddress) {
    Address linkLocal = ipv4("169.254.3.4");
    linkLocal.scope = AddressScope::link;
    Address host = ipv4("127.0.0.53");
    host.scope = AddressScope::host;
    Address tentative = ipv4("10.0.0.9");
    tentative.usable = false;
    const auto inventory =
        fold(network({nic(2, "eno1", {linkLocal, host, tentative})}, {route(AddressFamily::ipv4, 2)}));
    CHECK_FALSE(inventory.announcedAddress.has_value());
    STRCMP_CONTAINS("no interface with a default route",
                    reasonOf(inventory, "network announced_address").c_str());
}

TEST(Inventory, PrefersTheAddressTheRouteSendsFromThenALastingOne) {
    Address privacy = ipv6("fd00::aaaa");
    privacy.temporary = true;
    const Nic hardware = nic(2, "eno1", {privacy, ipv6("fd00::1"), ipv6("fd00::2")});
    CHECK_EQUAL(std::optional<std::string>("fd00::1"),
                fold(network({hardware}, {route(AddressFamily::ipv6, 2)})).announcedAddress);
    DefaultRoute withSource = route(AddressFamily::ipv6, 2);
    withSource.source = "fd00::2";
    CHECK_EQUAL(std::optional<std::string>("fd00::2"),
                fold(network({hardware}, {withSource})).announcedAddress);
    const Nic onlyPrivate = nic(2, "eno1", {privacy});
    CHECK_EQUAL(std::optional<std::string>("fd00::aaaa"),
                fold(network({onlyPrivate}, {route(AddressFamily::ipv6, 2)})).announcedAddress);
}

TEST(Inventory, WithoutADefaultRouteNothingIsAnnouncedAndTheNextStepIsNamed) {
    const auto inventory = fold(network({nic(2, "eno1", {ipv4("10.0.0.1")})}, {}));
    CHECK_FALSE(inventory.announcedNic.has_value());
    STRCMP_CONTAINS("wait for DHCP", reasonOf(inventory, "network announced_address").c_str());
}

TEST(Inventory, ARouteOfALinkThatIsGoneIsPassedOver) {
    const auto inventory =
        fold(network({nic(2, "eno1", {ipv4("10.0.0.1")})},
                     {route(AddressFamily::ipv4, 9, 1), route(AddressFamily::ipv4, 2, 2)}));
    CHECK_EQUAL(std::optional<std::string>("10.0.0.1"), inventory.announcedAddress);
}

TEST(Inventory, TheConfiguredInterfaceWinsOverTheDefaultRoute) {
    const auto probe = network({nic(2, "eno1", {ipv4("10.0.0.1")}), nic(3, "eno2", {ipv6("fd00::3")})},
                               {route(AddressFamily::ipv4, 2)});
    const auto inventory = agent::foldInventory(probe, "eno2");
    CHECK_EQUAL(std::optional<std::string>("eno2"), inventory.announcedNic);
    CHECK_EQUAL(std::optional<std::string>("fd00::3"), inventory.announcedAddress);
}

TEST(Inventory, AConfiguredInterfaceThatDoesNotExistIsAProblemWithTheNextStep) {
    const auto inventory = agent::foldInventory(
        network({nic(2, "eno1", {ipv4("10.0.0.1")})}, {route(AddressFamily::ipv4, 2)}), "eth7");
    CHECK_FALSE(inventory.announcedNic || inventory.announcedAddress);
    STRCMP_CONTAINS("eth7 does not exist", reasonOf(inventory, "network announced_address").c_str());
    STRCMP_CONTAINS("cratectl probe", reasonOf(inventory, "network announced_address").c_str());
}

TEST(Inventory, AConfiguredInterfaceWithoutAddressIsAProblem) {
    const auto inventory = agent::foldInventory(network({nic(2, "eno1")}, {}), "eno1");
    CHECK_EQUAL(std::optional<std::string>("eno1"), inventory.announcedNic);
    STRCMP_CONTAINS("no address others can reach", reasonOf(inventory, "network announced_address").c_str());
}

TEST(Inventory, OneFailingSourceHidesNoOther) {
    ProbeResult probe = network({nic(2, "eno1", {ipv4("10.0.0.1")})}, {route(AddressFamily::ipv4, 2)});
    probe.host->value.hostname = "nuc1";
    probe.disks = hal::failure(broken());
    probe.volume = hal::failure(broken());
    const auto inventory = fold(probe);
    CHECK_EQUAL(std::optional<std::string>("nuc1"), inventory.host.hostname);
    CHECK_EQUAL(std::optional<std::string>("10.0.0.1"), inventory.announcedAddress);
    CHECK_FALSE(inventory.volume.has_value());
    CHECK_EQUAL(std::string("it broke: Input/output error"), reasonOf(inventory, "disks"));
    CHECK_EQUAL(std::string("it broke: Input/output error"), reasonOf(inventory, "volume"));
}

TEST(Inventory, AllSourcesMayFailAtOnce) {
    const ProbeResult probe{.host = hal::failure(broken()),
                            .network = hal::failure(broken()),
                            .disks = hal::failure(broken()),
                            .volume = hal::failure(broken())};
    LONGS_EQUAL(4, fold(probe).problems.size());
}

TEST(Inventory, KeepsTheProblemsOfEverySource) {
    ProbeResult probe = network({}, {});
    probe.host->problems = {{"host serial", "only root"}};
    probe.disks->problems = {{"disk sda serial", "nobody knows"}};
    const auto inventory = fold(probe);
    CHECK_EQUAL(std::string("only root"), reasonOf(inventory, "host serial"));
    CHECK_EQUAL(std::string("nobody knows"), reasonOf(inventory, "disk sda serial"));
}

TEST(Inventory, TheSameStateInAnotherOrderComparesEqual) {
    ProbeResult left =
        network({nic(2, "eno1", {ipv4("10.0.0.1"), ipv6("fd00::1"), ipv6("fd00::2")}), nic(3, "eno2")}, {});
    ProbeResult right =
        network({nic(3, "eno2"), nic(2, "eno1", {ipv6("fd00::2"), ipv6("fd00::1"), ipv4("10.0.0.1")})}, {});
    left.disks->value = {disk("sda"), disk("sdb")};
    right.disks->value = {disk("sdb"), disk("sda")};
    left.host->problems = {{"a", "1"}, {"b", "2"}};
    right.host->problems = {{"b", "2"}, {"a", "1"}};
    CHECK_TRUE(fold(left) == fold(right));
    right.disks->value[0].serial = "other";
    CHECK_FALSE(fold(left) == fold(right));
}

TEST_GROUP(DataDiskKind) {
    agent::Inventory inventory;

    void setup() override {
        inventory.volume = hal::Volume{};
        inventory.volume->mountPoint = "/data";
        inventory.volume->deviceCount = 1;
        add("nvme0n1", "nvme", false, "/");
    }

    void add(const std::string& name, const std::optional<std::string>& transport,
             std::optional<bool> rotational, const std::string& mountPoint) {
        auto& added = inventory.disks.emplace_back();
        added.name = name;
        added.transport = transport;
        added.rotational = rotational;
        added.contents.emplace_back().mountPoints = {mountPoint};
    }

    [[nodiscard]] std::string kind() const { return agent::dataDiskKind(inventory).value_or("unknown"); }
};

TEST(DataDiskKind, ItIsTheKindOfTheDiskUnderTheVolumeAndOfNoOther) {
    CHECK_EQUAL("unknown", kind());
    add("sda", "sata", true, "/data");
    CHECK_EQUAL("hdd", kind());
    inventory.disks.back().rotational = false;
    CHECK_EQUAL("ssd", kind());
    inventory.disks.back().transport = "nvme";
    CHECK_EQUAL("nvme", kind());
}

TEST(DataDiskKind, OfSeveralDisksTheSlowestCounts) {
    inventory.volume->deviceCount = 2;
    add("nvme1n1", "nvme", false, "/data");
    CHECK_EQUAL_TEXT("unknown", kind(), "the other device is on no disk");
    add("sda", "usb", true, "/data");
    CHECK_EQUAL("hdd", kind());
    inventory.disks.back().rotational = false;
    CHECK_EQUAL("ssd", kind());
}

TEST(DataDiskKind, TheKindOfAVirtualOrUnknownDiskIsUnknown) {
    add("vda", "virtio", true, "/data");
    CHECK_EQUAL("unknown", kind());
    inventory.disks.back().transport = "xen";
    CHECK_EQUAL("unknown", kind());
    inventory.disks.back().transport.reset();
    CHECK_EQUAL("unknown", kind());
    inventory.disks.back().transport = "sata";
    inventory.disks.back().rotational.reset();
    CHECK_EQUAL("unknown", kind());
}

TEST(DataDiskKind, WithoutAVolumeOrItsPlaceThereIsNone) {
    add("sda", "sata", true, "/data");
    inventory.volume->mountPoint.reset();
    CHECK_EQUAL("unknown", kind());
    inventory.volume.reset();
    CHECK_EQUAL("unknown", kind());
}

TEST_GROUP(Announcement) {
    agent::Inventory inventory;

    void setup() override {
        constexpr uint64_t kTib = uint64_t{1} << 40;
        inventory.volume = hal::Volume{};
        inventory.volume->sizeBytes = kTib;
        inventory.volume->usedBytes = kTib / 2 + 1;
        inventory.volume->effectiveFreeBytes = kTib / 2;
        inventory.volume->devices = {hal::VolumeDevice{}};
        inventory.volume->devices[0].allocatedBytes = kTib / 4;
        inventory.volume->devices[0].errors = hal::DeviceErrors{};
    }
};

TEST(Announcement, AFewWrittenBytesAreNoNews) {
    agent::Inventory later = inventory;
    *later.volume->usedBytes += 4096;
    *later.volume->devices[0].allocatedBytes += 1 << 30;
    CHECK_FALSE(inventory == later);
    CHECK_TRUE(agent::forAnnouncement(inventory) == agent::forAnnouncement(later));
}

TEST(Announcement, TwoPercentOfTheVolumeAreNews) {
    agent::Inventory later = inventory;
    *later.volume->effectiveFreeBytes -= *later.volume->sizeBytes / 50;
    CHECK_FALSE(agent::forAnnouncement(inventory) == agent::forAnnouncement(later));
}

TEST(Announcement, EveryErrorOfADeviceIsNews) {
    agent::Inventory later = inventory;
    later.volume->devices[0].errors->corruption = 1;
    CHECK_FALSE(agent::forAnnouncement(inventory) == agent::forAnnouncement(later));
}

TEST(Announcement, ALostCarrierIsNews) {
    inventory.nics = {agent::PhysicalNic{}};
    inventory.nics[0].nic.carrier = true;
    agent::Inventory later = inventory;
    later.nics[0].nic.carrier = false;
    CHECK_FALSE(agent::forAnnouncement(inventory) == agent::forAnnouncement(later));
}

TEST(Announcement, AMachineWithoutVolumeIsAnnouncedAsItIs) {
    inventory.volume.reset();
    CHECK_TRUE(agent::forAnnouncement(inventory) == inventory);
}
