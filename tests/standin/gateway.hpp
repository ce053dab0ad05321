// When a new master takes the tables back into the cluster: gateway.expected_*, recover_after_* and recover_after_time,
// and the three node checks that look at these settings. Pure; the rules are those of CrateDB's source.
#pragma once

#include "tests/standin/settings.hpp"

#include <chrono>

namespace standin {

struct Gateway {
    int expectedDataNodes = -1;
    int recoverAfterDataNodes = -1;
    int expectedNodes = -1; // the two settings before 4.7, still known
    int recoverAfterNodes = -1;
    std::optional<std::chrono::milliseconds> recoverAfterTime; // none: at once

    // Whether enough nodes are here to recover, at once or after the time.
    [[nodiscard]] bool mayRecover(int dataNodes, int nodes) const;
    // Whether the time has to pass first.
    [[nodiscard]] bool mustWait(int dataNodes, int nodes) const;
    // sys.node_checks 1 to 3.
    [[nodiscard]] bool passesCheck(int id, int dataNodes, int nodes) const;
};

[[nodiscard]] Gateway gatewayFrom(const Settings& settings);

} // namespace standin
