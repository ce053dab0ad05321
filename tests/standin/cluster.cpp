// See cluster.hpp. This file: the public face, and how a node without a master finds others.
#include "tests/standin/cluster.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace standin {

namespace {

using namespace std::chrono_literals;
using nlohmann::json;

// cluster.election.initial_timeout: what a single node needs from its start to its election.
constexpr auto kFirstRound = 100ms;
constexpr std::size_t kMostPeers = 64;

} // namespace

Cluster::Cluster(NodeInfo local, ClusterConfig config, Durable durable, std::function<std::string()> newUuid,
                 Clock::time_point now)
    : local_(std::move(local)), config_(std::move(config)), durable_(std::move(durable)), vote_(config_),
      newUuid_(std::move(newUuid)), started_(now), nextRound_(now + kFirstRound), nextJoin_(now),
      masterHeard_(now), nextHeartbeat_(now) {}

Cluster::Step Cluster::tick(std::span<const std::string> seeds, Clock::time_point now) {
    if (isolated_) {
        return {};
    }
    if (mode_ == Mode::follower && now - masterHeard_ > config_.failureTimeout) {
        loseMaster("followers check: no sign of life", now);
    }
    if (mode_ == Mode::master) {
        lead(now);
    }
    if (mode_ == Mode::candidate && now >= nextRound_) {
        discover(seeds, now);
    }
    if (mode_ == Mode::candidate && nextElection_ && now >= *nextElection_) {
        campaign(now);
    }
    return std::exchange(step_, {});
}

Cluster::Clock::time_point Cluster::nextTick() const {
    if (isolated_) {
        return nextRound_ + 1h;
    }
    switch (mode_) {
    case Mode::follower: return masterHeard_ + config_.failureTimeout + 1ms;
    case Mode::master: return nextHeartbeat_;
    case Mode::candidate: break;
    }
    return nextElection_ ? std::min(nextRound_, *nextElection_) : nextRound_;
}

Cluster::Step Cluster::receive(const json& message, Clock::time_point now) {
    const NodeInfo from = nodeFrom(partOf(message, "from"));
    if (isolated_ || from.id.empty()) {
        return {};
    }
    const std::string kind = textOf(message, "kind");
    if (const std::string name = textOf(message, "cluster"); name != config_.clusterName) {
        warnOnce("handshake failed with " + describe(from) + ": remote cluster name [" + name +
                 "] does not match local cluster name [" + config_.clusterName + "]");
    } else if (kind == "change" || kind == "insync") {
        onWish(message, now);
    } else if (kind == "refused") {
        warnOnce("failed to join " + describe(from) +
                 ": CoordinationStateRejectedException: " + textOf(message, "reason"));
    } else if (from.id == local_.id && from.transportAddress != local_.transportAddress) {
        warnOnce("found another node " + describe(from) + " with the id of this one: was its data copied?");
        if (kind == "join" && mode_ == Mode::master) {
            onJoin(from, message, now);
        }
    } else if (from.id == local_.id) {
        return {};
    } else if (kind == "who" || kind == "here") {
        learn(from, message, now);
    } else if (kind == "join") {
        onJoin(from, message, now);
    } else if (kind == "vote") {
        onVoteRequest(from, message, now);
    } else if (kind == "voted") {
        onVoted(from, message, now);
    } else if (kind == "state") {
        onState(from, message, now);
    } else if (kind == "acknowledged") {
        onAcknowledged(from, message, now);
    }
    return std::exchange(step_, {});
}

void Cluster::setIsolated(bool isolated, Clock::time_point now) {
    if (isolated && !isolated_) {
        loseMaster("isolated", now);
        peers_.clear();
    }
    isolated_ = isolated;
}

std::vector<NodeInfo> Cluster::nodes() const {
    return masterId_ ? applied_.nodes : std::vector<NodeInfo>{local_};
}

std::string Cluster::visibleUuid() const {
    return everHadMaster_ ? durable_.accepted.uuid : kUnknownClusterUuid;
}

