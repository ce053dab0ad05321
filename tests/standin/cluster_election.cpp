// See cluster.hpp. This file: votes, and the node that follows a master.
#include "tests/standin/cluster.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace standin {

namespace {

using namespace std::chrono_literals;
using nlohmann::json;

} // namespace

// Joins the master that a peer of this cluster knows; without one votes, and stands for election when it may.
void Cluster::campaign(Clock::time_point now) {
    if (mode_ != Mode::candidate || askToJoin(now)) {
        return;
    }
    voteInitialConfiguration(now);
    std::set<std::string> present{local_.id};
    for (const auto& [id, peer] : peers_) {
        if (peer.node.masterEligible && !isForeign(peer.uuid)) {
            present.insert(id);
        }
    }
    if (!local_.masterEligible || !isQuorum(durable_.accepted, present)) {
        nextElection_.reset();
    } else if (isQuorum(durable_.accepted, {local_.id}) || (nextElection_ && now >= *nextElection_)) {
        startElection(now);
    } else if (!nextElection_) {
        nextElection_ = now + electionDelay();
    }
}

// True when a master of this node's cluster, or the first cluster it meets, has been found.
bool Cluster::askToJoin(Clock::time_point now) {
    bool found = false;
    std::map<std::string, std::string> masters; // id -> address
    for (const auto& [id, peer] : peers_) {
        if (!peer.master.id.empty() && peer.master.transportAddress != local_.transportAddress) {
            masters.emplace(peer.master.id, peer.master.transportAddress);
            found = found || !isForeign(peer.uuid);
        }
    }
    if (now >= nextJoin_ && !masters.empty()) {
        nextJoin_ = now + config_.heartbeatInterval;
        for (const auto& [id, address] : masters) {
            say(address, "join", {{"uuid", committedUuid()}});
        }
    }
    return found;
}

void Cluster::voteInitialConfiguration(Clock::time_point now) {
    if (!durable_.accepted.votingNodes.empty()) {
        return;
    }
    std::vector<NodeInfo> others;
    others.reserve(peers_.size());
    for (const auto& [id, peer] : peers_) {
        others.push_back(peer.node);
    }
    const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(now - started_);
    BootstrapVote::Outcome outcome = vote_.attempt(local_, others, age);
    if (!outcome.remark.empty()) {
        warnOnce(outcome.remark);
    }
    if (outcome.votingNodes) {
        remark("setting initial configuration to VotingConfiguration" + joined(*outcome.votingNodes));
        durable_.accepted.votingNodes = std::move(*outcome.votingNodes);
        durable_.accepted.version = 1;
        step_.changed = true;
    }
}

// Differs from node to node and from attempt to attempt, so that two candidates do not disturb each other forever.
Cluster::Clock::duration Cluster::electionDelay() const {
    const std::size_t spread = std::min(100U + 100U * attempts_, 1000U);
    const std::size_t seed =
        std::hash<std::string>{}(local_.id + std::to_string(durable_.currentTerm + attempts_));
    return std::chrono::milliseconds(10 + seed % spread);
}

void Cluster::startElection(Clock::time_point now) {
    ++attempts_;
    ++durable_.currentTerm;
    step_.changed = true;
    nextElection_ = now + config_.heartbeatInterval + electionDelay();
    voters_ = {{local_.id, local_}};
    if (isQuorum(durable_.accepted, {local_.id})) {
        becomeMaster(now);
        return;
    }
    for (const auto& [id, peer] : peers_) {
        if (!isForeign(peer.uuid)) {
            say(peer.node.transportAddress, "vote",
                {{"to", id},
                 {"uuid", committedUuid()},
                 {"term", durable_.currentTerm},
                 {"accepted_term", durable_.accepted.term},
                 {"accepted_version", durable_.accepted.version},
                 {"recovered", durable_.accepted.recovered}});
        }
    }
}

// One vote a term, none while a master lives, and none for a node that knows less than this one.
bool Cluster::mayVoteFor(const NodeInfo& from, const json& message, Clock::time_point now) const {
    const bool startedAgain = master_.id == from.id && master_.transportAddress == from.transportAddress;
    const bool masterLives = mode_ == Mode::master || (mode_ == Mode::follower && !startedAgain &&
                                                       now - masterHeard_ <= config_.failureTimeout);
    // Of two that know the same the one that was started again has forgotten what is not on disk.
    const ClusterState& accepted = durable_.accepted;
    const std::tuple theirs{numberOf(message, "accepted_term"), numberOf(message, "accepted_version"),
                            flagOf(message, "recovered")};
    return !masterLives && local_.masterEligible && textOf(message, "to") == local_.id &&
           numberOf(message, "term") > durable_.currentTerm &&
           theirs >= std::tuple{accepted.term, accepted.version, accepted.recovered};
}

