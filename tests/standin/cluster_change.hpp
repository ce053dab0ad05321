// Changes that a statement asks the master for, as JSON, and what they do to the agreed state. Pure. A change that is
// in effect changes nothing when it is applied again: that is how the requester learns that it was done.
#pragma once

#include "tests/standin/cluster_state.hpp"

namespace standin {

// {"what": "create", "type", "primary_key"}: the table doc.t, unless there is one.
// {"what": "set", "persistent": bool, "settings": {name: text}} and {"what": "reset", "names": [name or prefix, …]}.
// {"what": "user", "name", "password": text or null, "all": bool}: makes or changes; only what is given is changed.
// {"what": "drop user", "name"}.
[[nodiscard]] ClusterState applyChange(ClusterState state, const nlohmann::json& change);

} // namespace standin
