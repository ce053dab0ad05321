// The inventory as JSON: unknown is null and never omitted, names contain the units, odd bytes break nothing.
#include "agent/hardware/inventory_json.hpp"

#include "tests/cpputest.hpp"

#include <nlohmann/json.hpp>

namespace {

using Json = nlohmann::ordered_json;

agent::Inventory nuc() {
    agent::Inventory inventory;
    inventory.host.hostname = "nuc1";
    inventory.host.memoryBytes = 16518873088;
    agent::PhysicalNic physical;
    physical.nic.name = "eno1";
    physical.nic.speedMbps = 2500;
    physical.nic.duplex = "full";
    physical.nic.carrier = true;
    physical.nic.mtu = 1500;
    physical.nic.addresses = {{.family = hal::AddressFamily::ipv6,
                               .text = "fe80::1",
                               .prefixLength = 64,
                               .scope = hal::AddressScope::link}};
    physical.above = {{.name = "br0", .kind = "bridge", .addresses = {}, .carriesDefaultRoute = true}};
    physical.carriesDefaultRoute = true;
    inventory.nics = {physical};
    inventory.announcedNic = "br0";
    inventory.announcedAddress = "192.168.1.10";
    hal::Disk disk;
    disk.name = "nvme0n1";
    disk.byId = {"/dev/disk/by-id/nvme-x"};
    disk.rotational = false;
    hal::Content content;
    content.name = "nvme0n1p1";
    content.filesystem = "vfat";
    content.mountPoints = {"/boot/efi"};
    disk.contents = {content};
    inventory.disks = {disk};
    hal::Volume volume;
    volume.path = "/data/crate";
    volume.isBtrfs = true;
    volume.readOnly = false;
    volume.dataProfile = "raid1";
    hal::VolumeDevice device;
    device.id = 1;
    device.errors = hal::DeviceErrors{.write = 1, .read = 2, .flush = 3, .corruption = 4, .generation = 5};
    volume.devices = {device};
    inventory.volume = volume;
    inventory.problems = {{"host serial", "only root may read it"}};
    return inventory;
}

} // namespace

TEST_GROUP(InventoryJson){};

TEST(InventoryJson, CarriesWhatIsKnown) {
    const Json json = agent::toJson(nuc());
    CHECK_EQUAL(std::string("nuc1"), json["host"]["hostname"].get<std::string>());
    CHECK_EQUAL(uint64_t{16518873088}, json["host"]["memory_bytes"].get<uint64_t>());
    CHECK_EQUAL(std::string("192.168.1.10"), json["announced_address"].get<std::string>());
    const Json& nic = json["nics"][0];
    LONGS_EQUAL(2500, nic["speed_mbps"].get<int>());
    CHECK_TRUE(nic["carrier"].get<bool>());
    CHECK_EQUAL(std::string("link"), nic["addresses"][0]["scope"].get<std::string>());
    CHECK_EQUAL(std::string("bridge"), nic["above"][0]["kind"].get<std::string>());
    CHECK_TRUE(nic["default_route"].get<bool>());
    CHECK_FALSE(json["disks"][0]["rotational"].get<bool>());
    CHECK_EQUAL(std::string("/boot/efi"),
                json["disks"][0]["contents"][0]["mount_points"][0].get<std::string>());
    CHECK_EQUAL(std::string("raid1"), json["volume"]["profiles"]["data"].get<std::string>());
    LONGS_EQUAL(4, json["volume"]["devices"][0]["errors"]["corruption"].get<int>());
    CHECK_EQUAL(std::string("host serial"), json["problems"][0]["source"].get<std::string>());
}

TEST(InventoryJson, UnknownIsNullAndNeverLeftOut) {
    const Json json = agent::toJson(nuc());
    for (const char* field : {"machine_id", "boot_id", "vendor", "product", "serial", "bios_version",
                              "bios_date", "cpu_model", "cores", "threads", "kernel", "os", "architecture"}) {
        CHECK_TRUE_TEXT(json["host"].contains(field) && json["host"][field].is_null(), field);
    }
    for (const char* field : {"mac", "permanent_mac", "driver", "firmware", "pci_id", "carrier_changes",
                              "carrier_up_count", "carrier_down_count"}) {
        CHECK_TRUE_TEXT(json["nics"][0].contains(field) && json["nics"][0][field].is_null(), field);
    }
    for (const char* field : {"model", "serial", "firmware", "transport", "size_bytes",
                              "logical_sector_bytes", "physical_sector_bytes", "removable", "read_only"}) {
        CHECK_TRUE_TEXT(json["disks"][0].contains(field) && json["disks"][0][field].is_null(), field);
    }
    for (const char* field :
         {"uuid", "label", "size_bytes", "used_bytes", "effective_free_bytes", "unallocated_bytes",
          "metadata_headroom_bytes", "device_count", "missing_devices", "is_subvolume", "subvolume_id"}) {
        CHECK_TRUE_TEXT(json["volume"].contains(field) && json["volume"][field].is_null(), field);
    }
}

TEST(InventoryJson, AnEmptyInventoryHasEmptyListsAndNoVolume) {
    const Json json = agent::toJson({});
    CHECK_TRUE(json["nics"].is_array() && json["nics"].empty());
    CHECK_TRUE(json["disks"].is_array() && json["disks"].empty());
    CHECK_TRUE(json["problems"].is_array() && json["problems"].empty());
    CHECK_TRUE(json["volume"].is_null());
    CHECK_TRUE(json["announced_address"].is_null());
}

TEST(InventoryJson, AnUnknownCounterIsNullAndNotZero) {
    agent::Inventory inventory = nuc();
    inventory.volume->devices[0].errors.reset();
    CHECK_TRUE(agent::toJson(inventory)["volume"]["devices"][0]["errors"].is_null());
}

TEST(InventoryJson, BytesThatAreNoUtf8AreReplaced) {
    agent::Inventory inventory;
    inventory.host.product = "NUC\xff\xfe";
    inventory.disks = nuc().disks;
    inventory.disks[0].contents[0].label = "d\xc3\xa4ta";
    const Json json = agent::toJson(inventory);
    CHECK_FALSE(json.dump().empty()); // would throw on such bytes
    CHECK_EQUAL(std::string("NUC\xef\xbf\xbd\xef\xbf\xbd"), json["host"]["product"].get<std::string>());
    CHECK_EQUAL(std::string("d\xc3\xa4ta"), json["disks"][0]["contents"][0]["label"].get<std::string>());
}
