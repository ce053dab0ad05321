// The reducer: all observations go in, the desired state comes out. plan() calls the stages in the order in which
// data flows and owns nothing else; the executor of the plan feeds the results back as observations.
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
    std::vector<RenderedFile> files; ///< of our slot's instance; if empty, the files on disk stay
    Supervision supervision;
    Verdict verdict;
    Announcement announcement;
    HardwareDocumentPtr hardware;
    hal::Pages pages;
    std::string status;         ///< for STATUS=: one line, what is going on and what the node waits for
    PersistentState persistent; ///< to be kept on disk
};

/// `previous` is the previous plan: components keep their "since" while their level stays, and the document of unchanged
/// hardware is reused.
[[nodiscard]] Plan plan(const Observed& observed, const Config& config, const std::optional<Plan>& previous,
                        bool rendered);

} // namespace agent
