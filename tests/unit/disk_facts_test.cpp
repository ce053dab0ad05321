// The disks of a NUC with more drives than it has room for, with and without a udev database.
#include "hal/hardware/disk_facts.hpp"

#include "tests/cpputest.hpp"
#include "tests/unit/fixtures.hpp"

#include <algorithm>

namespace {

/// What udev knows: the identity of the ATA and USB disks, and what is on the partitions.
std::optional<hal::UdevFacts> udevOfANuc(const std::string& name) {
    if (name == "nvme0n1") {
        return hal::UdevFacts{.properties = {{"ID_SERIAL_SHORT", "S5GXNX0T123456X"}},
                              .links = {"/dev/disk/by-path/pci-0000:58:00.0-nvme-1",
                                        "/dev/disk/by-id/nvme-eui.002538b1",
                                        "/dev/disk/by-id/nvme-Samsung_SSD_980_PRO_1TB_S5GXNX0T123456X"}};
    }
    if (name == "nvme0n1p1") {
        return hal::UdevFacts{.properties = {{"ID_FS_TYPE", "vfat"},
                                             {"ID_FS_UUID", "5E0A-2C1B"},
                                             {"ID_FS_LABEL_ENC", "EFI\\x20system"},
                                             {"ID_PART_ENTRY_NAME", "esp"}},
                              .links = {}};
    }
    if (name == "sda") {
        return hal::UdevFacts{.properties = {{"ID_MODEL_ENC", "ST2000LM015-2E8174\\x20\\x20\\x20"},
                                             {"ID_SERIAL_SHORT", "ZDZ0ABCD"},
                                             {"ID_REVISION", "SDM1"}},
                              .links = {"/dev/disk/by-id/ata-ST2000LM015-2E8174_ZDZ0ABCD"}};
    }
    if (name == "sda1") {
        return hal::UdevFacts{.properties = {{"ID_FS_TYPE", "LVM2_member"}}, .links = {}};
    }
    if (name == "sdb") {
        return hal::UdevFacts{};
    }
    return std::nullopt;
}

std::optional<hal::UdevFacts> noUdev(const std::string&) { return std::nullopt; }

hal::Disk disk(const std::string& name, const hal::UdevLookup& udev, hal::Problems& problems) {
    const hal::DiskSources sources{.root = fixtures::kNuc,
                                   .udev = udev,
                                   .mounts = hal::parseMountinfo(fixtures::text("nuc/proc/self/mountinfo"))};
    return hal::readDisk(sources, name, problems);
}

bool hasProblem(const hal::Problems& problems, const std::string& source) {
    return std::ranges::find(problems, source, &hal::Problem::source) != problems.end();
}

} // namespace

TEST_GROUP(DiskFacts) { hal::Problems problems; };

TEST(DiskFacts, RealDisksAreDisksAndNothingElseIs) {
    for (const char* name : {"nvme0n1", "nvme1n1", "sda", "sdb", "mmcblk0"}) {
        CHECK_TRUE_TEXT(hal::isDisk(fixtures::kNuc, name), name);
    }
    for (const char* name : {"loop0", "zram0", "ram0", "dm-0", "md127", "sr0", "mmcblk0boot0", "nvme1c1n1",
                             "nvme0n1p1", "absent"}) {
        CHECK_FALSE_TEXT(hal::isDisk(fixtures::kNuc, name), name);
    }
}

TEST(DiskFacts, ReadsAnNvmeDisk) {
    const auto found = disk("nvme0n1", udevOfANuc, problems);
    CHECK_EQUAL(std::optional<std::string>("Samsung SSD 980 PRO 1TB"), found.model);
    CHECK_EQUAL(std::optional<std::string>("S5GXNX0T123456X"), found.serial);
    CHECK_EQUAL(std::optional<std::string>("5B2QGXA7"), found.firmware);
    CHECK_EQUAL(std::optional<std::string>("nvme"), found.transport);
    CHECK_EQUAL(std::optional<uint64_t>(1000204886016), found.sizeBytes);
    CHECK_EQUAL(std::optional(512U), found.logicalSectorBytes);
    CHECK_EQUAL(std::optional(false), found.rotational);
    CHECK_EQUAL(std::optional(false), found.removable);
    CHECK_EQUAL(std::optional(false), found.readOnly);
    LONGS_EQUAL(2, found.byId.size());
    CHECK_EQUAL(std::string("/dev/disk/by-id/nvme-Samsung_SSD_980_PRO_1TB_S5GXNX0T123456X"), found.byId[0]);
    CHECK_TRUE(problems.empty());
}

TEST(DiskFacts, SaysWhatIsOnTheDisk) {
    const auto contents = disk("nvme0n1", udevOfANuc, problems).contents;
    LONGS_EQUAL(3, contents.size());
    CHECK_EQUAL(std::string("nvme0n1p1"), contents[0].name);
    CHECK_EQUAL(std::optional<std::string>("vfat"), contents[0].filesystem);
    CHECK_EQUAL(std::optional<std::string>("EFI system"), contents[0].label);
    CHECK_EQUAL(std::optional<std::string>("esp"), contents[0].partitionLabel);
    CHECK_EQUAL((std::vector<std::string>{"/boot/efi"}), contents[0].mountPoints);
    CHECK_EQUAL((std::vector<std::string>{"/"}), contents[1].mountPoints);
}

TEST(DiskFacts, FindsAMountedBtrfsByItsDevicesAndLeavesOutTheSandboxesRepetitions) {
    const auto contents = disk("nvme0n1", noUdev, problems).contents;
    CHECK_EQUAL(std::optional<std::string>("btrfs"), contents[2].filesystem);
    CHECK_EQUAL(std::optional<std::string>("5f2d1c9e-6b1f-4d0c-9a55-0f7a4f3f2b11"), contents[2].uuid);
    CHECK_EQUAL(std::optional<std::string>("data"), contents[2].label);
    CHECK_EQUAL((std::vector<std::string>{"/data"}), contents[2].mountPoints);
}

