// The identity of this machine: whether another one uses its machine-id or its name, and whether it was forgotten.
// It owns the rule that of two such machines exactly one is refused: the later one. It reads only etcd's keys.
#pragma once

#include "agent/observed.hpp"

#include <optional>
#include <string>

namespace agent {

/// Another machine that uses our machine-id or our name, or a `cratectl forget` of this one, as a sentence with the
/// next step. Empty when there is no conflict. A node with a conflict announces nothing.
[[nodiscard]] std::optional<std::string> identityConflict(const Identity& identity, const EtcdState& etcd);

/// The member key of this machine; null when there is none.
[[nodiscard]] const Member* findMember(const Registry& registry, const std::string& nodeId);

} // namespace agent