void Cluster::onVoteRequest(const NodeInfo& from, const json& message, Clock::time_point now) {
    if (isForeign(textOf(message, "uuid"))) {
        return;
    }
    const bool granted = mayVoteFor(from, message, now);
    if (granted) {
        if (mode_ == Mode::follower) {
            loseMaster("it started again", now);
        }
        durable_.currentTerm = numberOf(message, "term");
        step_.changed = true;
        nextElection_ = now + config_.heartbeatInterval + electionDelay();
    }
    say(from.transportAddress, "voted",
        {{"to", from.id}, {"term", durable_.currentTerm}, {"granted", granted}});
}

void Cluster::onVoted(const NodeInfo& from, const json& message, Clock::time_point now) {
    const std::int64_t term = numberOf(message, "term");
    if (textOf(message, "to") != local_.id || mode_ == Mode::follower) {
        return;
    }
    if (mode_ == Mode::candidate && term > durable_.currentTerm) {
        durable_.currentTerm = term;
        voters_.clear();
        step_.changed = true;
        return;
    }
    if (term != durable_.currentTerm || !flagOf(message, "granted")) {
        return;
    }
    if (mode_ == Mode::master) {
        onJoin(from, message, now);
        return;
    }
    voters_.emplace(from.id, from);
    std::set<std::string> ids;
    for (const auto& [id, voter] : voters_) {
        ids.insert(id);
    }
    if (ids.contains(local_.id) && isQuorum(durable_.accepted, ids)) {
        becomeMaster(now);
    }
}

void Cluster::onState(const NodeInfo& from, const json& message, Clock::time_point now) {
    ClusterState state = stateFrom(partOf(message, "state"));
    const bool isCommitted = numberOf(message, "committed") == state.version;
    if (textOf(message, "to") != local_.id) {
        return;
    }
    if (isForeign(state.uuid)) {
        warnOnce("join validation on cluster state with a different cluster uuid " + state.uuid +
                 " than local cluster uuid " + durable_.accepted.uuid + ", rejecting");
        return;
    }
    ClusterState& accepted = durable_.accepted;
    const std::pair offered{state.term, state.version};
    const bool outdated =
        state.term < durable_.currentTerm || offered < std::pair{accepted.term, accepted.version};
    if (!outdated) {
        if (durable_.currentTerm != state.term || offered != std::pair{accepted.term, accepted.version}) {
            durable_.currentTerm = state.term;
            accepted = std::move(state);
            step_.changed = true;
        } else {
            // What is not on disk: a node that was started again has forgotten it.
            accepted.recovered = state.recovered;
            accepted.transientSettings = std::move(state.transientSettings);
        }
        mode_ = Mode::follower;
        master_ = from;
        masterHeard_ = now;
        nextElection_.reset();
        if (isCommitted) {
            apply();
        }
    }
    say(from.transportAddress, "acknowledged",
        {{"to", from.id},
         {"term", durable_.currentTerm},
         {"version", outdated ? std::int64_t{0} : durable_.accepted.version}});
    const NodeInfo* self = findNode(durable_.accepted.nodes, local_.id);
    if (!outdated && (self == nullptr || *self != local_) && now >= nextJoin_) {
        nextJoin_ = now + config_.heartbeatInterval;
        say(from.transportAddress, "join", {{"uuid", committedUuid()}});
    }
}

// The accepted state is committed: from now on it is what this node shows.
void Cluster::apply() {
    ClusterState& accepted = durable_.accepted;
    if (!durable_.uuidCommitted || accepted.committedVoting != accepted.votingNodes) {
        durable_.uuidCommitted = true;
        accepted.committedVoting = accepted.votingNodes;
        step_.changed = true;
    }
    applied_ = accepted;
    std::ranges::sort(applied_.nodes, {}, &NodeInfo::name);
    attempts_ = 0;
    if (!std::exchange(everHadMaster_, true)) {
        remark("cluster UUID set to [" + accepted.uuid + "]");
    }
    if (masterId_ != accepted.masterId) {
        const NodeInfo* master = findNode(accepted.nodes, accepted.masterId);
        remark("master node changed {previous [" + masterId_.value_or("") + "], current [" +
               (master == nullptr ? accepted.masterId : describe(*master)) + "]}");
        masterId_ = accepted.masterId;
    }
}

void Cluster::loseMaster(const std::string& reason, Clock::time_point now) {
    if (masterId_) {
        remark("master node changed {previous [" + *masterId_ + "], current []}, reason: " + reason);
    }
    masterId_.reset();
    mode_ = Mode::candidate;
    nextRound_ = now;
    nextElection_.reset();
    voters_.clear();
    acknowledged_.clear();
    joiners_.clear();
    recoverAt_.reset();
}

} // namespace standin
