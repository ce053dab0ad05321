// Each fact comes from sysfs if the kernel has it (NVMe, virtio, MMC), and from the udev database if only a probe of
// the device can find it (ATA and USB identity, the file system of a partition).
#include "hal/hardware/disk_facts.hpp"

#include "hal/base/text.hpp"
#include "hal/hardware/system_files.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <set>
#include <string_view>
#include <utility>

namespace hal {
namespace {

constexpr uint64_t kSectorBytes =
    512; // the unit of every size in /sys/block, regardless of the disk's own sector size
constexpr int kMaxHolderDepth = 8; // LVM on LUKS on md is three

std::optional<std::string> udevProperty(const std::optional<UdevFacts>& facts, const char* key) {
    if (!facts) {
        return std::nullopt;
    }
    const auto found = facts->properties.find(key);
    if (found == facts->properties.end()) {
        return std::nullopt;
    }
    std::string value = decodeUdev(found->second);
    value = trimmed(value);
    return value.empty() ? std::nullopt : std::optional(std::move(value));
}

/// The first of some sysfs attributes that is present.
std::optional<std::string> firstAttribute(const std::string& directory,
                                          std::initializer_list<const char*> names) {
    for (const char* name : names) {
        if (auto text = readAttribute(directory + "/" + name)) {
            return text;
        }
    }
    return std::nullopt;
}

/// The bus of a disk, from its place in the kernel's device tree. The order matters: a USB or ATA disk is also a SCSI
/// disk, and every device of a virtual machine may be below a virtio controller.
std::optional<std::string> transportOf(const std::string& devicePath, const std::string& name) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kSigns = {{{"/usb", "usb"},
                                                                                      {"/ata", "sata"},
                                                                                      {"/mmc", "mmc"},
                                                                                      {"/nvme", "nvme"},
                                                                                      {"/vbd-", "xen"},
                                                                                      {"/session", "iscsi"},
                                                                                      {"/host", "scsi"},
                                                                                      {"/virtio", "virtio"}}};
    const std::string_view path(devicePath);
    const std::string_view parents = path.substr(0, path.size() - std::min(path.size(), name.size()));
    for (const auto& [sign, transport] : kSigns) {
        if (parents.find(sign) != std::string_view::npos) {
            return std::string(transport);
        }
    }
    return std::nullopt;
}

/// One disk being read.
class DiskReader {
public:
    DiskReader(const DiskSources& sources, const std::string& name, Problems& problems)
        : sources_(sources), name_(name), problems_(problems),
          directory_(sources.root + "/sys/block/" + name), udev_(sources.udev(name)) {}

    Disk read() {
        disk_.name = name_;
        readIdentity();
        readGeometry();
        readContents();
        explainUnknown();
        return std::move(disk_);
    }

private:
    void readIdentity() {
        const std::string device = directory_ + "/device";
        const auto path = realPath(directory_);
        disk_.transport = path ? transportOf(*path, name_) : std::nullopt;
        const bool kernelKnows = disk_.transport == "nvme" || disk_.transport == "mmc";
        // The SCSI layer truncates the model to 16 characters and has no serial; udev queried the device itself.
        disk_.model =
            kernelKnows ? firstAttribute(device, {"model", "name"}) : udevProperty(udev_, "ID_MODEL_ENC");
        if (!disk_.model) {
            disk_.model = firstAttribute(device, {"model", "name"});
        }
        disk_.serial =
            kernelKnows ? firstAttribute(device, {"serial"}) : udevProperty(udev_, "ID_SERIAL_SHORT");
        if (!disk_.serial) {
            disk_.serial = readAttribute(directory_ + "/serial");
        }
        disk_.firmware = firstAttribute(device, {"firmware_rev", "fwrev"});
        if (!disk_.firmware) {
            disk_.firmware = udevProperty(udev_, "ID_REVISION");
        }
        if (!disk_.firmware) {
            disk_.firmware = readAttribute(device + "/rev");
        }
        for (const std::string& link : udev_ ? udev_->links : std::vector<std::string>{}) {
            if (link.starts_with("/dev/disk/by-id/")) {
                disk_.byId.push_back(link);
            }
        }
        std::ranges::sort(disk_.byId);
    }

