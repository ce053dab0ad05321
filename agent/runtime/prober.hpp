// Queries all sources of the inventory, one after the other, and forwards their change notifications.
// It folds nothing and reads nothing itself: the daemon and cratectl share it so that both see the same machine.
#pragma once

#include "agent/hardware/inventory.hpp"

#include <functional>
#include <string>

namespace agent {

class Prober {
public:
    using InspectVolume = std::function<hal::Result<hal::Reading<hal::Volume>>(const std::string& directory)>;

    /// `inspectVolume` is hal::inspectVolume; `dataDirectory` is its argument: "/data/crate".
    Prober(hal::Nics& nics, hal::Disks& disks, InspectVolume inspectVolume, std::string dataDirectory);

    /// Takes a few milliseconds, forks nothing, wakes no device.
    [[nodiscard]] ProbeResult probe();

    /// Calls back when a link, an address, a route, a block device or a mount changed. Fails with the first watch that
    /// could not be set up; the others are then still active.
    [[nodiscard]] hal::Status watch(const std::function<void()>& lookAgain);

private:
    hal::Nics& nics_;
    hal::Disks& disks_;
    InspectVolume inspectVolume_;
    std::string dataDirectory_;
};

} // namespace agent
