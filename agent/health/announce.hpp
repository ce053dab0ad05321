// What this node wants to stand in etcd under its lease: its document and, while the database answers, the 2014 key.
// It owns the content of the announcements (design section 5). It talks to no store: agent/runtime/session does.
#pragma once

#include "agent/health/health.hpp"
#include "agent/observed.hpp"

#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

namespace agent {

/// Desired leased keys and their values. Empty when another machine uses our identity: we write nothing over it.
using Announcement = std::map<std::string, std::string>;

/// `document` is nodeDocument(), which /v1/node shows as well.
[[nodiscard]] Announcement announce(const Observed& observed, const nlohmann::ordered_json& document,
                                    const Verdict& verdict, const Config& config);

/// The hardware as others are told of it, which is expensive to write and rarely changes.
struct HardwareDocument;
using HardwareDocumentPtr = std::shared_ptr<const HardwareDocument>;

/// Empty before the hardware was probed. It is `previous` when that was made of an equal inventory.
[[nodiscard]] HardwareDocumentPtr hardwareDocument(const std::optional<Inventory>& inventory,
                                                   HardwareDocumentPtr previous);

/// The node's document: what `…/nodes/<node-id>` and /v1/node hold. Contains nothing that changes by itself; null
/// before the hardware was probed.
[[nodiscard]] nlohmann::ordered_json nodeDocument(const Observed& observed, const Formation& formation,
                                                  const Supervision& supervision, const Verdict& verdict,
                                                  const Config& config, const HardwareDocumentPtr& hardware);

} // namespace agent
