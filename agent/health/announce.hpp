// The keys this node wants in etcd under its lease: its document and, while the database answers, the 2014 key.
// It owns the content of the announcements. It does not talk to etcd: agent/runtime/session does.
#pragma once

#include "agent/health/health.hpp"
#include "agent/observed.hpp"

#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

namespace agent {

/// Desired leased keys and their values. Empty if another machine uses our identity: we never overwrite its keys.
using Announcement = std::map<std::string, std::string>;

/// `document` is nodeDocument(), which /v1/node shows, too.
[[nodiscard]] Announcement announce(const Observed& observed, const nlohmann::ordered_json& document,
                                    const Verdict& verdict, const Config& config);

/// The hardware part of the announcement, which is expensive to build and rarely changes.
struct HardwareDocument;
using HardwareDocumentPtr = std::shared_ptr<const HardwareDocument>;

/// Null until the hardware is probed; `previous` if that was built from an equal inventory.
[[nodiscard]] HardwareDocumentPtr hardwareDocument(const std::optional<Inventory>& inventory,
                                                   HardwareDocumentPtr previous);

/// The node's document: the content of `…/nodes/<node-id>` and /v1/node. It contains nothing that changes by itself;
/// null until the hardware is probed.
[[nodiscard]] nlohmann::ordered_json nodeDocument(const Observed& observed, const Formation& formation,
                                                  const Supervision& supervision, const Verdict& verdict,
                                                  const Config& config, const HardwareDocumentPtr& hardware);

} // namespace agent