    std::optional<uint32_t> number32(const std::string& attribute) const {
        const auto number = readNumber(directory_ + "/" + attribute);
        return number && *number <= UINT32_MAX ? std::optional(static_cast<uint32_t>(*number)) : std::nullopt;
    }

    static std::optional<uint64_t> sizeOf(const std::string& directory) {
        const auto sectors = readNumber(directory + "/size");
        return sectors && *sectors <= UINT64_MAX / kSectorBytes ? std::optional(*sectors * kSectorBytes)
                                                                : std::nullopt;
    }

    void readGeometry() {
        disk_.sizeBytes = sizeOf(directory_);
        disk_.logicalSectorBytes = number32("queue/logical_block_size");
        disk_.physicalSectorBytes = number32("queue/physical_block_size");
        disk_.rotational = readFlag(directory_ + "/queue/rotational");
        disk_.removable = readFlag(directory_ + "/removable");
        disk_.readOnly = readFlag(directory_ + "/ro");
    }

    void readContents() {
        std::vector<std::pair<uint64_t, std::string>> partitions;
        for (const std::string& entry : directoryNames(directory_)) {
            if (!entry.starts_with(name_)) {
                continue; // a partition's directory is named after its disk
            }
            if (const auto number = readNumber(directory_ + "/" + entry + "/partition")) {
                partitions.emplace_back(*number, entry);
            }
        }
        std::ranges::sort(partitions);
        for (const auto& [number, partition] : partitions) {
            disk_.contents.push_back(
                readContent(partition, directory_ + "/" + partition, sources_.udev(partition)));
        }
        if (partitions.empty()) {
            Content whole = readContent(name_, directory_, udev_);
            if (!whole.filesystem.value_or("").empty() || !whole.usedBy.empty() ||
                !whole.mountPoints.empty()) {
                disk_.contents.push_back(std::move(whole));
            }
        }
    }

    Content readContent(const std::string& name, const std::string& directory,
                        const std::optional<UdevFacts>& udev) {
        Content content;
        content.name = name;
        content.sizeBytes = sizeOf(directory).value_or(0);
        if (udev) { // if udev searched for it and did not find it, it is known to be absent
            content.partitionLabel = udevProperty(udev, "ID_PART_ENTRY_NAME").value_or("");
            content.filesystem = udevProperty(udev, "ID_FS_TYPE").value_or("");
            content.label = udevProperty(udev, "ID_FS_LABEL_ENC").value_or("");
        }
        content.uuid = udevProperty(udev, "ID_FS_UUID");
        std::set<std::string> points;
        addMounts(content, name, directory, points);
        addBtrfs(content, name, points);
        std::set<std::string> users;
        addHolders(directory, users, points, 0);
        content.usedBy.assign(users.begin(), users.end());
        content.mountPoints.assign(points.begin(), points.end());
        return content;
    }

    void addMount(const Mount& mount, std::set<std::string>& points) const {
        const auto repeats = [&](const Mount& other) { return isRepetition(mount, other); };
        if (std::ranges::none_of(sources_.mounts, repeats)) {
            points.insert(mount.point);
        }
    }

    void addMounts(Content& content, const std::string& name, const std::string& directory,
                   std::set<std::string>& points) const {
        const auto number = readAttribute(directory + "/dev");
        for (const Mount& mount : sources_.mounts) {
            if ((number && mount.device == *number) || mount.source == "/dev/" + name) {
                addMount(mount, points);
                if (content.filesystem.value_or("").empty()) {
                    content.filesystem = mount.filesystem;
                }
            }
        }
    }

