// The arithmetic. The profiles' rules (copies, parity, fewest devices) are btrfs_raid_array in the kernel's
// fs/btrfs/volumes.c, unchanged since Linux 5.15.
#include "hal/hardware/btrfs_space.hpp"

#include <algorithm>
#include <functional>
#include <linux/btrfs.h>
#include <linux/btrfs_tree.h>
#include <numeric>
#include <utility>

namespace hal {
namespace {

constexpr uint64_t kMib = uint64_t{1} << 20;
constexpr uint64_t kGib = uint64_t{1} << 30;

// The first MiB of a device never belongs to a chunk (BTRFS_DEVICE_RANGE_RESERVED).
constexpr uint64_t kReservedPerDevice = kMib;

// The metadata cost of data, as a fraction of 2^20: at least the checksums, 4 bytes for each block of 4 KiB in leaves
// that are about half full (0.2 %), plus the extents' own items.
constexpr uint64_t kRatioUnit = kMib;
constexpr uint64_t kLeastRatio = kRatioUnit / 400;
// Below this the trees that every file system has outweigh those that grow with its data.
constexpr uint64_t kDataThatShowsRatio = kGib;
constexpr uint64_t kMostRatio = kRatioUnit / 4;

struct Rules {
    uint32_t copies = 1;        ///< each on a different device
    uint32_t parity = 0;        ///< devices' worth of a stripe
    uint32_t fewestDevices = 1; ///< below this the kernel allocates nothing
    bool striped = false;       ///< over as many devices as there are
};

Rules rulesOf(BtrfsProfile profile) {
    switch (profile) {
    case BtrfsProfile::single:
    case BtrfsProfile::dup: break;
    case BtrfsProfile::raid0: return {.striped = true};
    case BtrfsProfile::raid1: return {.copies = 2, .fewestDevices = 2};
    case BtrfsProfile::raid1c3: return {.copies = 3, .fewestDevices = 3};
    case BtrfsProfile::raid1c4: return {.copies = 4, .fewestDevices = 4};
    case BtrfsProfile::raid10: return {.copies = 2, .fewestDevices = 2, .striped = true};
    case BtrfsProfile::raid5: return {.parity = 1, .fewestDevices = 2, .striped = true};
    case BtrfsProfile::raid6: return {.parity = 2, .fewestDevices = 3, .striped = true};
    }
    return {};
}

uint64_t sumOf(const std::vector<uint64_t>& values) {
    return std::accumulate(values.begin(), values.end(), uint64_t{0});
}

/// Mirrored without stripes: the largest amount A such that no device has to hold more than one copy of any byte. That
/// is so when the devices, each counted up to A only, hold all copies.
uint64_t mirroredBytes(const std::vector<uint64_t>& freePerDevice, uint32_t copies) {
    uint64_t low = 0;
    uint64_t high = sumOf(freePerDevice) / copies;
    while (low < high) {
        const uint64_t middle = high - (high - low) / 2;
        uint64_t held = 0;
        for (const uint64_t device : freePerDevice) {
            held += std::min(device, middle);
        }
        if (held / copies >= middle) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return low;
}

/// Striped: the kernel takes all devices that still have room, the emptiest first. Mirrored stripes want an even number;
/// with an odd one the fullest waits, so there the devices are used up in steps, small and bounded in number.
uint64_t stripedBytes(std::vector<uint64_t> freePerDevice, const Rules& rules) {
    constexpr uint64_t kSteps = 128;
    const uint64_t step = std::max(kMib, sumOf(freePerDevice) / kSteps);
    uint64_t stored = 0;
    while (true) {
        std::ranges::sort(freePerDevice, std::greater());
        const auto withRoom = static_cast<uint64_t>(
            std::ranges::count_if(freePerDevice, [](uint64_t left) { return left >= kMib; }));
        const uint64_t devices = withRoom / rules.copies * rules.copies;
        if (devices < rules.fewestDevices) {
            return stored;
        }
        const uint64_t smallest = freePerDevice[devices - 1];
        const uint64_t taken = devices == withRoom ? smallest : std::min(step, smallest);
        for (uint64_t i = 0; i < devices; ++i) {
            freePerDevice[i] -= taken;
        }
        stored += (devices - rules.parity) / rules.copies * taken;
    }
}

bool holds(BtrfsUse present, BtrfsUse wanted) {
    const bool mixed =
        present == BtrfsUse::mixed && (wanted == BtrfsUse::data || wanted == BtrfsUse::metadata);
    return present == wanted || mixed;
}

struct Room {
    uint64_t freeBytes = 0;
    uint64_t usedBytes = 0;
};

Room roomFor(const std::vector<BtrfsSpace>& spaces, BtrfsUse use) {
    Room room;
    for (const BtrfsSpace& space : spaces) {
        if (holds(space.use, use)) {
            room.freeBytes += space.totalBytes - std::min(space.usedBytes, space.totalBytes);
            room.usedBytes += space.usedBytes;
        }
    }
    return room;
}

/// bytes * ratio / kRatioUnit without overflow.
uint64_t scaled(uint64_t bytes, uint64_t ratio) {
    return bytes / kRatioUnit * ratio + bytes % kRatioUnit * ratio / kRatioUnit;
}

/// How much metadata this volume's data needs, as a fraction of kRatioUnit.
uint64_t metadataRatio(uint64_t metadataUsed, uint64_t dataUsed) {
    if (dataUsed < kDataThatShowsRatio) {
        return kLeastRatio;
    }
    return std::clamp(metadataUsed / (dataUsed / kRatioUnit), kLeastRatio, kMostRatio);
}

/// The free bytes after `numerator` of `kRatioUnit` parts of each device were allocated.
std::vector<uint64_t> without(const std::vector<uint64_t>& freePerDevice, uint64_t numerator) {
    std::vector<uint64_t> rest;
    rest.reserve(freePerDevice.size());
    for (const uint64_t device : freePerDevice) {
        rest.push_back(device - scaled(device, numerator));
    }
    return rest;
}

/// The part of the unallocated space that metadata gets: the smallest one with which metadata does not run out before
/// data, in parts of kRatioUnit. Growing it never makes metadata scarcer, so halving finds it.
struct Division {
    const std::vector<uint64_t>& freePerDevice;
    BtrfsProfile data;
    BtrfsProfile metadata;
    Room dataRoom;
    uint64_t metadataFree;
    uint64_t ratio;

    [[nodiscard]] uint64_t dataBytes(uint64_t share) const {
        return dataRoom.freeBytes + usableBytes(data, without(freePerDevice, share));
    }
    [[nodiscard]] uint64_t metadataBytes(uint64_t share) const {
        return metadataFree + usableBytes(metadata, without(freePerDevice, kRatioUnit - share));
    }
    [[nodiscard]] bool suffices(uint64_t share) const {
        return metadataBytes(share) >= scaled(dataBytes(share), ratio);
    }
    [[nodiscard]] uint64_t effectiveFree() const {
        uint64_t low = 0;
        uint64_t high = kRatioUnit;
        while (low < high) {
            const uint64_t middle = low + (high - low) / 2;
            if (suffices(middle)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        // If not even all of it suffices, the metadata that fits limits the data.
        const uint64_t affordable = metadataBytes(low) / ratio * kRatioUnit;
        return suffices(low) ? dataBytes(low) : std::min(dataBytes(low), affordable);
    }
};

struct ProfileFlag {
    uint64_t flag;
    BtrfsProfile profile;
};

constexpr ProfileFlag kProfileFlags[] = {
    {BTRFS_BLOCK_GROUP_DUP, BtrfsProfile::dup},         {BTRFS_BLOCK_GROUP_RAID0, BtrfsProfile::raid0},
    {BTRFS_BLOCK_GROUP_RAID1, BtrfsProfile::raid1},     {BTRFS_BLOCK_GROUP_RAID1C3, BtrfsProfile::raid1c3},
    {BTRFS_BLOCK_GROUP_RAID1C4, BtrfsProfile::raid1c4}, {BTRFS_BLOCK_GROUP_RAID10, BtrfsProfile::raid10},
    {BTRFS_BLOCK_GROUP_RAID5, BtrfsProfile::raid5},     {BTRFS_BLOCK_GROUP_RAID6, BtrfsProfile::raid6},
};

/// mkfs.btrfs's own words: "single", "dup", "raid1", ...
std::string profileName(BtrfsProfile profile) {
    switch (profile) {
    case BtrfsProfile::single: return "single";
    case BtrfsProfile::dup: return "dup";
    case BtrfsProfile::raid0: return "raid0";
    case BtrfsProfile::raid1: return "raid1";
    case BtrfsProfile::raid1c3: return "raid1c3";
    case BtrfsProfile::raid1c4: return "raid1c4";
    case BtrfsProfile::raid10: return "raid10";
    case BtrfsProfile::raid5: return "raid5";
    case BtrfsProfile::raid6: return "raid6";
    }
    return "unknown";
}

} // namespace

std::optional<BtrfsSpace> spaceFromFlags(uint64_t flags, uint64_t totalBytes, uint64_t usedBytes) {
    BtrfsSpace space{.totalBytes = totalBytes, .usedBytes = usedBytes};
    const bool data = (flags & BTRFS_BLOCK_GROUP_DATA) != 0;
    const bool metadata = (flags & BTRFS_BLOCK_GROUP_METADATA) != 0;
    if (isGlobalReserve(flags)) {
        return std::nullopt;
    }
    if (data || metadata) {
        space.use = data && metadata ? BtrfsUse::mixed : (data ? BtrfsUse::data : BtrfsUse::metadata);
    } else if ((flags & BTRFS_BLOCK_GROUP_SYSTEM) != 0) {
        space.use = BtrfsUse::system;
    } else {
        return std::nullopt;
    }
    const uint64_t profile = flags & BTRFS_BLOCK_GROUP_PROFILE_MASK;
    if (profile == 0) {
        return space;
    }
    const auto* known = std::ranges::find(kProfileFlags, profile, &ProfileFlag::flag);
    if (known == std::end(kProfileFlags)) {
        return std::nullopt;
    }
    space.profile = known->profile;
    return space;
}

bool isGlobalReserve(uint64_t flags) { return (flags & BTRFS_SPACE_INFO_GLOBAL_RSV) != 0; }

uint64_t usableBytes(BtrfsProfile profile, std::vector<uint64_t> freePerDevice) {
    const Rules rules = rulesOf(profile);
    if (freePerDevice.size() < rules.fewestDevices) {
        return 0;
    }
    if (rules.striped) {
        return stripedBytes(std::move(freePerDevice), rules);
    }
    if (rules.copies > 1) {
        return mirroredBytes(freePerDevice, rules.copies);
    }
    return sumOf(freePerDevice) / (profile == BtrfsProfile::dup ? 2 : 1); // dup: both copies on one device
}

std::optional<BtrfsProfile> mainProfile(const std::vector<BtrfsSpace>& spaces, BtrfsUse use) {
    const BtrfsSpace* best = nullptr;
    for (const BtrfsSpace& space : spaces) {
        if (holds(space.use, use) && (best == nullptr || space.totalBytes > best->totalBytes)) {
            best = &space;
        }
    }
    return best != nullptr ? std::optional(best->profile) : std::nullopt;
}

std::optional<std::string> profileNames(const std::vector<BtrfsSpace>& spaces, BtrfsUse use) {
    std::vector<BtrfsSpace> found;
    std::ranges::copy_if(spaces, std::back_inserter(found),
                         [&](const auto& space) { return holds(space.use, use); });
    std::ranges::sort(found, std::greater(),
                      [](const auto& space) { return std::pair(space.totalBytes, space.profile); });
    std::string names;
    for (const BtrfsSpace& space : found) {
        names += (names.empty() ? "" : "+") + profileName(space.profile);
    }
    return names.empty() ? std::nullopt : std::optional(names);
}

BtrfsFree freeSpace(const std::vector<BtrfsSpace>& spaces, const std::vector<uint64_t>& unallocatedPerDevice,
                    uint64_t globalReserveBytes) {
    BtrfsFree result;
    result.unallocatedBytes = sumOf(unallocatedPerDevice);
    std::vector<uint64_t> allocatable;
    allocatable.reserve(unallocatedPerDevice.size());
    for (const uint64_t device : unallocatedPerDevice) {
        allocatable.push_back(device - std::min(device, kReservedPerDevice));
    }
    const auto data = mainProfile(spaces, BtrfsUse::data);
    const auto metadata = mainProfile(spaces, BtrfsUse::metadata);
    if (!data || !metadata) {
        return result;
    }
    const Room dataRoom = roomFor(spaces, BtrfsUse::data);
    const Room metadataRoom = roomFor(spaces, BtrfsUse::metadata);
    const uint64_t metadataFree =
        metadataRoom.freeBytes - std::min(globalReserveBytes, metadataRoom.freeBytes);
    result.metadataHeadroomBytes = metadataFree + usableBytes(*metadata, allocatable);
    const bool mixed =
        std::ranges::any_of(spaces, [](const auto& space) { return space.use == BtrfsUse::mixed; });
    if (mixed) {
        result.effectiveFreeBytes = result.metadataHeadroomBytes; // the same chunks serve both
        return result;
    }
    const Division division{.freePerDevice = allocatable,
                            .data = *data,
                            .metadata = *metadata,
                            .dataRoom = dataRoom,
                            .metadataFree = metadataFree,
                            .ratio = metadataRatio(metadataRoom.usedBytes, dataRoom.usedBytes)};
    result.effectiveFreeBytes = division.effectiveFree();
    return result;
}

} // namespace hal
