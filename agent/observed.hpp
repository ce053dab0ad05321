// Everything the agent knows at one moment, as values. The reducer sees nothing else.
// It owns the types between hal's readings and the stages' decisions; it decides nothing.
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

/// The identity of this machine. Boot id, name and address distinguish a clone (same machine-id) from our own past.
struct Identity {
    std::string nodeId; ///< /etc/machine-id
    std::string nodeName;
    std::string bootId;
    std::optional<std::string> address{}; ///< the announced one
    bool operator==(const Identity&) const = default;
};

/// Transport endpoints ("10.0.0.1:4300") by node id.
using Peers = std::map<std::string, std::string>;

/// The state in /var/lib/cratekeeper, so that a node can start its database while etcd is unavailable.
struct PersistentState {
    std::optional<unsigned> slot;
    std::optional<std::string> clusterId;
    Peers peers;
    /// The first voters this node's database was started with on an empty disk; kept until there is a cluster id, so
    /// that a failed first start can be repeated.
    std::vector<std::string> vote;
    bool operator==(const PersistentState&) const = default;
};

/// The state of the session with etcd.
struct EtcdState {
    SharedValue<Registry> registry; ///< as last read; kept while etcd is unavailable
    std::optional<hal::LeaseId> lease;
    std::optional<std::string> error; ///< of the last call, empty after a success
    std::optional<hal::TimePoint> failingSince;
    std::optional<hal::TimePoint> nextTry;
    bool operator==(const EtcdState&) const = default;
};

/// The state of the database's process and its answers.
struct Database {
    std::optional<hal::CrateAnswer> answer;
    std::optional<hal::TimePoint> answeredAt;
    std::optional<int> mainProcess; ///< the container's, not the docker client's
    /// The process ended after the last answer, so that answer is obsolete.
    bool ended = false;
    bool operator==(const Database&) const = default;
};

struct Observed {
    hal::TimePoint now;
    std::chrono::sys_seconds wallClock;
    Identity identity;
    PersistentState persistent;
    std::optional<std::string> persistentProblem; ///< why `persistent` is empty although its file exists
    std::optional<Inventory> inventory;
    std::optional<std::vector<hal::Unit>> crateUnits; ///< crate@*.service
    std::optional<std::string> unitsError;
    std::vector<std::string> lastLogLines; ///< of the crate unit, read after it failed
    bool startedInThisBoot = false;        ///< the unit has been seen up since the machine booted
    Database database;
    std::optional<bool> dataReadOnly;
    /// Whether the data directory holds files of a database; empty if it cannot be read or is missing.
    std::optional<bool> dataHoldsDatabase;
    EtcdState etcd;
    std::vector<std::string> configErrors; ///< of a rejected reload
};

/// Whether the unit is up; a unit that is starting or stopping counts as up.
[[nodiscard]] inline bool isUp(const hal::Unit& unit) {
    return unit.activeState != "inactive" && unit.activeState != "failed";
}

} // namespace agent
