// Asks all sources of the inventory, one after the other, and passes on their "look again".
// It folds nothing and touches nothing itself: the daemon and cratectl share it so that both see the same machine.
#pragma once

#include "agent/hardware/inventory.hpp"

#include <functional>
#include <string>

namespace agent {

class Prober {
public:
    using InspectVolume = std::function<hal::Result<hal::Reading<hal::Volume>>(const std::string& directory)>;

    /// `inspectVolume` is hal::inspectVolume; `dataDirectory` is what it is asked about: "/data/crate".
    Prober(hal::Nics& nics, hal::Disks& disks, InspectVolume inspectVolume, std::string dataDirectory);

    /// A few milliseconds, no fork, no device woken.
    [[nodiscard]] ProbeResult probe();

    /// Calls when a link, an address, a route, a block device or a mount changed. Fails with the first watch that
    /// could not be set up; the others are then still in force.
    [[nodiscard]] hal::Status watch(const std::function<void()>& lookAgain);

private:
    hal::Nics& nics_;
    hal::Disks& disks_;
    InspectVolume inspectVolume_;
    std::string dataDirectory_;
};

} // namespace agent
