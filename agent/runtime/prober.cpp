// The order of the sources does not matter: none depends on another.
#include "agent/runtime/prober.hpp"

#include <utility>

namespace agent {

Prober::Prober(hal::Nics& nics, hal::Disks& disks, InspectVolume inspectVolume, std::string dataDirectory)
    : nics_(nics), disks_(disks), inspectVolume_(std::move(inspectVolume)),
      dataDirectory_(std::move(dataDirectory)) {}

ProbeResult Prober::probe() {
    return {.host = hal::readHost(hal::thisMachine()),
            .network = nics_.list(),
            .disks = disks_.list(),
            .volume = inspectVolume_(dataDirectory_)};
}

hal::Status Prober::watch(const std::function<void()>& lookAgain) {
    hal::Status network = nics_.watch(lookAgain);
    hal::Status devices = disks_.watch(lookAgain);
    return network ? devices : network;
}

} // namespace agent
