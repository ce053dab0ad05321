// Which links are hardware, and what sysfs knows about that hardware.
#include "hal/hardware/nic_facts.hpp"

#include "tests/cpputest.hpp"
#include "tests/unit/fixtures.hpp"

namespace {

hal::NicFacts facts(const char* name) { return hal::readNicFacts(fixtures::kNuc, name); }

} // namespace

TEST_GROUP(NicFacts){};

TEST(NicFacts, KnowsAnIgcNic) {
    const auto nic = facts("eno1");
    CHECK_TRUE(nic.physical);
    CHECK_EQUAL(std::optional<uint64_t>(2), nic.index);
    CHECK_FALSE(nic.asleep);
    CHECK_EQUAL(std::optional<std::string>("igc"), nic.driver);
    CHECK_EQUAL(std::optional<std::string>("0000:57:00.0"), nic.busInfo);
    CHECK_EQUAL(std::optional<std::string>("8086:15f3"), nic.pciId);
    CHECK_FALSE(nic.pciProblem.has_value());
}

TEST(NicFacts, SeesThatADeviceSleeps) {
    const auto nic = facts("eno2");
    CHECK_TRUE(nic.asleep);
    CHECK_EQUAL(std::optional<std::string>("e1000e"), nic.driver);
    CHECK_EQUAL(std::optional<std::string>("8086:15be"), nic.pciId);
}

TEST(NicFacts, FindsThePciFunctionOfAVirtioNic) {
    CHECK_EQUAL(std::optional<std::string>("1af4:1041"), facts("ens3").pciId);
}

TEST(NicFacts, DoesNotTakeTheUsbControllerForTheAdapter) {
    const auto nic = facts("enx00e04c680001");
    CHECK_TRUE(nic.physical);
    CHECK_FALSE(nic.pciId.has_value());
    CHECK_EQUAL(std::optional<std::string>("the device is on usb, not on PCI"), nic.pciProblem);
}

TEST(NicFacts, BridgesBondsVlansAndLoopbackAreNoHardware) {
    for (const char* name : {"lo", "br0", "bond0", "br0.20", "absent"}) {
        const auto found = facts(name);
        CHECK_FALSE_TEXT(found.physical, name);
        CHECK_FALSE_TEXT(found.driver || found.pciId || found.busInfo || found.pciProblem, name);
    }
}

TEST(NicFacts, AnIdThatIsNotANumberIsUnknownWithAReason) {
    const auto nic = facts("eno9");
    CHECK_FALSE(nic.pciId.has_value());
    CHECK_TRUE(nic.pciProblem.has_value());
}
