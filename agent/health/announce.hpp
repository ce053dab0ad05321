// What this node wants to stand in etcd under its lease: its document and, while the database answers, the 2014 key.
// It owns the content of the announcements (design section 5). It talks to no store: agent/runtime/session does.
#pragma once

#include "agent/health/health.hpp"
#include "agent/observed.hpp"

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace agent {

/// Desired leased keys and their values. Empty when another machine uses our identity: we write nothing over it.
using Announcement = std::map<std::string, std::string>;

/// `document` is nodeDocument(), which /v1/node shows as well.
[[nodiscard]] Announcement announce(const Observed& observed, const nlohmann::ordered_json& document,
                                    const Verdict& verdict, const Config& config);

/// The node's document: what `…/nodes/<node-id>` and /v1/node hold. Contains nothing that changes by itself; null
/// before the hardware was probed.
[[nodiscard]] nlohmann::ordered_json nodeDocument(const Observed& observed, const Formation& formation,
                                                  const Supervision& supervision, const Verdict& verdict,
                                                  const Config& config);

} // namespace agent
