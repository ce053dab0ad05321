// The inventory as a table: problems stand out, unknown values say so, control characters never reach the terminal.
#include "tools/cratectl/output/probe_table.hpp"

#include "tests/cpputest.hpp"

namespace {

std::string tableOf(const hal::Volume& volume) {
    agent::Inventory inventory;
    inventory.volume = volume;
    return cratectl::probeTable(inventory);
}

} // namespace

TEST_GROUP(ProbeTable){};

TEST(ProbeTable, BytesAreRoundedDownToOneDecimal) {
    CHECK_EQUAL(std::string("0 B"), cratectl::humanBytes(0));
    CHECK_EQUAL(std::string("1023 B"), cratectl::humanBytes(1023));
    CHECK_EQUAL(std::string("1 KiB"), cratectl::humanBytes(1024));
    CHECK_EQUAL(std::string("1.5 KiB"), cratectl::humanBytes(1536));
    CHECK_EQUAL(std::string("931 GiB"), cratectl::humanBytes(1000204886016));
    CHECK_EQUAL(std::string("1.8 TiB"), cratectl::humanBytes(2000398934016));
    CHECK_EQUAL(std::string("15.9 EiB"), cratectl::humanBytes(UINT64_MAX));
}

TEST(ProbeTable, AnEmptyInventoryIsAllDashes) {
    const std::string table = cratectl::probeTable({});
    STRCMP_CONTAINS("announced: -\n", table.c_str());
    STRCMP_CONTAINS("no physical interface", table.c_str());
    STRCMP_CONTAINS("memory      -\n", table.c_str());
}

TEST(ProbeTable, ColumnsAreAlignedAndNoLineEndsInABlank) {
    agent::Inventory inventory;
    agent::PhysicalNic one;
    one.nic.name = "a";
    one.nic.mac = "00:00:00:00:00:01";
    agent::PhysicalNic other;
    other.nic.name = "a-long-name";
    inventory.nics = {one, other};
    const std::string table = cratectl::probeTable(inventory);
    STRCMP_CONTAINS("  a            00:00:00:00:00:01", table.c_str());
    STRCMP_CONTAINS("  a-long-name  -", table.c_str());
    CHECK_TRUE(table.find(" \n") == std::string::npos);
    CHECK_TRUE(table.ends_with('\n'));
}

TEST(ProbeTable, ShowsTheInterfacesOnTopOfANicAndTheDefaultRoute) {
    agent::Inventory inventory;
    agent::PhysicalNic physical;
    physical.nic.name = "eno1";
    physical.above = {
        {.name = "br0",
         .kind = "bridge",
         .addresses = {{.family = hal::AddressFamily::ipv4, .text = "10.0.0.1", .prefixLength = 24}},
         .carriesDefaultRoute = true}};
    inventory.nics = {physical};
    inventory.announcedNic = "br0";
    inventory.announcedAddress = "10.0.0.1";
    const std::string table = cratectl::probeTable(inventory);
    STRCMP_CONTAINS("announced: 10.0.0.1 on br0\n", table.c_str());
    STRCMP_CONTAINS("under br0 (bridge): 10.0.0.1/24, default route\n", table.c_str());
}

TEST(ProbeTable, ReadOnlyMissingAndDamagedStandOut) {
    hal::Volume volume;
    volume.isBtrfs = true;
    volume.readOnly = true;
    hal::VolumeDevice damaged;
    damaged.id = 1;
    damaged.path = "/dev/sda";
    damaged.errors = hal::DeviceErrors{.write = 0, .read = 0, .flush = 0, .corruption = 7, .generation = 0};
    hal::VolumeDevice missing;
    missing.id = 2;
    missing.missing = true;
    volume.devices = {damaged, missing};
    const std::string table = tableOf(volume);
    STRCMP_CONTAINS("READ-ONLY", table.c_str());
    STRCMP_CONTAINS("ERRORS: 7 corruption", table.c_str());
    STRCMP_CONTAINS("device 2: MISSING", table.c_str());
    STRCMP_CONTAINS("errors unknown", table.c_str());
}

TEST(ProbeTable, AnotherFileSystemHasNoBtrfsLines) {
    hal::Volume volume;
    volume.path = "/data/crate";
    volume.filesystem = "ext4";
    const std::string table = tableOf(volume);
    CHECK_TRUE(table.find("unallocated") == std::string::npos);
    CHECK_TRUE(table.find("subvolume") == std::string::npos);
}

TEST(ProbeTable, ControlCharactersDoNotReachTheTerminal) {
    agent::Inventory inventory;
    inventory.host.product = "\x1b[2Jevil\n";
    const std::string table = cratectl::probeTable(inventory);
    CHECK_TRUE(table.find('\x1b') == std::string::npos);
    STRCMP_CONTAINS("?[2Jevil?", table.c_str());
}

TEST(ProbeTable, ProblemsComeLastWithTheirReasons) {
    agent::Inventory inventory;
    inventory.problems = {{"host serial", "only root may read it"}};
    STRCMP_CONTAINS("PROBLEMS\n  host serial  only root may read it\n",
                    cratectl::probeTable(inventory).c_str());
}
