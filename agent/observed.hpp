// Everything the agent knows at one moment, as values. The reducer sees nothing else.
// It owns the vocabulary between hal's readings and the stages' decisions; it decides nothing.
#pragma once

#include "agent/cluster/registry.hpp"
#include "agent/hardware/inventory.hpp"
#include "agent/shared_value.hpp"
#include "hal/base/event_loop.hpp"
#include "hal/crate/crate.hpp"
#include "hal/systemd/units.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace agent {

/// Who this machine is. Boot id, name and address tell a clone (same machine-id) from our own past.
struct Identity {
    std::string nodeId; ///< /etc/machine-id
    std::string nodeName;
    std::string bootId;
    std::optional<std::string> address{}; ///< the announced one
    bool operator==(const Identity&) const = default;
};

/// Transport endpoints ("10.0.0.1:4300") by node id.
using Peers = std::map<std::string, std::string>;

/// What is kept in /var/lib/cratekeeper, so that a node starts its database while etcd is away.
struct PersistentState {
    std::optional<unsigned> slot;
    std::optional<std::string> clusterId;
    Peers peers;
    /// The first voters this node's database was started with on an empty disk; kept until there is a cluster id, so
    /// that a first start that failed can be repeated.
    std::vector<std::string> vote;
    bool operator==(const PersistentState&) const = default;
};

/// How it goes with etcd.
struct EtcdState {
    SharedValue<Registry> registry; ///< as last read; stays when etcd goes away
    std::optional<hal::LeaseId> lease;
    std::optional<std::string> error; ///< of the last call, empty after a success
    std::optional<hal::TimePoint> failingSince;
    std::optional<hal::TimePoint> nextTry;
    bool operator==(const EtcdState&) const = default;
};

/// How it goes with the database's process and its answers.
struct Database {
    std::optional<hal::CrateAnswer> answer;
    std::optional<hal::TimePoint> answeredAt;
    std::optional<int> mainProcess; ///< the container's, not the docker client's
    /// The process or its held connection ended after the last answer: that answer speaks of the dead.
    bool ended = false;
    bool operator==(const Database&) const = default;
};

struct Observed {
    hal::TimePoint now;
    std::chrono::sys_seconds wallClock;
    Identity identity;
    PersistentState persistent;
    std::optional<std::string> persistentProblem; ///< why `persistent` is empty though there is a file
    std::optional<Inventory> inventory;
    std::optional<std::vector<hal::Unit>> crateUnits; ///< crate@*.service
    std::optional<std::string> unitsError;
    std::vector<std::string> lastLogLines; ///< of the crate unit, read when it failed
    bool startedInThisBoot = false;        ///< we have already started the unit since power on
    Database database;
    std::optional<bool> dataReadOnly;
    /// Whether the data directory holds files of a database; empty when it cannot be looked into, or is not there.
    std::optional<bool> dataHoldsDatabase;
    EtcdState etcd;
    std::vector<std::string> configErrors; ///< of a reload that was refused
};

/// Whether systemd has it up, also while it starts or stops.
[[nodiscard]] inline bool isUp(const hal::Unit& unit) {
    return unit.activeState != "inactive" && unit.activeState != "failed";
}

} // namespace agent
