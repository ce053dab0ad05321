// Who is in the cluster and who is its master, decided from values alone.
// Owns the bootstrap vote and the election; never opens a socket, a file or a clock. Peers come in as values, so a
// transport between stand-ins only has to feed round() and to carry its results.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace standin {

struct NodeInfo {
    std::string id;
    std::string name;
    std::string hostname;
    std::string address;          // published address without port
    std::string transportAddress; // published address with port
    bool masterEligible = true;

    bool operator==(const NodeInfo&) const = default;
};

struct ClusterConfig {
    std::vector<std::string> initialMasterNodes;
    bool singleNode = false;          // discovery.type=single-node
    bool discoveryConfigured = false; // any of seed_hosts, seed_providers, initial_master_nodes is set
    std::chrono::milliseconds unconfiguredBootstrapTimeout{3000};
};

// What a node that has once been part of a cluster keeps on disk for life.
struct Membership {
    std::string clusterUuid;
    std::vector<std::string>
        votingNodes; // node ids, or "{bootstrap-placeholder}-name" for those not seen yet

    bool operator==(const Membership&) const = default;
};

// CrateDB's answer to "which cluster?" before any state was committed.
inline constexpr const char* kUnknownClusterUuid = "_na_";

class Cluster {
public:
    using Clock = std::chrono::steady_clock;

    struct Round {
        std::optional<Membership> bootstrapped; // to be on disk before the next round
        std::vector<std::string> remarks;       // for the log, each said once
    };

    Cluster(NodeInfo local, ClusterConfig config, std::optional<Membership> membership,
            Clock::time_point started);

    // One discovery round with the other nodes found so far. `newUuid` is called only for a new cluster.
    [[nodiscard]] Round round(std::span<const NodeInfo> peers, Clock::time_point now,
                              const std::function<std::string()>& newUuid);

    // Takes the master away (or gives it back at the next round): what a partition does to a real node.
    void setIsolated(bool isolated);

    [[nodiscard]] const NodeInfo& local() const { return local_; }
    [[nodiscard]] bool hasMaster() const { return masterId_.has_value(); }
    [[nodiscard]] const std::optional<std::string>& masterId() const { return masterId_; }
    // The id as the node itself sees it: "_na_" until it has had a master since its start.
    [[nodiscard]] std::string visibleUuid() const;
    // Why there is no master, in CrateDB's words. `seedAddresses` are what the seed providers returned.
    [[nodiscard]] std::string describeMissingMaster(std::span<const std::string> seedAddresses) const;

private:
    [[nodiscard]] std::optional<Membership> vote(std::span<const NodeInfo> peers, Clock::time_point now,
                                                 const std::function<std::string()>& newUuid, Round& round);
    [[nodiscard]] std::optional<std::vector<std::string>> matchRequirements(std::span<const NodeInfo> nodes,
                                                                            Round& round);
    [[nodiscard]] bool hasQuorum(std::span<const NodeInfo> peers) const;
    void elect(Round& round);

    NodeInfo local_;
    ClusterConfig config_;
    std::optional<Membership> membership_;
    Clock::time_point started_;
    std::optional<std::string> masterId_;
    bool votePermitted_ = true;
    bool isolated_ = false;
    bool everHadMaster_ = false;
};

} // namespace standin
