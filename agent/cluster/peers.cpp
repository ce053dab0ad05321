// CrateDB's file seed provider expects only lines; it would resolve blank lines and duplicates as names.
#include "agent/cluster/peers.hpp"

#include "hal/base/ip.hpp"

#include <set>

namespace agent {
namespace {

constexpr size_t kMaxPeers = 100;

} // namespace

std::string peerEndpoint(const std::string& address, uint16_t port) {
    return hal::hostAndPort(address, port);
}

Peers rememberPeers(const PersistentState& persistent, const SharedValue<Registry>& registry) {
    Peers known = persistent.peers;
    if (!registry) {
        return known;
    }
    const auto& ours = persistent.clusterId ? persistent.clusterId : registry->clusterId;
    std::set<std::string> forgotten;
    for (const auto& machine : registry->forgotten) {
        forgotten.insert(machine.nodeId);
        known.erase(machine.nodeId);
    }
    for (const auto& node : registry->nodes) {
        const bool foreign = ours && node.clusterId && node.clusterId != ours;
        if (foreign || forgotten.contains(node.nodeId) || !node.address || !node.transportPort) {
            continue;
        }
        const std::string endpoint = peerEndpoint(*node.address, *node.transportPort);
        if (const auto before = known.find(node.nodeId); before != known.end()) {
            before->second = endpoint;
        } else if (known.size() < kMaxPeers) {
            known.emplace(node.nodeId, endpoint);
        }
    }
    return known;
}

std::string peersFile(const Peers& peers, const std::string& own) {
    std::set<std::string> endpoints{own};
    for (const auto& [nodeId, endpoint] : peers) {
        endpoints.insert(endpoint);
    }
    std::string text;
    for (const auto& endpoint : endpoints) {
        text += endpoint + "\n";
    }
    return text;
}

} // namespace agent
