// The place of this node in the cluster: its slot, whether it votes in the first election, and whether it may start
// its database at all. It owns the order of these rules, the slots and the cluster id; agent/cluster/vote owns the
// first election, agent/cluster/identity the names. It never stops anything: a refusal keeps a database from starting
// and leaves a running one alone.
#pragma once

#include "agent/config/config.hpp"
#include "agent/observed.hpp"

#include <optional>
#include <string>
#include <vector>

namespace agent {

struct Formation {
    std::optional<unsigned> slot;
    std::optional<std::string> clusterId; ///< the one cluster this node belongs to, once it is known
    /// Rendered as cluster.initial_master_nodes; if empty, this node never votes in a first election.
    std::vector<std::string> initialMasterNodes;
    std::optional<std::string> refusal;    ///< why this node must not start its database, and the next step
    std::optional<std::string> waitingFor; ///< what is still missing before it may start
    std::optional<hal::Transaction>
        claim; ///< the next create-only write; repeated until etcd shows its effect
    bool operator==(const Formation&) const = default;
};

[[nodiscard]] Formation form(const Observed& observed, const Config& config);

} // namespace agent
