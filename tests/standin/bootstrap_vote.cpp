// See bootstrap_vote.hpp. A vote needs more than half of the listed nodes, happens once in a life, and a node that is
// not listed takes no part in it.
#include "tests/standin/bootstrap_vote.hpp"

#include <algorithm>
#include <iterator>

namespace standin {

namespace {

bool matches(const NodeInfo& node, const std::string& requirement) {
    return node.name == requirement || node.hostname == requirement || node.address == requirement ||
           node.transportAddress == requirement;
}

} // namespace

BootstrapVote::Outcome BootstrapVote::attempt(const NodeInfo& local, std::span<const NodeInfo> others,
                                              std::chrono::milliseconds age) {
    if (!permitted_ || !local.masterEligible) {
        return {};
    }
    if (config_.singleNode) {
        permitted_ = false;
        return {std::vector<std::string>{local.id}, ""};
    }
    std::vector<NodeInfo> nodes{local};
    std::ranges::copy_if(others, std::back_inserter(nodes), &NodeInfo::masterEligible);
    if (config_.discoveryConfigured) {
        return config_.initialMasterNodes.empty() ? Outcome{} : match(local, nodes);
    }
    if (age < config_.unconfiguredBootstrapTimeout) {
        return {};
    }
    permitted_ = false;
    std::vector<std::string> ids;
    std::ranges::transform(nodes, std::back_inserter(ids), &NodeInfo::id);
    return {std::move(ids), ""};
}

// The voting configuration when more than half of the listed nodes are here, else nothing. A contradiction, and a
// list without this node, end this node's part in the vote until it is restarted.
BootstrapVote::Outcome BootstrapVote::match(const NodeInfo& local, std::span<const NodeInfo> nodes) {
    std::set<std::string> found;
    std::vector<std::string> voters;
    for (const std::string& requirement : config_.initialMasterNodes) {
        const auto fits = [&requirement](const NodeInfo& node) { return matches(node, requirement); };
        if (std::ranges::count_if(nodes, fits) > 1) {
            permitted_ = false;
            return {std::nullopt,
                    "bootstrapping cancelled: requirement [" + requirement + "] matches multiple nodes"};
        }
        const auto node = std::ranges::find_if(nodes, fits);
        if (node == nodes.end()) {
            voters.push_back("{bootstrap-placeholder}-" + requirement);
        } else if (!found.insert(node->id).second) {
            permitted_ = false;
            return {std::nullopt,
                    "bootstrapping cancelled: node " + describe(*node) + " matches multiple requirements"};
        } else {
            voters.push_back(node->id);
        }
    }
    if (!found.contains(local.id)) {
        permitted_ = false;
        return {std::nullopt, "skipping cluster bootstrapping as local node does not match bootstrap "
                              "requirements: " +
                                  joined(config_.initialMasterNodes)};
    }
    if (found.size() * 2 <= config_.initialMasterNodes.size()) {
        return {};
    }
    permitted_ = false;
    return {std::move(voters), ""};
}

} // namespace standin
