// The one vote of a node's life that makes a new cluster: who may vote, and when enough of the list is here.
// Pure; the rules are those of section "bootstrapping" of CrateDB's clustering documents.
#pragma once

#include "tests/standin/gateway.hpp"
#include "tests/standin/shared_settings.hpp"

#include <chrono>
#include <optional>

namespace standin {

struct ClusterConfig {
    std::string clusterName;
    std::vector<std::string> initialMasterNodes;
    bool singleNode = false;          // discovery.type=single-node
    bool discoveryConfigured = false; // any of seed_hosts, seed_providers, initial_master_nodes is set
    std::chrono::milliseconds unconfiguredBootstrapTimeout{3000};
    std::chrono::milliseconds findPeersInterval{1000};
    std::chrono::milliseconds heartbeatInterval{250};
    std::chrono::milliseconds failureTimeout{1500}; // silence after which a node or a master counts as lost
    Gateway gateway;
    Texts configured; // this node's own values of the settings that the cluster looks at
};

class BootstrapVote {
public:
    explicit BootstrapVote(ClusterConfig config) : config_(std::move(config)) {}

    struct Outcome {
        std::optional<std::vector<std::string>> votingNodes; // the initial voting configuration, once
        std::string remark;                                  // for the log, when there is something to say
    };

    // `others` are the nodes discovered so far, `age` is the time since this node started.
    [[nodiscard]] Outcome attempt(const NodeInfo& local, std::span<const NodeInfo> others,
                                  std::chrono::milliseconds age);

private:
    [[nodiscard]] Outcome match(const NodeInfo& local, std::span<const NodeInfo> nodes);

    ClusterConfig config_;
    bool permitted_ = true;
};

} // namespace standin
