// Asks all sources of the inventory, one after the other, and passes on their "look again".
// It composes hal and folds nothing: the daemon and cratectl share it so that both see the same machine.
#pragma once

#include "agent/inventory.hpp"

#include <functional>
#include <string>

namespace agent {

class Prober {
public:
    /// `dataDirectory` is the directory whose volume is inspected: "/data/crate".
    Prober(hal::Nics& nics, hal::Disks& disks, std::string dataDirectory);

    /// A few milliseconds, no fork, no device woken.
    [[nodiscard]] ProbeResult probe();

    /// Calls when a link, an address, a route, a block device or a mount changed. Fails with the first watch that
    /// could not be set up; the others are then still in force.
    [[nodiscard]] hal::Status watch(const std::function<void()>& lookAgain);

private:
    hal::Nics& nics_;
    hal::Disks& disks_;
    std::string dataDirectory_;
};

} // namespace agent
