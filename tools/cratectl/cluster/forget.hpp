// `cratectl forget`: taking a machine out of the cluster for good, and taking that back.
// It owns who is meant, when it is refused, and the one transaction that does it. It asks nobody and writes nothing.
#pragma once

#include "agent/cluster/registry.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cratectl {

/// Who asks, when, and what the database said.
struct ForgetRequest {
    std::string node; ///< as typed: a name, "crate@3", or a machine-id
    std::string by;   ///< "admin@n1"
    std::string at;   ///< "2026-11-22T16:00:00Z"
    /// The names in sys.nodes; empty when no database could be asked.
    std::optional<std::vector<std::string>> databaseNodes;
};

struct Forgetting {
    agent::Forgotten machine;
    hal::Transaction transaction; ///< does not hold when the machine came back after the registry was read
    bool done = false;            ///< it is so already; there is nothing to do
};

/// A terminal error when nobody or more than one is meant, or when the machine is alive.
[[nodiscard]] hal::Result<Forgetting> forget(const agent::Keys& keys, const agent::Registry& registry,
                                             const ForgetRequest& request);

/// A terminal error when nobody or more than one of the forgotten is meant.
[[nodiscard]] hal::Result<Forgetting> unforget(const agent::Keys& keys, const agent::Registry& registry,
                                               const std::string& node);

/// "n3 (crate@3, machine-id 0123...)"
[[nodiscard]] std::string described(const agent::Forgotten& machine);

} // namespace cratectl