TEST(DiskFacts, WithoutUdevAMountedPartitionStillHasAFileSystemAndAnotherIsUnknown) {
    const auto contents = disk("nvme0n1", noUdev, problems).contents;
    CHECK_EQUAL(std::optional<std::string>("ext4"), contents[1].filesystem);
    CHECK_FALSE(contents[1].label.has_value());
    const auto other = disk("sda", noUdev, problems).contents;
    CHECK_FALSE(other.at(0).filesystem.has_value());
}

TEST(DiskFacts, WhatUdevLookedForAndDidNotFindIsKnownToBeAbsent) {
    const auto contents = disk("sda", udevOfANuc, problems).contents;
    CHECK_EQUAL(std::optional<std::string>(""), contents.at(0).label);
}

TEST(DiskFacts, TakesTheIdentityOfAnAtaDiskFromUdevBecauseScsiCutsIt) {
    const auto found = disk("sda", udevOfANuc, problems);
    CHECK_EQUAL(std::optional<std::string>("sata"), found.transport);
    CHECK_EQUAL(std::optional<std::string>("ST2000LM015-2E8174"), found.model);
    CHECK_EQUAL(std::optional<std::string>("ZDZ0ABCD"), found.serial);
    CHECK_EQUAL(std::optional<std::string>("SDM1"), found.firmware);
    CHECK_EQUAL(std::optional(true), found.rotational);
    CHECK_EQUAL(std::optional(4096U), found.physicalSectorBytes);
}

TEST(DiskFacts, FollowsDeviceMapperToTheMountPoint) {
    const auto contents = disk("sda", udevOfANuc, problems).contents;
    LONGS_EQUAL(1, contents.size());
    CHECK_EQUAL(std::optional<std::string>("LVM2_member"), contents[0].filesystem);
    CHECK_EQUAL((std::vector<std::string>{"vg-data"}), contents[0].usedBy);
    CHECK_EQUAL((std::vector<std::string>{"/srv/my data"}), contents[0].mountPoints);
}

TEST(DiskFacts, AUsbStickIsRemovableAndItsSerialUnknownWithAReason) {
    const auto found = disk("sdb", udevOfANuc, problems);
    CHECK_EQUAL(std::optional<std::string>("usb"), found.transport);
    CHECK_EQUAL(std::optional<std::string>("Ultra Fit"), found.model);
    CHECK_EQUAL(std::optional(true), found.removable);
    CHECK_EQUAL(std::optional(true), found.readOnly);
    CHECK_FALSE(found.serial.has_value());
    CHECK_TRUE(hasProblem(problems, "disk sdb serial"));
    CHECK_TRUE(found.contents.empty());
}

TEST(DiskFacts, ReadsAnEmmcChipAndAMultipathNvmeDisk) {
    const auto chip = disk("mmcblk0", noUdev, problems);
    CHECK_EQUAL(std::optional<std::string>("mmc"), chip.transport);
    CHECK_EQUAL(std::optional<std::string>("DF4032"), chip.model);
    CHECK_EQUAL(std::optional<std::string>("0x9ae5cb4d"), chip.serial);
    const auto multipath = disk("nvme1n1", noUdev, problems);
    CHECK_EQUAL(std::optional<std::string>("nvme"), multipath.transport);
    CHECK_EQUAL(std::optional<std::string>("PHLJ0000000000"), multipath.serial);
    CHECK_EQUAL(std::optional(4096U), multipath.logicalSectorBytes);
}

TEST(DiskFacts, ADiskThatHasVanishedIsUnknownWithAReason) {
    const auto found = disk("gone", noUdev, problems);
    CHECK_FALSE(found.model || found.sizeBytes || found.rotational || found.transport);
    LONGS_EQUAL(10, problems.size());
}

TEST(DiskFacts, AttributesThatMakeNoSenseAreUnknownAndSaySo) {
    const auto found = disk("sdz", noUdev, problems);
    CHECK_FALSE(found.sizeBytes || found.logicalSectorBytes || found.physicalSectorBytes ||
                found.rotational || found.removable || found.readOnly || found.model);
    for (const char* field : {"size_bytes", "logical_sector_bytes", "physical_sector_bytes", "rotational",
                              "removable", "read_only", "model"}) {
        CHECK_TRUE_TEXT(hasProblem(problems, std::string("disk sdz ") + field), field);
    }
    CHECK_EQUAL(std::optional<std::string>("sata"), found.transport);
}

TEST(DiskFacts, PartitionsThatMakeNoSenseAreLeftOutOrHaveNoSize) {
    const auto contents = disk("sdz", noUdev, problems).contents;
    LONGS_EQUAL(3, contents.size()); // the fourth has no number, the fifth is no partition
    for (const hal::Content& content : contents) {
        LONGS_EQUAL(0, content.sizeBytes);
    }
}

TEST(DiskFacts, DevicesThatClaimToHoldEachOtherEndTheWalk) {
    CHECK_EQUAL((std::vector<std::string>{"dm-8", "dm-9"}),
                disk("sdz", noUdev, problems).contents.at(0).usedBy);
}

TEST(DiskFacts, DecodesWhatUdevEscapes) {
    CHECK_EQUAL(std::string("a b\\c"), hal::decodeUdev("a\\x20b\\x5cc"));
    for (const char* text : {"\\x", "\\x2", "\\xzz", "\\", "plain", ""}) {
        CHECK_EQUAL(std::string(text), hal::decodeUdev(text));
    }
}
