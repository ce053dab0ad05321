// The settings that SET GLOBAL changes in a running cluster, and what follows from them. Pure over the cluster's state
// and the node's own configuration: transient wins over persistent, both over the configuration.
#pragma once

#include "tests/standin/cluster_state.hpp"
#include "tests/standin/settings.hpp"

#include <chrono>

namespace standin {

using Texts = std::map<std::string, std::string>;

// Set by a node for itself while it is being decommissioned; the rest of the name is its id.
inline constexpr std::string_view kDecommissionPrefix = "crate.internal.decommission.";

// Those of the configuration that the cluster looks at, for effectiveSetting().
[[nodiscard]] Texts runtimeSettings(const Settings& settings);

// Whether SET GLOBAL may set it; an unknown name and one that needs a restart are different refusals.
[[nodiscard]] bool isRuntimeSetting(std::string_view name);

[[nodiscard]] std::string effectiveSetting(const ClusterState& state, const Texts& configured,
                                           const std::string& name);

[[nodiscard]] AllocationRules rulesOf(const ClusterState& state, const Texts& configured);

struct GracefulStop {
    Availability availability = Availability::primaries;
    std::chrono::milliseconds timeout{0};
    bool force = false;
};

[[nodiscard]] GracefulStop gracefulStopOf(const ClusterState& state, const Texts& configured);

// The object of sys.cluster: settings['cluster']['graceful_stop']['timeout'] and so on.
[[nodiscard]] nlohmann::ordered_json settingsObject(const ClusterState& state, const Texts& configured);

} // namespace standin
