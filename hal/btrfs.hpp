// The volume under a directory: which file system it is, and for Btrfs its devices, profiles, space and errors.
// It asks by statfs, BTRFS_IOC_* and sysfs, whatever an unprivileged caller may use, and reports the rest as
// problems. It never changes the file system and never reads its devices.
#pragma once

#include "hal/btrfs_space.hpp"
#include "hal/problem.hpp"
#include "hal/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hal {

/// Errors a device made since the counters were last reset; Btrfs keeps them across mounts.
struct DeviceErrors {
    uint64_t write = 0;
    uint64_t read = 0;
    uint64_t flush = 0;
    uint64_t corruption = 0; ///< checksum did not match
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

/// What is under a directory. Fields that only Btrfs has are unknown on another file system.
struct Volume {
    std::string path; ///< the directory that was asked about
    std::optional<std::string> mountPoint;
    std::optional<std::string> filesystem; ///< "btrfs", "ext4", ...
    bool isBtrfs = false;
    std::optional<bool> readOnly;      ///< remounted or forced read-only, or the mount point is
    std::optional<uint64_t> sizeBytes; ///< Btrfs: raw bytes of all present devices; otherwise as statfs says
    std::optional<uint64_t> usedBytes; ///< Btrfs: data and metadata, copies not counted twice
    /// What can really still be written, see btrfs_space.hpp; on other file systems what statfs says is available
    /// to an unprivileged writer.
    std::optional<uint64_t> effectiveFreeBytes;

    std::optional<std::string> uuid;
    std::optional<std::string> label;
    std::optional<uint64_t> deviceCount; ///< as the file system was made, missing ones included
    std::optional<uint64_t> missingDevices;
    std::vector<VolumeDevice> devices; ///< by id
    std::vector<BtrfsSpace> spaces;
    std::optional<std::string>
        dataProfile; ///< "single", "raid1", ...; "single+raid1" while a conversion is unfinished
    std::optional<std::string> metadataProfile;
    std::optional<std::string> systemProfile;
    std::optional<uint64_t> unallocatedBytes;      ///< raw
    std::optional<uint64_t> metadataHeadroomBytes; ///< see btrfs_space.hpp
    std::optional<uint64_t> globalReserveBytes;
    std::optional<bool> isSubvolume;          ///< whether the directory itself is the top of a subvolume
    std::optional<uint64_t> subvolumeId;      ///< of the subvolume that contains the directory
    std::optional<std::string> subvolumePath; ///< from the top of the volume; only root may ask
    bool operator==(const Volume&) const = default;
};

/// Fails when the directory does not exist or cannot be opened; everything else becomes problems.
[[nodiscard]] Result<Reading<Volume>> inspectVolume(const std::string& path);

/// One statvfs(): cheap enough for every second, no I/O. True also when the error is that the file system is gone.
[[nodiscard]] Result<bool> isReadOnly(const std::string& path);

} // namespace hal
