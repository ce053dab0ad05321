// This machine's hardware as one value: the sources' readings folded together, sorted, and free of contradictions.
// It decides which links are physical and what is stacked on them; agent/hardware/announced_address chooses the address.
// It queries nothing: the readings are passed in, and a failed source is a problem beside the others' values.
#pragma once

#include "hal/base/problem.hpp"
#include "hal/base/result.hpp"
#include "hal/hardware/btrfs.hpp"
#include "hal/hardware/disks.hpp"
#include "hal/hardware/host.hpp"
#include "hal/hardware/nics.hpp"

#include <optional>
#include <string>
#include <vector>

namespace agent {

/// The reading of each source; each may have failed independently.
struct ProbeResult {
    hal::Result<hal::Reading<hal::Host>> host;
    hal::Result<hal::Reading<hal::NetworkState>> network;
    hal::Result<hal::Reading<std::vector<hal::Disk>>> disks;
    hal::Result<hal::Reading<hal::Volume>> volume;
};

/// A bridge, bond, VLAN or the like that is, directly or not, on top of a physical NIC.
struct UpperInterface {
    std::string name;
    std::string kind; ///< "bridge", "bond", "vlan", ...
    std::vector<hal::Address> addresses;
    bool carriesDefaultRoute = false;
    bool operator==(const UpperInterface&) const = default;
};

struct PhysicalNic {
    hal::Nic nic;
    std::vector<UpperInterface> above; ///< nearest first, then by name
    bool carriesDefaultRoute = false;  ///< directly or through an interface above it
    bool operator==(const PhysicalNic&) const = default;
};

struct Inventory {
    hal::Host host;
    std::vector<PhysicalNic> nics;           ///< physical ones only, by name
    std::optional<std::string> announcedNic; ///< see AnnouncedAddress
    std::optional<std::string> announcedAddress;
    std::vector<hal::Disk> disks; ///< by name
    std::optional<hal::Volume> volume;
    hal::Problems problems; ///< sorted, so that two equal states compare equal
    bool operator==(const Inventory&) const = default;
};

/// Folds one probe. `configuredInterface` is the operator's choice, see announcedAddress().
[[nodiscard]] Inventory foldInventory(const ProbeResult& probe,
                                      const std::optional<std::string>& configuredInterface);

/// The kind of disk below the data volume: "nvme", "ssd" or "hdd"; of several kinds the slowest, because it sets the
/// pace. Empty if a disk is unknown, or virtual: a hypervisor hides the real disk.
[[nodiscard]] std::optional<std::string> dataDiskKind(const Inventory& inventory);

/// The inventory without constantly changing values: used and free bytes are rounded down to steps of 1 % of the volume
/// (at least 1 GiB), allocation per device is dropped. Carrier and error counters stay: each of their steps is news.
/// The node announces this version, so that it writes to etcd only when something changed.
[[nodiscard]] Inventory forAnnouncement(Inventory inventory);

} // namespace agent
