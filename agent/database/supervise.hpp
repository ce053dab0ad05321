// What to do about the crate unit: start it, wait, or leave it alone, and the words for it.
// It owns the rules for starting it. It never stops a unit: nothing the agent knows justifies stopping a database.
#pragma once

#include "agent/cluster/formation.hpp"
#include "agent/observed.hpp"

#include <optional>
#include <string>
#include <vector>

namespace agent {

enum class Phase {
    probing,       ///< the hardware is not probed yet, or systemd has not answered
    waiting,       ///< something is missing before the database may start
    refused,       ///< the node refuses to start the database until an operator intervenes
    starting,      ///< the image is being pulled or the container is starting
    running,       ///< the container is running
    restarting,    ///< it failed and systemd or the agent restarts it, or it is stopping
    stoppedByHand, ///< an operator stopped it; the agent does not restart it
};

struct UnitRequest {
    hal::UnitVerb verb = hal::UnitVerb::start;
    std::string unit;
    bool operator==(const UnitRequest&) const = default;
};

struct Supervision {
    Phase phase = Phase::probing;
    std::string words; ///< what is going on, for an operator; one sentence without a full stop
    std::optional<std::string> advice;         ///< the next step for the operator, if there is one
    std::optional<hal::Unit> unit;             ///< our own crate@N.service, if systemd has it loaded
    std::vector<UnitRequest> requests;         ///< in order; repeating one while its job runs is harmless
    std::optional<hal::TimePoint> lookAgainAt; ///< when the passing of time alone changes the answer
    bool operator==(const Supervision&) const = default;
};

/// `rendered`: whether the files that the container mounts are on disk.
[[nodiscard]] Supervision supervise(const Observed& observed, const Formation& formation, bool rendered);

/// "crate@1.service"
[[nodiscard]] std::string crateUnitName(unsigned slot);

/// What an exit of CrateDB means: "78: a bootstrap check failed".
[[nodiscard]] std::string exitMeaning(const hal::Unit& unit);

[[nodiscard]] const char* name(Phase phase);

} // namespace agent