json Cluster::letter(const char* kind, json body) const {
    body["kind"] = kind;
    body["cluster"] = config_.clusterName;
    body["from"] = toJson(local_);
    return body;
}

void Cluster::say(const std::string& address, const char* kind, json body) {
    step_.messages.push_back({address, letter(kind, std::move(body))});
}

void Cluster::warnOnce(std::string text) {
    if (warned_.size() < kMostPeers && warned_.insert(text).second) {
        step_.remarks.push_back({true, std::move(text)});
    }
}

std::string Cluster::committedUuid() const { return durable_.uuidCommitted ? durable_.accepted.uuid : ""; }

bool Cluster::isForeign(const std::string& uuid) const {
    return durable_.uuidCommitted && !uuid.empty() && uuid != durable_.accepted.uuid;
}

// A node's answer to any query: its cluster, its master and the addresses it knows.
json Cluster::introduction() const {
    json known = json::array();
    for (const auto& [id, peer] : peers_) {
        known.push_back(peer.node.transportAddress);
    }
    for (const NodeInfo& node : durable_.accepted.nodes) {
        known.push_back(node.transportAddress);
    }
    json body{{"uuid", committedUuid()}, {"known", known}};
    if (mode_ != Mode::candidate) {
        body["master"] = toJson(mode_ == Mode::master ? local_ : master_);
    }
    return body;
}

void Cluster::discover(std::span<const std::string> seeds, Clock::time_point now) {
    nextRound_ = now + config_.findPeersInterval;
    const auto patience = std::max(3 * config_.findPeersInterval, config_.failureTimeout);
    std::erase_if(peers_, [now, patience](const auto& peer) { return now - peer.second.heard > patience; });
    std::set<std::string> addresses(seeds.begin(), seeds.end());
    addresses.insert(heardOf_.begin(), heardOf_.end());
    for (const auto& [id, peer] : peers_) {
        addresses.insert(peer.node.transportAddress);
    }
    for (const NodeInfo& node : durable_.accepted.nodes) {
        addresses.insert(node.transportAddress);
    }
    addresses.erase(local_.transportAddress);
    for (const std::string& address : addresses) {
        say(address, "who", introduction());
    }
    campaign(now);
}

void Cluster::learn(const NodeInfo& from, const json& message, Clock::time_point now) {
    if (textOf(message, "kind") == "who") {
        say(from.transportAddress, "here", introduction());
    }
    if (mode_ != Mode::candidate) {
        return;
    }
    if (peers_.contains(from.id) || peers_.size() < kMostPeers) {
        peers_[from.id] = {from, textOf(message, "uuid"), nodeFrom(partOf(message, "master")), now};
    }
    for (const std::string& address : textsOf(message, "known")) {
        const bool isNew = address != local_.transportAddress && heardOf_.size() < kMostPeers &&
                           heardOf_.insert(address).second;
        if (isNew) {
            say(address, "who", introduction());
        }
    }
    campaign(now);
}

std::string Cluster::describeMissingMaster(std::span<const std::string> seedAddresses) const {
    std::vector<std::string> found;
    std::set<std::string> present{local_.id};
    for (const auto& [id, peer] : peers_) {
        found.push_back(describe(peer.node));
        present.insert(id);
    }
    const std::string discovery =
        "have discovered " + joined(found) + "; discovery will continue using " + joined(seedAddresses) +
        " from hosts providers and [" + describe(local_) + "] from last-known cluster state; node term " +
        std::to_string(durable_.currentTerm) + ", last-accepted version " +
        std::to_string(durable_.accepted.version) + " in term " + std::to_string(durable_.accepted.term);
    if (!local_.masterEligible) {
        return "master not discovered yet: " + discovery;
    }
    if (!durable_.accepted.votingNodes.empty()) {
        return "master not discovered or elected yet, an election requires nodes with ids " +
               joined(durable_.accepted.votingNodes) + ", have discovered " + joined(found) + " which is " +
               (isQuorum(durable_.accepted, present) ? "" : "not ") + "a quorum; " + discovery;
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
