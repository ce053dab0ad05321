// BTRFS_IOC_* and libbtrfsutil on a directory of the volume. Any process that can open a directory of the volume may
// use all calls used here (verified without capabilities on Linux 6.18); none of them accesses a device.
#include "hal/hardware/btrfs.hpp"

#include "hal/base/handles.hpp"
#include "hal/base/text.hpp"
#include "hal/hardware/mounts.hpp"
#include "hal/hardware/system_files.hpp"

#include <algorithm>
#include <array>
#include <btrfsutil.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <span>
#include <string_view>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <utility>

namespace hal {
namespace {

constexpr size_t kMaxMountTableBytes = 4 << 20;
// Device ids grow by one with every device ever added; no volume has had four thousand disks.
constexpr uint64_t kMaxDeviceId = 4096;
// Nine profiles for each of three uses and the global reserve are 28.
constexpr size_t kMaxSpaces = 64;

/// "3d870db7-f8b4-400d-96c1-219d1b359bff"
std::string uuidText(std::span<const uint8_t, BTRFS_FSID_SIZE> bytes) {
    std::string text = hexadecimal(std::as_bytes(bytes));
    for (const size_t dash : {8U, 13U, 18U, 23U}) {
        text.insert(dash, 1, '-');
    }
    return text;
}

template <size_t size, class Character>
std::string fieldText(const Character (&field)[size]) {
    const auto end = std::find(std::begin(field), std::end(field), Character{0});
    return {std::begin(field), end};
}

/// One volume being read.
class VolumeReader {
public:
    explicit VolumeReader(const std::string& path) { reading_.value.path = path; }

    Result<Reading<Volume>> read() {
        struct stat status{};
        if (::stat(path().c_str(), &status) < 0) {
            return failure(Error::fromErrno(errno, "cannot inspect the data directory " + path() +
                                                       "; expected a directory, ideally a Btrfs subvolume"));
        }
        if (!S_ISDIR(status.st_mode)) {
            return failure(
                Error::fromErrno(ENOTDIR, "expected a directory at " + path(), Recovery::terminal));
        }
        readMount();
        readStatfs();
        if (volume().isBtrfs) {
            readBtrfs();
        } else {
            problem("volume",
                    path() + " is on " + volume().filesystem.value_or("another file system") +
                        ", not on Btrfs: no UUID, devices, profiles, subvolumes and error counters");
        }
        return std::move(reading_);
    }

private:
    Volume& volume() { return reading_.value; }
    const std::string& path() { return reading_.value.path; }
    void problem(std::string source, std::string reason) {
        reading_.problems.push_back({.source = std::move(source), .reason = std::move(reason)});
    }

    void readMount() {
        const auto table = readText("/proc/self/mountinfo", kMaxMountTableBytes);
        const auto real = realPath(path());
        if (!table || !real) {
            problem("volume mount_point", table ? path() + " has no real path" : table.error().text());
            return;
        }
        const auto mounts = parseMountinfo(*table);
        if (const Mount* mount = mountOf(mounts, *real)) {
            volume().mountPoint = mount->point;
            volume().filesystem = mount->filesystem;
        } else {
            problem("volume mount_point", "no mount in the mount table contains " + *real);
        }
    }

    void readStatfs() {
        struct statfs status{};
        if (::statfs(path().c_str(), &status) < 0) {
            problem("volume size_bytes", Error::fromErrno(errno, "statfs failed").text());
            return;
        }
        Volume& found = volume();
        found.isBtrfs = status.f_type == BTRFS_SUPER_MAGIC;
        const auto unit = static_cast<uint64_t>(status.f_frsize != 0 ? status.f_frsize : status.f_bsize);
        if (found.isBtrfs) {
            found.filesystem = "btrfs";
        } else {
            found.sizeBytes = status.f_blocks * unit;
            found.usedBytes = (status.f_blocks - std::min(status.f_bfree, status.f_blocks)) * unit;
            found.effectiveFreeBytes = status.f_bavail * unit;
        }
        if (auto readOnly = isReadOnly(path())) {
            found.readOnly = *readOnly;
        } else {
            problem("volume read_only", readOnly.error().text());
        }
    }

