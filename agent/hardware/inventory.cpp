// The fold. Each part reads one source only; nothing here can fail.
#include "agent/hardware/inventory.hpp"

#include "agent/hardware/announced_address.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <utility>

namespace agent {
namespace {

/// The value of a reading; adds its problems to the list. A failed source is one more problem.
template <class T>
const T* unpack(const hal::Result<hal::Reading<T>>& reading, const char* source, hal::Problems& problems) {
    if (!reading) {
        problems.push_back({.source = source, .reason = reading.error().text()});
        return nullptr;
    }
    problems.insert(problems.end(), reading->problems.begin(), reading->problems.end());
    return &reading->value;
}

bool hasDefaultRoute(const hal::NetworkState& network, uint32_t index) {
    return std::ranges::find(network.defaultRoutes, index, &hal::DefaultRoute::nicIndex) !=
           network.defaultRoutes.end();
}

bool isDirectlyAbove(const hal::Nic& upper, const hal::Nic& lower) {
    return lower.masterIndex == upper.index || upper.lowerIndex == lower.index;
}

/// Everything stacked on a link, nearest first. Links that claim to be on top of each other are visited once.
std::vector<UpperInterface> interfacesAbove(const hal::NetworkState& network, const hal::Nic& nic) {
    std::vector<UpperInterface> above;
    std::set<uint32_t> seen = {nic.index};
    std::vector<const hal::Nic*> level = {&nic};
    while (!level.empty()) {
        std::vector<const hal::Nic*> next;
        for (const hal::Nic& upper : network.nics) {
            const auto isAbove = [&](const hal::Nic* lower) { return isDirectlyAbove(upper, *lower); };
            if (std::ranges::any_of(level, isAbove) && seen.insert(upper.index).second) {
                next.push_back(&upper);
            }
        }
        std::ranges::sort(next, {}, &hal::Nic::name);
        for (const hal::Nic* upper : next) {
            above.push_back({.name = upper->name,
                             .kind = upper->kind,
                             .addresses = upper->addresses,
                             .carriesDefaultRoute = hasDefaultRoute(network, upper->index)});
        }
        level = std::move(next);
    }
    return above;
}

std::vector<PhysicalNic> physicalNics(const hal::NetworkState& network) {
    std::vector<PhysicalNic> nics;
    for (const hal::Nic& nic : network.nics) {
        if (!nic.physical) {
            continue;
        }
        PhysicalNic physical{.nic = nic, .above = interfacesAbove(network, nic)};
        physical.carriesDefaultRoute =
            hasDefaultRoute(network, nic.index) ||
            std::ranges::any_of(physical.above, &UpperInterface::carriesDefaultRoute);
        nics.push_back(std::move(physical));
    }
    std::ranges::sort(nics, {}, [](const PhysicalNic& physical) { return physical.nic.name; });
    return nics;
}

void sortAddresses(std::vector<hal::Address>& addresses) {
    std::ranges::sort(addresses, {},
                      [](const auto& address) { return std::tuple(address.family, address.text); });
}

void roundDown(std::optional<uint64_t>& bytes, uint64_t step) {
    if (bytes) {
        *bytes = *bytes / step * step;
    }
}

enum class DiskKind { nvme, ssd, hdd }; // from fast to slow

std::optional<DiskKind> kindOf(const hal::Disk& disk) {
    const auto& transport = disk.transport;
    if (!transport || transport == "virtio" || transport == "xen" || !disk.rotational) {
        return std::nullopt;
    }
    if (transport == "nvme") {
        return DiskKind::nvme;
    }
    return *disk.rotational ? DiskKind::hdd : DiskKind::ssd;
}

} // namespace

Inventory foldInventory(const ProbeResult& probe, const std::optional<std::string>& configuredInterface) {
    Inventory inventory;
    if (const auto* host = unpack(probe.host, "host", inventory.problems)) {
        inventory.host = *host;
    }
    if (const auto* network = unpack(probe.network, "network", inventory.problems)) {
        inventory.nics = physicalNics(*network);
        auto announced = announcedAddress(*network, configuredInterface);
        inventory.announcedNic = std::move(announced.nic);
        inventory.announcedAddress = std::move(announced.address);
        if (announced.problem) {
            inventory.problems.push_back(
                {.source = "network announced_address", .reason = std::move(*announced.problem)});
        }
    }
    if (const auto* disks = unpack(probe.disks, "disks", inventory.problems)) {
        inventory.disks = *disks;
        std::ranges::sort(inventory.disks, {}, &hal::Disk::name);
    }
    if (const auto* volume = unpack(probe.volume, "volume", inventory.problems)) {
        inventory.volume = *volume;
    }
    for (PhysicalNic& physical : inventory.nics) {
        sortAddresses(physical.nic.addresses);
        for (UpperInterface& upper : physical.above) {
            sortAddresses(upper.addresses);
        }
    }
    std::ranges::sort(inventory.problems, {},
                      [](const auto& problem) { return std::tie(problem.source, problem.reason); });
    return inventory;
}

std::optional<std::string> dataDiskKind(const Inventory& inventory) {
    const auto& volume = inventory.volume;
    if (!volume || !volume->mountPoint) {
        return std::nullopt;
    }
    std::optional<DiskKind> slowest;
    uint64_t parts = 0;
    for (const auto& disk : inventory.disks) {
        for (const auto& content : disk.contents) {
            if (std::ranges::find(content.mountPoints, *volume->mountPoint) == content.mountPoints.end()) {
                continue;
            }
            const auto kind = kindOf(disk);
            if (!kind) {
                return std::nullopt;
            }
            slowest = std::max(slowest, kind);
            ++parts;
        }
    }
    if (!slowest || parts < volume->deviceCount.value_or(1)) {
        return std::nullopt; // a part of it is on something that is not a disk
    }
    constexpr std::array kNames{"nvme", "ssd", "hdd"};
    return kNames.at(static_cast<size_t>(*slowest));
}

Inventory forAnnouncement(Inventory inventory) {
    if (!inventory.volume) {
        return inventory;
    }
    constexpr uint64_t kLeastStep = uint64_t{1} << 30;
    hal::Volume& volume = *inventory.volume;
    const uint64_t step = std::max(kLeastStep, volume.sizeBytes.value_or(0) / 100);
    roundDown(volume.usedBytes, step);
    roundDown(volume.effectiveFreeBytes, step);
    roundDown(volume.unallocatedBytes, step);
    roundDown(volume.metadataHeadroomBytes, step);
    volume.globalReserveBytes.reset();
    volume.spaces.clear();
    for (hal::VolumeDevice& device : volume.devices) {
        device.allocatedBytes.reset();
    }
    return inventory;
}

} // namespace agent
