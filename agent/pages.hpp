// The pages the health socket serves, built anew when the verdict changed and never while a client waits.
// It owns paths, status codes and formats; it decides nothing about health.
#pragma once

#include "agent/health.hpp"
#include "agent/observed.hpp"
#include "hal/http_server.hpp"

namespace agent {

/// `/` and `/ready` (200 or 503), `/live`, `/startup`, `/health` (application/health+json; 200 unless it fails)
/// and `/v1/node`.
[[nodiscard]] hal::Pages pages(const Observed& observed, const Formation& formation,
                               const Supervision& supervision, const Verdict& verdict, const Config& config);

/// "2026-11-22T12:00:00Z"
[[nodiscard]] std::string isoTime(std::chrono::sys_seconds time);

} // namespace agent