    /// Any directory of the volume works for queries about the volume.
    FileDescriptor openVolume() {
        FileDescriptor fd(::open(path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!fd && errno == EACCES && volume().mountPoint) {
            fd.reset(::open(volume().mountPoint->c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        }
        return fd;
    }

    void readBtrfs() {
        readSubvolume();
        const FileDescriptor fd = openVolume();
        if (!fd) {
            problem(
                "volume",
                Error::fromErrno(errno, "cannot open " + path() + "; let the agent's user read it").text());
            return;
        }
        readLabel(fd.get());
        readDevices(fd.get());
        readSpaces(fd.get());
    }

    void readSubvolume() {
        const auto is = btrfs_util_is_subvolume(path().c_str());
        if (is == BTRFS_UTIL_OK || is == BTRFS_UTIL_ERROR_NOT_SUBVOLUME) {
            volume().isSubvolume = is == BTRFS_UTIL_OK;
        } else {
            problem("volume is_subvolume", btrfs_util_strerror(is));
        }
        uint64_t id = 0;
        const auto got = btrfs_util_subvolume_id(path().c_str(), &id);
        if (got == BTRFS_UTIL_OK) {
            volume().subvolumeId = id;
        } else {
            problem("volume subvolume_id", btrfs_util_strerror(got));
        }
    }

    void readLabel(int fd) {
        char label[BTRFS_LABEL_SIZE] = {};
        if (::ioctl(fd, BTRFS_IOC_GET_FSLABEL, label) < 0) {
            problem("volume label", Error::fromErrno(errno, "the kernel did not report it").text());
            return;
        }
        volume().label = fieldText(label);
    }

    void readDevices(int fd) {
        btrfs_ioctl_fs_info_args info{};
        if (::ioctl(fd, BTRFS_IOC_FS_INFO, &info) < 0) {
            problem("volume devices",
                    Error::fromErrno(errno, "the kernel did not report the volume's devices").text());
            return;
        }
        Volume& found = volume();
        found.uuid = uuidText(info.fsid);
        found.deviceCount = info.num_devices;
        const uint64_t last = std::min<uint64_t>(info.max_id, kMaxDeviceId);
        for (uint64_t id = 1; id <= last && found.devices.size() < info.num_devices; ++id) {
            readDevice(fd, id);
        }
        if (found.devices.size() < info.num_devices) {
            problem("volume devices", "the kernel counts " + std::to_string(info.num_devices) +
                                          " devices but reports " + std::to_string(found.devices.size()));
            return;
        }
        found.missingDevices =
            static_cast<uint64_t>(std::ranges::count(found.devices, true, &VolumeDevice::missing));
        uint64_t size = 0;
        for (const VolumeDevice& device : found.devices) {
            size += device.missing ? 0 : device.sizeBytes.value_or(0);
        }
        found.sizeBytes = size;
    }

    void readDevice(int fd, uint64_t id) {
        btrfs_ioctl_dev_info_args info{};
        info.devid = id;
        const std::string source = "volume device " + std::to_string(id);
        if (::ioctl(fd, BTRFS_IOC_DEV_INFO, &info) < 0) {
            if (errno != ENODEV) { // an id that is no longer in use
                problem(source, Error::fromErrno(errno, "the kernel did not report it").text());
            }
            return;
        }
        VolumeDevice device{.id = id,
                            .path = {},
                            .sizeBytes = info.total_bytes,
                            .allocatedBytes = info.bytes_used,
                            .errors = {}};
        std::string devicePath = fieldText(info.path);
        const std::string missing =
            "/sys/fs/btrfs/" + *volume().uuid + "/devinfo/" + std::to_string(id) + "/missing";
        // For a device it cannot find, the kernel has no path, or a placeholder that is not a path.
        device.missing = readFlag(missing).value_or(!devicePath.starts_with('/'));
        if (device.missing) {
            problem(source, "the device is missing: put it back, or replace it with \"btrfs replace start " +
                                std::to_string(id) + " <new device> <mount point>\"");
        } else {
            device.path = std::move(devicePath);
        }
        readErrors(fd, device, source);
        volume().devices.push_back(std::move(device));
    }

    void readErrors(int fd, VolumeDevice& device, const std::string& source) {
        btrfs_ioctl_get_dev_stats stats{};
        stats.devid = device.id;
        stats.nr_items = BTRFS_DEV_STAT_VALUES_MAX;
        if (::ioctl(fd, BTRFS_IOC_GET_DEV_STATS, &stats) < 0) {
            problem(source + " errors",
                    Error::fromErrno(errno, "the kernel did not report the counters").text());
            return;
        }
        device.errors = {.write = stats.values[BTRFS_DEV_STAT_WRITE_ERRS],
                         .read = stats.values[BTRFS_DEV_STAT_READ_ERRS],
                         .flush = stats.values[BTRFS_DEV_STAT_FLUSH_ERRS],
                         .corruption = stats.values[BTRFS_DEV_STAT_CORRUPTION_ERRS],
                         .generation = stats.values[BTRFS_DEV_STAT_GENERATION_ERRS]};
    }

    void readSpaces(int fd) {
        alignas(btrfs_ioctl_space_args) std::array<std::byte, sizeof(btrfs_ioctl_space_args) +
                                                                  kMaxSpaces * sizeof(btrfs_ioctl_space_info)>
            buffer{};
        btrfs_ioctl_space_args header; // without braces: it ends in a flexible array
        header.space_slots = kMaxSpaces;
        header.total_spaces = 0;
        std::memcpy(buffer.data(), &header, sizeof(header));
        if (::ioctl(fd, BTRFS_IOC_SPACE_INFO, buffer.data()) < 0) {
            problem("volume space", Error::fromErrno(errno, "the kernel did not report the chunks").text());
            return;
        }
        std::memcpy(&header, buffer.data(), sizeof(header));
        uint64_t reserve = 0;
        for (size_t i = 0; i < std::min<uint64_t>(header.total_spaces, kMaxSpaces); ++i) {
            btrfs_ioctl_space_info info{};
            std::memcpy(&info, buffer.data() + sizeof(header) + i * sizeof(info), sizeof(info));
            if (isGlobalReserve(info.flags)) {
                reserve = info.total_bytes;
            } else if (const auto space = spaceFromFlags(info.flags, info.total_bytes, info.used_bytes)) {
                volume().spaces.push_back(*space);
            } else {
                problem("volume space", "chunks of an unknown kind: " + std::to_string(info.flags));
            }
        }
        computeSpace(reserve);
    }

    void computeSpace(uint64_t reserve) {
        Volume& found = volume();
        found.globalReserveBytes = reserve;
        found.dataProfile = profileNames(found.spaces, BtrfsUse::data);
        found.metadataProfile = profileNames(found.spaces, BtrfsUse::metadata);
        found.systemProfile = profileNames(found.spaces, BtrfsUse::system);
        uint64_t used = 0;
        for (const BtrfsSpace& space : found.spaces) {
            used += space.usedBytes;
        }
        found.usedBytes = used;
        if (!found.missingDevices) {
            problem("volume effective_free_bytes", "it cannot be computed without the devices");
            return;
        }
        std::vector<uint64_t> unallocated;
        for (const VolumeDevice& device : found.devices) {
            if (!device.missing) {
                const uint64_t size = device.sizeBytes.value_or(0);
                unallocated.push_back(size - std::min(size, device.allocatedBytes.value_or(0)));
            }
        }
        const BtrfsFree free = freeSpace(found.spaces, unallocated, reserve);
        found.unallocatedBytes = free.unallocatedBytes;
        found.effectiveFreeBytes = free.effectiveFreeBytes;
        found.metadataHeadroomBytes = free.metadataHeadroomBytes;
    }

    Reading<Volume> reading_;
};

} // namespace

Result<Reading<Volume>> inspectVolume(const std::string& path) { return VolumeReader(path).read(); }

Result<bool> isReadOnly(const std::string& path) {
    struct statvfs status{};
    if (::statvfs(path.c_str(), &status) < 0) {
        return failure(Error::fromErrno(errno, "cannot query the state of " + path));
    }
    return (status.f_flag & ST_RDONLY) != 0;
}

} // namespace hal
