// One rule per function, in order of importance; the first that applies wins.
#include "agent/database/supervise.hpp"

#include <algorithm>

namespace agent {
namespace {

using std::string;
using namespace std::chrono_literals;

// systemd restarts a crashed container by itself (Restart=on-failure) up to its start limit; after that we retry,
// rarely, because an operator has to fix the usual causes (a full disk, a missing image).
constexpr hal::Duration kRetryAfterFailure = 60s;
// Exit 78 means that the host is misconfigured: a start fails again until an operator fixes it.
constexpr hal::Duration kRetryAfterConfigError = 600s;
constexpr int kExitConfig = 78; // CrateDB's ExitCodes.CONFIG: a bootstrap check failed
constexpr int kExitTerminated = 143;
constexpr int kExitKilled = 137;
// Docker's own exit codes of `docker run`.
constexpr int kExitDockerFailed = 125;
constexpr int kExitNotExecutable = 126;
constexpr int kExitNotFound = 127;

Supervision answer(Phase phase, string words, std::optional<string> advice = {}) {
    Supervision supervision;
    supervision.phase = phase;
    supervision.words = std::move(words);
    supervision.advice = std::move(advice);
    return supervision;
}

const hal::Unit* findUnit(const std::vector<hal::Unit>& units, const string& unitName) {
    const auto unit = std::ranges::find(units, unitName, &hal::Unit::name);
    return unit == units.end() ? nullptr : &*unit;
}

/// Another instance of crate@ is refused, not fought: two databases on one data directory destroy it.
std::optional<Supervision> refuseSecondInstance(const std::vector<hal::Unit>& units, const string& ownName) {
    for (const auto& unit : units) {
        if (unit.name != ownName && isUp(unit)) {
            return answer(Phase::refused,
                          unit.name + " already runs on this machine, so " + ownName + " is not started",
                          "stop it with `systemctl stop " + unit.name +
                              "`, or leave it running and free this node's slot");
        }
    }
    return std::nullopt;
}

string failureWords(const hal::Unit& unit, const std::vector<string>& lastLines) {
    string words = unit.name + " failed (" + exitMeaning(unit) + ")";
    if (!lastLines.empty()) {
        words += "; last log line: " + lastLines.back();
    }
    return words;
}

Supervision whileActivating(const hal::Unit& unit, const std::vector<string>& lastLines) {
    if (unit.subState == "auto-restart") {
        return answer(Phase::restarting,
                      failureWords(unit, lastLines) + "; restart " + std::to_string(unit.restarts + 1) +
                          " scheduled by systemd",
                      "see `journalctl -u " + unit.name + "`");
    }
    if (!unit.statusText.empty()) {
        return answer(Phase::starting, unit.statusText); // `cratectl pull-image` words it for both of us
    }
    return answer(Phase::starting, unit.name + " is starting");
}

Supervision afterFailure(const hal::Unit& unit, const Observed& observed) {
    const bool configError = unit.exitCode == kExitConfig;
    auto supervision =
        answer(Phase::restarting, failureWords(unit, observed.lastLogLines),
               configError ? "fix the cause shown in the log, then run `systemctl restart " + unit.name + "`"
                           : "see `journalctl -u " + unit.name + "`");
    const auto retryAt =
        unit.stateSince.value_or(observed.now) + (configError ? kRetryAfterConfigError : kRetryAfterFailure);
    if (observed.now < retryAt) {
        supervision.lookAgainAt = retryAt;
        supervision.words +=
            "; next try in " +
            std::to_string(std::chrono::ceil<std::chrono::seconds>(retryAt - observed.now).count()) + " s";
    } else {
        supervision.requests = {{hal::UnitVerb::resetFailed, unit.name}, {hal::UnitVerb::start, unit.name}};
    }
    return supervision;
}

Supervision whileDown(const hal::Unit* unit, const string& unitName, const Observed& observed,
                      const Formation& formation, bool rendered) {
    if (unit != nullptr && unit->loadState != "loaded") {
        return answer(Phase::refused, unitName + " cannot be loaded (" + unit->loadState + ")",
                      "install crate@.service, then run `systemctl daemon-reload`");
    }
    if (formation.refusal) {
        return answer(Phase::refused, *formation.refusal);
    }
    if (unit != nullptr && unit->activeState == "failed") {
        return afterFailure(*unit, observed);
    }
    if (observed.startedInThisBoot) {
        return answer(Phase::stoppedByHand, unitName + " was stopped manually",
                      "start it with `systemctl start " + unitName + "`");
    }
    if (formation.waitingFor) {
        return answer(Phase::waiting, "waiting for " + *formation.waitingFor);
    }
    if (observed.dataReadOnly.value_or(false)) {
        return answer(Phase::waiting, "waiting for a writable data volume: it is mounted read-only",
                      "see `dmesg` for the reason, then remount it");
    }
    if (!rendered) {
        return answer(Phase::waiting, "waiting for the database's configuration to be written");
    }
    auto supervision = answer(Phase::starting, "starting " + unitName);
    supervision.requests = {{hal::UnitVerb::start, unitName}};
    return supervision;
}

} // namespace

string crateUnitName(unsigned slot) { return "crate@" + std::to_string(slot) + ".service"; }

string exitMeaning(const hal::Unit& unit) {
    if (unit.result == "timeout") {
        return "it did not stop in time";
    }
    if (unit.exitSignal) {
        return "ended by signal " + std::to_string(*unit.exitSignal);
    }
    if (!unit.exitCode) {
        return unit.result.empty() ? "unknown reason" : unit.result;
    }
    const string code = "exit " + std::to_string(*unit.exitCode);
    switch (*unit.exitCode) {
    case kExitConfig: return code + ": a CrateDB bootstrap check failed, the host is misconfigured";
    case kExitTerminated: return code + ": ended by SIGTERM";
    case kExitKilled: return code + ": killed, manually or for lack of memory";
    case kExitDockerFailed: return code + ": Docker could not create the container";
    case kExitNotExecutable:
    case kExitNotFound: return code + ": the image contains no executable program";
    case 1: return code + ": CrateDB refused its settings or its data";
    default: return code;
    }
}

const char* name(Phase phase) {
    switch (phase) {
    case Phase::probing: return "probing";
    case Phase::waiting: return "waiting";
    case Phase::refused: return "refused";
    case Phase::starting: return "starting";
    case Phase::running: return "running";
    case Phase::restarting: return "restarting";
    case Phase::stoppedByHand: return "stopped-by-hand";
    }
    return "unknown";
}

Supervision supervise(const Observed& observed, const Formation& formation, bool rendered) {
    if (!observed.inventory) {
        return answer(Phase::probing, "probing the hardware");
    }
    if (!observed.crateUnits) {
        return answer(Phase::probing,
                      "waiting for systemd: " + observed.unitsError.value_or("no answer yet"));
    }
    if (!formation.slot) {
        if (formation.refusal) {
            return answer(Phase::refused, *formation.refusal);
        }
        return answer(Phase::waiting, "waiting for " + formation.waitingFor.value_or("its slot"));
    }
    const string ownName = crateUnitName(*formation.slot);
    const hal::Unit* const unit = findUnit(*observed.crateUnits, ownName);
    Supervision supervision;
    if (unit == nullptr || !isUp(*unit)) {
        const auto refused = refuseSecondInstance(*observed.crateUnits, ownName);
        supervision = refused ? *refused : whileDown(unit, ownName, observed, formation, rendered);
    } else if (unit->activeState == "active") {
        supervision = answer(Phase::running, ownName + " is running");
    } else if (unit->activeState == "deactivating") {
        supervision = answer(Phase::restarting, ownName + " is stopping");
    } else {
        supervision = whileActivating(*unit, observed.lastLogLines);
    }
    if (unit != nullptr) {
        supervision.unit = *unit;
    }
    return supervision;
}

} // namespace agent
