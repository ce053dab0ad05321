// The volume under a directory: its file system, and for Btrfs its devices, profiles, space and errors.
// It uses statfs, BTRFS_IOC_* and sysfs, as far as an unprivileged caller may, and reports the rest as problems. It
// never changes the file system and never reads its devices.
#pragma once

#include "hal/base/problem.hpp"
#include "hal/base/result.hpp"
#include "hal/hardware/btrfs_space.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hal {

/// Errors of a device since the counters were last reset; Btrfs keeps them across mounts.
struct DeviceErrors {
    uint64_t write = 0;
    uint64_t read = 0;
    uint64_t flush = 0;
    uint64_t corruption = 0; ///< checksum mismatches
    uint64_t generation = 0; ///< an old block where a new one was expected
    bool operator==(const DeviceErrors&) const = default;
};

struct VolumeDevice {
    uint64_t id = 0;                 ///< Btrfs's own device id, 1 for the first
    std::optional<std::string> path; ///< "/dev/nvme0n1p3"; unknown for a missing device
    std::optional<uint64_t> sizeBytes;
    std::optional<uint64_t> allocatedBytes; ///< raw bytes that belong to chunks
    bool missing = false;
    std::optional<DeviceErrors> errors;
    bool operator==(const VolumeDevice&) const = default;
};

/// The volume under a directory. On other file systems, Btrfs-only values are unknown, or an empty list.
struct Volume {
    std::string path; ///< the inspected directory
    std::optional<std::string> mountPoint;
    std::optional<std::string> filesystem; ///< "btrfs", "ext4", ...
    bool isBtrfs = false;
    std::optional<bool> readOnly;      ///< the mount, or the file system after a fatal error
    std::optional<uint64_t> sizeBytes; ///< Btrfs: raw bytes of all present devices; otherwise statfs's value
    std::optional<uint64_t> usedBytes; ///< Btrfs: in all chunks, each copy counted once
    /// The bytes that can really still be written, see btrfs_space.hpp; on other file systems statfs's available
    /// bytes for an unprivileged writer.
    std::optional<uint64_t> effectiveFreeBytes;

    std::optional<std::string> uuid;
    std::optional<std::string> label;    ///< empty if it has none
    std::optional<uint64_t> deviceCount; ///< including missing ones
    std::optional<uint64_t> missingDevices;
    std::vector<VolumeDevice> devices; ///< by id
    std::vector<BtrfsSpace> spaces;
    std::optional<std::string> dataProfile; ///< "single", "raid1+single" while a conversion is unfinished
    std::optional<std::string> metadataProfile;
    std::optional<std::string> systemProfile;
    std::optional<uint64_t> unallocatedBytes;      ///< raw, of the present devices
    std::optional<uint64_t> metadataHeadroomBytes; ///< see btrfs_space.hpp
    std::optional<uint64_t> globalReserveBytes;
    std::optional<bool> isSubvolume;     ///< whether the directory itself is the root of a subvolume
    std::optional<uint64_t> subvolumeId; ///< of the subvolume the directory is or lies in
    bool operator==(const Volume&) const = default;
};

/// Fails if there is no such directory; all other errors become problems. Needs no privilege, even for a directory
/// that the caller may not enter.
[[nodiscard]] Result<Reading<Volume>> inspectVolume(const std::string& path);

/// One statvfs(): cheap enough for every second, no I/O. Fails if the path does not exist.
[[nodiscard]] Result<bool> isReadOnly(const std::string& path);

} // namespace hal
