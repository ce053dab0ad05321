// `cratectl forget`: removes a machine from the cluster permanently, and undoes that.
// It owns the choice of the machine, the refusals, and the one transaction. It asks no one and writes nothing.
#pragma once

#include "agent/cluster/registry.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cratectl {

/// Who asks, when, and the database's answer.
struct ForgetRequest {
    std::string node; ///< as typed: a name, "crate@3", or a machine-id
    std::string by;   ///< "admin@n1"
    std::string at;   ///< "2026-11-22T16:00:00Z"
    /// The names in sys.nodes; empty if no database answered.
    std::optional<std::vector<std::string>> databaseNodes;
};

struct Forgetting {
    agent::Forgotten machine;
    hal::Transaction transaction; ///< fails if the machine came back after the registry was read
    bool done = false;            ///< already done; there is nothing to write
};

/// A terminal error if no machine or more than one matches, or if the machine is alive.
[[nodiscard]] hal::Result<Forgetting> forget(const agent::Keys& keys, const agent::Registry& registry,
                                             const ForgetRequest& request);

/// A terminal error if no forgotten machine or more than one matches.
[[nodiscard]] hal::Result<Forgetting> unforget(const agent::Keys& keys, const agent::Registry& registry,
                                               const std::string& node);

/// "n3 (crate@3, machine-id 0123...)"
[[nodiscard]] std::string described(const agent::Forgotten& machine);

} // namespace cratectl
