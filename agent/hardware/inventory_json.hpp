// The inventory as JSON, the same for `cratectl probe --json`, /v1/node and etcd.
// Unknown is null, the names contain the units, and "problems" says why something is null. It computes nothing.
#pragma once

#include "agent/hardware/inventory.hpp"

#include <nlohmann/json_fwd.hpp>

namespace agent {

[[nodiscard]] nlohmann::ordered_json toJson(const Inventory& inventory);

} // namespace agent
