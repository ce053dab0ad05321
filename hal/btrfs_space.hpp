// How much can really be written to a Btrfs volume: arithmetic over what the kernel allocated and what is left.
// Btrfs hands out whole chunks per profile, so neither df nor "unallocated" alone says when a write will fail; this
// file knows the profiles and their cost. It asks nobody: the numbers come in as values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hal {

enum class BtrfsProfile { single, dup, raid0, raid1, raid1c3, raid1c4, raid10, raid5, raid6 };

/// mkfs.btrfs's own words: "single", "dup", "raid1", ...
[[nodiscard]] std::string profileName(BtrfsProfile profile);

enum class BtrfsUse { data, metadata, system, mixed };

/// One kind of chunks. Bytes are what can be stored in them, copies not counted twice.
struct BtrfsSpace {
    BtrfsUse use = BtrfsUse::data;
    BtrfsProfile profile = BtrfsProfile::single;
    uint64_t totalBytes = 0; ///< room in the chunks that exist
    uint64_t usedBytes = 0;
    bool operator==(const BtrfsSpace&) const = default;
};

struct BtrfsFree {
    /// Raw bytes of all devices that belong to no chunk yet.
    uint64_t unallocatedBytes = 0;
    /// What can still be written as file data: free room in the data chunks, and what the unallocated rest gives
    /// under the data profile once the metadata has taken what it will need.
    uint64_t effectiveFreeBytes = 0;
    /// What can still be written as metadata, the global reserve set aside: below a few hundred MiB with nothing
    /// unallocated, the file system is about to turn read-only however much df promises.
    uint64_t metadataHeadroomBytes = 0;
    bool operator==(const BtrfsFree&) const = default;
};

/// `unallocatedPerDevice` has one entry, in bytes, for each device that is present. `globalReserveBytes` is the part
/// of the metadata chunks the kernel keeps for itself.
[[nodiscard]] BtrfsFree freeSpace(const std::vector<BtrfsSpace>& spaces,
                                  const std::vector<uint64_t>& unallocatedPerDevice,
                                  uint64_t globalReserveBytes);

/// How many bytes of data the given free raw bytes per device hold under a profile. 0 when there are too few devices.
[[nodiscard]] uint64_t usableBytes(BtrfsProfile profile, std::vector<uint64_t> freePerDevice);

} // namespace hal
