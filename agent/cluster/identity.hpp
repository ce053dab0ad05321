// Whose machine this is: who else uses its machine-id or its name, and whether it was taken out of the cluster.
// It owns the rule that of two machines exactly one is refused: the one that came later. It looks at etcd's keys only.
#pragma once

#include "agent/observed.hpp"

#include <optional>
#include <string>

namespace agent {

/// Somebody else who uses our machine-id or our name, or the word of `cratectl forget`: the sentence that says who, and
/// what to do. Empty: nothing of that. A node with a conflict announces nothing.
[[nodiscard]] std::optional<std::string> identityConflict(const Identity& identity, const EtcdState& etcd);

/// The member key of this machine; null when there is none.
[[nodiscard]] const Member* findMember(const Registry& registry, const std::string& nodeId);

} // namespace agent
