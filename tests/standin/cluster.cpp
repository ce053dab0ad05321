// See cluster.hpp. The rules are those of section 1.4 of the facts: a vote needs more than half of the listed nodes,
// happens once in a life, and a node that is not listed takes no part in it.
#include "tests/standin/cluster.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace standin {

namespace {

std::string joined(std::span<const std::string> words) {
    std::string text;
    for (const std::string& word : words) {
        text += (text.empty() ? "" : ", ") + word;
    }
    return "[" + text + "]";
}

std::string described(const NodeInfo& node) {
    return "{" + node.name + "}{" + node.id + "}{" + node.address + "}{" + node.transportAddress + "}";
}

bool matches(const NodeInfo& node, const std::string& requirement) {
    return node.name == requirement || node.hostname == requirement || node.address == requirement ||
           node.transportAddress == requirement;
}

} // namespace

Cluster::Cluster(NodeInfo local, ClusterConfig config, std::optional<Membership> membership,
                 Clock::time_point started)
    : local_(std::move(local)), config_(std::move(config)), membership_(std::move(membership)),
      started_(started) {}

Cluster::Round Cluster::round(std::span<const NodeInfo> peers, Clock::time_point now,
                              const std::function<std::string()>& newUuid) {
    Round round;
    if (isolated_ || masterId_ || !local_.masterEligible) {
        return round;
    }
    if (!membership_) {
        membership_ = round.bootstrapped = vote(peers, now, newUuid, round);
        return round;
    }
    if (hasQuorum(peers)) {
        elect(round);
    }
    return round;
}

void Cluster::setIsolated(bool isolated) {
    isolated_ = isolated;
    if (isolated) {
        masterId_.reset();
    }
}

std::string Cluster::visibleUuid() const {
    return everHadMaster_ && membership_ ? membership_->clusterUuid : kUnknownClusterUuid;
}

std::optional<Membership> Cluster::vote(std::span<const NodeInfo> peers, Clock::time_point now,
                                        const std::function<std::string()>& newUuid, Round& round) {
    if (!votePermitted_) {
        return std::nullopt;
    }
    if (config_.singleNode) {
        votePermitted_ = false;
        return Membership{newUuid(), {local_.id}};
    }
    std::vector<NodeInfo> nodes(peers.begin(), peers.end());
    nodes.push_back(local_);
    if (!config_.discoveryConfigured) {
        if (now - started_ < config_.unconfiguredBootstrapTimeout) {
            return std::nullopt;
        }
        votePermitted_ = false;
        Membership membership{newUuid(), {}};
        std::ranges::transform(nodes, std::back_inserter(membership.votingNodes), &NodeInfo::id);
        return membership;
    }
    if (config_.initialMasterNodes.empty()) {
        return std::nullopt;
    }
    std::optional<std::vector<std::string>> voters = matchRequirements(nodes, round);
    if (!voters) {
        return std::nullopt;
    }
    votePermitted_ = false;
    return Membership{newUuid(), std::move(*voters)};
}

// The voting configuration when more than half of the listed nodes are here, else nothing. A contradiction, and a
// list without this node, end this node's part in the vote until it is restarted.
std::optional<std::vector<std::string>> Cluster::matchRequirements(std::span<const NodeInfo> nodes,
                                                                   Round& round) {
    std::set<std::string> found;
    std::vector<std::string> voters;
    for (const std::string& requirement : config_.initialMasterNodes) {
        const auto fits = [&requirement](const NodeInfo& node) { return matches(node, requirement); };
        if (std::ranges::count_if(nodes, fits) > 1) {
            votePermitted_ = false;
            round.remarks.push_back("bootstrapping cancelled: requirement [" + requirement +
                                    "] matches multiple nodes");
            return std::nullopt;
        }
        const auto node = std::ranges::find_if(nodes, fits);
        if (node == nodes.end()) {
            voters.push_back("{bootstrap-placeholder}-" + requirement);
        } else if (!found.insert(node->id).second) {
            votePermitted_ = false;
            round.remarks.push_back("bootstrapping cancelled: node " + described(*node) +
                                    " matches multiple requirements");
            return std::nullopt;
        } else {
            voters.push_back(node->id);
        }
    }
    if (!found.contains(local_.id)) {
        votePermitted_ = false;
        round.remarks.push_back("skipping cluster bootstrapping as local node does not match bootstrap "
                                "requirements: " +
                                joined(config_.initialMasterNodes));
        return std::nullopt;
    }
    return found.size() * 2 > config_.initialMasterNodes.size() ? std::optional(voters) : std::nullopt;
}

bool Cluster::hasQuorum(std::span<const NodeInfo> peers) const {
    const auto present = [this, peers](const std::string& id) {
        return id == local_.id || std::ranges::find(peers, id, &NodeInfo::id) != peers.end();
    };
    const auto count = std::ranges::count_if(membership_->votingNodes, present);
    return static_cast<std::size_t>(count) * 2 > membership_->votingNodes.size();
}

void Cluster::elect(Round& round) {
    masterId_ = local_.id;
    if (!std::exchange(everHadMaster_, true)) {
        round.remarks.push_back("cluster UUID set to [" + membership_->clusterUuid + "]");
    }
    round.remarks.push_back("master node changed {previous [], current [" + described(local_) + "]}");
}

std::string Cluster::describeMissingMaster(std::span<const std::string> seedAddresses) const {
    const std::string discovery =
        "have discovered []; discovery will continue using " + joined(seedAddresses) +
        " from hosts providers and [" + described(local_) +
        "] from last-known cluster state; node term 0, last-accepted version 0 in term 0";
    if (!local_.masterEligible) {
        return "master not discovered yet: " + discovery;
    }
    if (membership_) {
        return "master not discovered or elected yet, an election requires nodes with ids " +
               joined(membership_->votingNodes) + ", have discovered [] which is not a quorum; " + discovery;
    }
    const std::string hint = config_.initialMasterNodes.empty()
                                 ? "[cluster.initial_master_nodes] is empty on this node"
                                 : "this node must discover master-eligible nodes " +
                                       joined(config_.initialMasterNodes) + " to bootstrap a cluster";
    return "master not discovered yet, this node has not previously joined a bootstrapped (v4+) cluster, "
           "and " +
           hint + ": " + discovery;
}

} // namespace standin
