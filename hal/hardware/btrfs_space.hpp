// How much can really be written to a Btrfs volume: arithmetic over the allocated and the remaining space.
// Btrfs allocates whole chunks per profile, so neither df nor "unallocated" alone says when a write will fail; this
// file knows the profiles and their cost. It queries nothing: the numbers are passed in as values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hal {

enum class BtrfsProfile { single, dup, raid0, raid1, raid1c3, raid1c4, raid10, raid5, raid6 };

enum class BtrfsUse { data, metadata, system, mixed };

/// One kind of chunks. Bytes are what can be stored in them: a second copy is not counted again.
struct BtrfsSpace {
    BtrfsUse use = BtrfsUse::data;
    BtrfsProfile profile = BtrfsProfile::single;
    uint64_t totalBytes = 0; ///< room in the chunks that exist
    uint64_t usedBytes = 0;
    bool operator==(const BtrfsSpace&) const = default;
};

/// Decodes the kernel's flags of a kind of chunks (BTRFS_BLOCK_GROUP_* of linux/btrfs_tree.h); nothing for the global
/// reserve, which is not a chunk, and for unknown flags.
[[nodiscard]] std::optional<BtrfsSpace> spaceFromFlags(uint64_t flags, uint64_t totalBytes,
                                                       uint64_t usedBytes);

/// Whether these flags mean the global reserve: a part of the metadata chunks that the kernel keeps for itself, so that
/// a deletion is always possible.
[[nodiscard]] bool isGlobalReserve(uint64_t flags);

struct BtrfsFree {
    /// Raw bytes of the present devices that belong to no chunk yet.
    uint64_t unallocatedBytes = 0;
    /// How much more file data can be written: free room in the data chunks and what the unallocated rest yields under
    /// the data profile, as far as there is also room for its metadata.
    uint64_t effectiveFreeBytes = 0;
    /// How much more metadata can be written at best: free room in the metadata chunks without the global reserve, and
    /// what the unallocated rest would yield under the metadata profile. As it approaches zero, the file system is
    /// about to turn read-only, no matter how much df reports.
    uint64_t metadataHeadroomBytes = 0;
    bool operator==(const BtrfsFree&) const = default;
};

/// `unallocatedPerDevice` has one entry, in bytes, for each device that is present and writable.
[[nodiscard]] BtrfsFree freeSpace(const std::vector<BtrfsSpace>& spaces,
                                  const std::vector<uint64_t>& unallocatedPerDevice,
                                  uint64_t globalReserveBytes);

/// How many bytes can be stored under a profile in the given raw free bytes per device; 0 with too few devices.
[[nodiscard]] uint64_t usableBytes(BtrfsProfile profile, std::vector<uint64_t> freePerDevice);

/// The profile of new chunks of a use: the one with the most room while an unfinished conversion has left two.
[[nodiscard]] std::optional<BtrfsProfile> mainProfile(const std::vector<BtrfsSpace>& spaces, BtrfsUse use);

/// All profiles of a use, the main one first: "raid1", "raid1+single" while a conversion is unfinished.
[[nodiscard]] std::optional<std::string> profileNames(const std::vector<BtrfsSpace>& spaces, BtrfsUse use);

} // namespace hal
