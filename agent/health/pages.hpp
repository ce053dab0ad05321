// The pages the health socket serves, rebuilt when the verdict changed and never while a client waits.
// It owns paths, status codes and formats; it decides nothing about health.
#pragma once

#include "agent/health/health.hpp"
#include "agent/observed.hpp"
#include "hal/http/http_server.hpp"

#include <nlohmann/json_fwd.hpp>

namespace agent {

/// `/` and `/ready` (200 or 503), `/live`, `/startup`, `/health` (application/health+json; 200 unless it fails)
/// and `/v1/node`, which is `document` (agent/health/announce) with words for an operator added.
[[nodiscard]] hal::Pages pages(const Observed& observed, nlohmann::ordered_json document,
                               const Supervision& supervision, const Verdict& verdict);

/// "2026-11-22T12:00:00Z"
[[nodiscard]] std::string isoTime(std::chrono::sys_seconds time);

} // namespace agent
