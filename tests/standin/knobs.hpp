// What tests may ask of the stand-in, all through environment variables named STANDIN_*, documented in README.md.
// Values only; read once at the start.
#pragma once

#include "tests/standin/settings.hpp"

#include <chrono>

namespace standin {

struct Knobs {
    std::optional<int> exitStatus;             // STANDIN_EXIT_CODE: give up at once with this status
    std::chrono::milliseconds startDelay{0};   // STANDIN_START_DELAY_MS: before any port is open
    bool noMaster = false;                     // STANDIN_NO_MASTER=1: never has a master
    std::string noMasterFile;                  // STANDIN_NO_MASTER_FILE: no master while this file exists
    std::chrono::seconds decommission{5};      // STANDIN_DECOMMISSION_SECONDS: from acceptance to exit 0
    std::chrono::milliseconds findPeers{1000}; // STANDIN_FIND_PEERS_MS: between discovery rounds
    std::chrono::milliseconds heartbeat{250};  // STANDIN_HEARTBEAT_MS: between signs of life of the master
    std::chrono::milliseconds failure{3000};   // STANDIN_FAILURE_MS: silence after which a node is lost
    std::string version = "6.4.5";             // STANDIN_VERSION: what the node says it is
    Version line{6, 4, 5};                     // the same, as a value
};

// Refuses values that are not what they should be, so that a typing error in a test is not a silent default.
[[nodiscard]] Result<Knobs> readKnobs(const Environment& environment);

} // namespace standin