    /// sysfs lists all devices of a mounted Btrfs; the mount table lists only one of them.
    void addBtrfs(Content& content, const std::string& name, std::set<std::string>& points) const {
        const std::string all = sources_.root + "/sys/fs/btrfs";
        for (const std::string& uuid : directoryNames(all)) {
            const std::string volume = all + "/" + uuid;
            const std::vector<std::string> members = directoryNames(volume + "/devices");
            if (std::ranges::find(members, name) == members.end()) {
                continue;
            }
            content.filesystem = "btrfs";
            content.uuid = uuid;
            if (content.label.value_or("").empty()) {
                content.label = readAttribute(volume + "/label").value_or("");
            }
            for (const Mount& mount : sources_.mounts) {
                if (mount.filesystem == "btrfs" && mount.source.starts_with("/dev/") &&
                    std::ranges::find(members, mount.source.substr(5)) != members.end()) {
                    addMount(mount, points);
                }
            }
        }
    }

    /// Device-mapper and md devices on top, by their assigned names, and where those are mounted.
    void addHolders(const std::string& directory, std::set<std::string>& users, std::set<std::string>& points,
                    int depth) const {
        if (depth == kMaxHolderDepth) {
            return;
        }
        for (const std::string& holder : directoryNames(directory + "/holders")) {
            const std::string above = sources_.root + "/sys/block/" + holder;
            users.insert(readAttribute(above + "/dm/name").value_or(holder));
            Content content;
            addMounts(content, holder, above, points);
            addBtrfs(content, holder, points);
            addHolders(above, users, points, depth + 1);
        }
    }

    void problem(const std::string& field, std::string reason) {
        problems_.push_back({.source = "disk " + name_ + " " + field, .reason = std::move(reason)});
    }

    void explainUnknown() {
        const std::string who = udev_ ? "neither the kernel nor the udev database reports it"
                                      : "the kernel does not report it, udev knows nothing";
        const std::array<std::pair<const char*, bool>, 10> known = {
            {{"model", disk_.model.has_value()},
             {"serial", disk_.serial.has_value()},
             {"firmware", disk_.firmware.has_value()},
             {"transport", disk_.transport.has_value()},
             {"size_bytes", disk_.sizeBytes.has_value()},
             {"logical_sector_bytes", disk_.logicalSectorBytes.has_value()},
             {"physical_sector_bytes", disk_.physicalSectorBytes.has_value()},
             {"rotational", disk_.rotational.has_value()},
             {"removable", disk_.removable.has_value()},
             {"read_only", disk_.readOnly.has_value()}}};
        for (const auto& [field, isKnown] : known) {
            if (!isKnown) {
                problem(field, who);
            }
        }
    }

    const DiskSources& sources_;
    const std::string& name_;
    Problems& problems_;
    std::string directory_;
    std::optional<UdevFacts> udev_;
    Disk disk_;
};

} // namespace

bool isDisk(const std::string& root, const std::string& name) {
    const std::string directory = root + "/sys/block/" + name;
    const auto path = realPath(directory);
    // loop, ram, zram, md, dm, nbd, ... have no device; the shared half of a multipath NVMe disk counts as a disk anyway.
    if (!path || path->find("/devices/virtual/block/") != std::string::npos) {
        return false;
    }
    if (readFlag(directory + "/hidden").value_or(false)) {
        return false; // one path of a multipath NVMe disk
    }
    constexpr uint64_t kScsiRom = 5; // SCSI peripheral device type of CD and DVD drives
    const bool optical = name.starts_with("sr") || readNumber(directory + "/device/type") == kScsiRom;
    // The boot and replay-protected areas of an eMMC chip are not separate disks.
    const bool chipArea =
        name.starts_with("mmcblk") && (name.find("boot") != name.npos || name.find("rpmb") != name.npos);
    return !optical && !chipArea && !name.starts_with("fd");
}

Disk readDisk(const DiskSources& sources, const std::string& name, Problems& problems) {
    return DiskReader(sources, name, problems).read();
}

std::string decodeUdev(const std::string& text) {
    std::string result;
    for (size_t i = 0; i < text.size(); ++i) {
        const std::string_view rest = std::string_view(text).substr(i);
        if (rest.starts_with("\\x") && rest.size() >= 4 && isHexadecimal(rest.substr(2, 2), 2)) {
            result += static_cast<char>(*hexadecimalDigit(rest[2]) * 16 + *hexadecimalDigit(rest[3]));
            i += 3;
        } else {
            result += text[i];
        }
    }
    return result;
}

} // namespace hal
