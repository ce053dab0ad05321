// The machine's disks, their identity and their content.
// It reads sysfs, the udev database and the mount table, and says when to look again. It never opens a block device,
// so it wakes no sleeping disk, and it never writes. Loop, ram, zram, device-mapper, floppy and CD are not disks.
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

/// One thing on a disk: a partition, or a file system that fills the whole disk.
struct Content {
    std::string name;                          ///< "nvme0n1p3", or the disk's own name
    uint64_t sizeBytes = 0;                    ///< of the partition or disk, not of the file system
    std::optional<std::string> partitionLabel; ///< empty when it has none
    std::optional<std::string>
        filesystem;                   ///< "btrfs", "vfat", "crypto_LUKS", ...; empty when none is recognised
    std::optional<std::string> label; ///< empty when it has none
    std::optional<std::string> uuid;
    std::vector<std::string> usedBy;      ///< device-mapper and md devices on top of it, sorted
    std::vector<std::string> mountPoints; ///< its own and those of the devices on top of it, sorted
    bool operator==(const Content&) const = default;
};

struct Disk {
    std::string name;              ///< "nvme0n1"
    std::vector<std::string> byId; ///< "/dev/disk/by-id/..." paths, sorted
    std::optional<std::string> model;
    std::optional<std::string> serial;
    std::optional<std::string> firmware;
    std::optional<std::string> transport; ///< "nvme", "sata", "usb", "virtio", "mmc", "scsi", "xen"
    std::optional<uint64_t> sizeBytes;
    std::optional<uint32_t> logicalSectorBytes;
    std::optional<uint32_t> physicalSectorBytes;
    std::optional<bool> rotational;
    std::optional<bool> removable;
    std::optional<bool> readOnly;
    std::vector<Content> contents; ///< in the order of the partition numbers
    bool operator==(const Disk&) const = default;
};

class Disks {
public:
    Disks() = default;
    Disks(const Disks&) = delete;
    Disks& operator=(const Disks&) = delete;
    virtual ~Disks() = default;

    /// Sorted by name. Fails, retryably, only if sysfs cannot be read; all other errors become problems.
    [[nodiscard]] virtual Result<Reading<std::vector<Disk>>> list() = 0;

    /// Calls whenever udev (or, without udev, the kernel) reports a block device, or the mount table changed: look
    /// again. A second watch replaces the first.
    [[nodiscard]] virtual Status watch(std::function<void()> lookAgain) = 0;
};

/// Nothing is opened before the first list() or watch().
[[nodiscard]] std::unique_ptr<Disks> makeDisks(EventLoop& loop);

} // namespace hal
