// What to do about the crate unit: start it, wait, or leave it alone, and the words for it.
// It owns the rules of starting. It never stops a unit: nothing the agent knows is a reason to take a database down.
#pragma once

#include "agent/cluster/formation.hpp"
#include "agent/observed.hpp"

#include <optional>
#include <string>
#include <vector>

namespace agent {

enum class Phase {
    probing,       ///< the hardware or systemd was not heard yet
    waiting,       ///< something is missing before the database may start
    refused,       ///< starting would be wrong; a person has to decide
    starting,      ///< the image is pulled or the container starts
    running,       ///< the container runs
    restarting,    ///< it ended badly and systemd or we start it again
    stoppedByHand, ///< somebody stopped it; we do not fight that
};

struct UnitRequest {
    hal::UnitVerb verb = hal::UnitVerb::start;
    std::string unit;
    bool operator==(const UnitRequest&) const = default;
};

struct Supervision {
    Phase phase = Phase::probing;
    std::string words;                 ///< what is going on, for a person; one sentence without a full stop
    std::optional<std::string> advice; ///< the next step, when there is one for a person
    std::optional<hal::Unit> unit;     ///< our own crate@N.service, when systemd has it
    std::vector<UnitRequest> requests; ///< in order; asking again while a job runs is harmless
    std::optional<hal::TimePoint> lookAgainAt; ///< when time alone changes the answer
    bool operator==(const Supervision&) const = default;
};

/// `rendered` says whether the files the container mounts are on disk.
[[nodiscard]] Supervision supervise(const Observed& observed, const Formation& formation, bool rendered);

/// "crate@1.service"
[[nodiscard]] std::string crateUnitName(unsigned slot);

/// What an exit of CrateDB means: "78: a bootstrap check failed".
[[nodiscard]] std::string exitMeaning(const hal::Unit& unit);

[[nodiscard]] const char* name(Phase phase);

} // namespace agent
