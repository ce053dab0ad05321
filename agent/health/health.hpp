// The verdict: may this node get traffic, and if not, which component fails, since when, and what to do.
// It keeps readiness honest, as a pure function of the observed values; serving the verdict costs no computation.
#pragma once

#include "agent/config/config.hpp"
#include "agent/database/supervise.hpp"
#include "agent/observed.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace agent {

enum class Level { pass, warn, fail };

struct Component {
    std::string name; ///< "unit", "http", "sql", "master", "cluster-id", "data-volume", "network", "etcd"
    std::string measurement; ///< health+json's second half of the key: "state", "responds", ...
    std::string type;        ///< health+json's componentType: "system", "datastore", "component"
    Level level = Level::pass;
    std::optional<std::string> observed; ///< the observed value in words
    std::optional<std::string> output;   ///< why it is not "pass"
    std::optional<std::string> advice;   ///< the next step
    std::chrono::sys_seconds since;      ///< when the level last changed
    bool operator==(const Component&) const = default;
};

struct Verdict {
    bool ready = false;
    bool startedOnce = false; ///< the database has been ready since its unit was last started
    Level overall = Level::fail;
    std::vector<Component> components; ///< always all of them, in the order of the names above
    bool operator==(const Verdict&) const = default;
};

[[nodiscard]] Verdict judge(const Observed& observed, const Formation& formation,
                            const Supervision& supervision, const std::optional<Verdict>& previous);

[[nodiscard]] const char* name(Level level);

} // namespace agent
