// The reducer: everything observed goes in, everything that should be comes out. plan() calls the stages in the
// order in which data flows and owns nothing else; whoever executes the plan brings the results back as
// observations.
#pragma once

#include "agent/cluster/formation.hpp"
#include "agent/database/render.hpp"
#include "agent/database/supervise.hpp"
#include "agent/health/announce.hpp"
#include "agent/health/health.hpp"
#include "hal/http/http_server.hpp"

#include <optional>
#include <string>
#include <vector>

namespace agent {

struct Plan {
    Formation formation;
    std::vector<RenderedFile> files; ///< of the instance of our slot; empty: leave what is on disk
    Supervision supervision;
    Verdict verdict;
    Announcement announcement;
    HardwareDocumentPtr hardware;
    hal::Pages pages;
    std::string status;         ///< for STATUS=: one line, what is going on and what is waited for
    PersistentState persistent; ///< to be kept on disk
};

/// `previous` is the plan before: components keep their "since" while their level stays, and the document of hardware
/// that did not change is taken over.
[[nodiscard]] Plan plan(const Observed& observed, const Config& config, const std::optional<Plan>& previous,
                        bool rendered);

/// What `systemctl status` shows.
[[nodiscard]] std::string statusLine(const Observed& observed, const Formation& formation,
                                     const Supervision& supervision, const Verdict& verdict);

} // namespace agent
