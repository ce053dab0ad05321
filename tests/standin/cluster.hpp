// Who is in the cluster and who is its master: discovery, bootstrap vote, election, publication and failure detection.
// Owns the node's part in the agreement; never opens a socket, a file or a clock. Messages and the time come in as
// values; what is to be sent, said and stored goes out as a Step. A state counts once more than half of its voters
// have it on disk, and no node becomes master without more than half of the votes of a term: two clusters cannot agree
// on different things under one id.
#pragma once

#include "tests/standin/bootstrap_vote.hpp"

#include <deque>
#include <functional>
#include <map>

namespace standin {

class Cluster {
public:
    using Clock = std::chrono::steady_clock;

    struct Message {
        std::string address;
        nlohmann::json body;
    };

    struct Remark {
        bool warning = false;
        std::string text;
    };

    struct Step {
        std::vector<Message> messages; // to be sent once durable() is on disk
        std::vector<Remark> remarks;
        bool changed = false; // durable() must be written
    };

    Cluster(NodeInfo local, ClusterConfig config, Durable durable, std::function<std::string()> newUuid,
            Clock::time_point now);

    // To be called at nextTick() or earlier. `seeds` are "host:port", read again by the caller every time.
    [[nodiscard]] Step tick(std::span<const std::string> seeds, Clock::time_point now);
    [[nodiscard]] Step receive(const nlohmann::json& message, Clock::time_point now);
    [[nodiscard]] Clock::time_point nextTick() const;

    // Takes the node out of the network (or puts it back): no message gets in or out.
    void setIsolated(bool isolated, Clock::time_point now);

    [[nodiscard]] const NodeInfo& local() const { return local_; }
    [[nodiscard]] const Durable& durable() const { return durable_; }
    [[nodiscard]] bool hasMaster() const { return masterId_.has_value(); }
    [[nodiscard]] const std::optional<std::string>& masterId() const { return masterId_; }
    // The cluster's nodes by name; without a master only this one.
    [[nodiscard]] std::vector<NodeInfo> nodes() const;
    // What the cluster agreed on when this node last had a master.
    [[nodiscard]] const ClusterState& shared() const { return applied_; }
    // Whether there is a master and it has taken the tables back; until then there are none.
    [[nodiscard]] bool isRecovered() const { return hasMaster() && applied_.recovered; }
    [[nodiscard]] const TableRouting& table() const { return applied_.recovered ? applied_.table : noTable_; }
    [[nodiscard]] const ClusterConfig& config() const { return config_; }
    // The id as the node itself sees it: "_na_" until it has had a master since its start.
    [[nodiscard]] std::string visibleUuid() const;
    // Why there is no master, in CrateDB's words. `seedAddresses` are what the seed providers returned.
    [[nodiscard]] std::string describeMissingMaster(std::span<const std::string> seedAddresses) const;
    // A message of this node to another, for what is not the cluster's business.
    [[nodiscard]] nlohmann::json letter(const char* kind,
                                        nlohmann::json body = nlohmann::json::object()) const;

private:
    enum class Mode { candidate, follower, master };

    struct Peer {
        NodeInfo node;
        std::string uuid; // of the cluster it belongs to for life, or empty
        NodeInfo master;  // the master it follows; empty id if there is none
        Clock::time_point heard;
    };

    struct Acknowledged {
        std::int64_t version = 0;
        Clock::time_point heard;
    };

    // Candidates: cluster.cpp and cluster_election.cpp.
    void discover(std::span<const std::string> seeds, Clock::time_point now);
    void learn(const NodeInfo& from, const nlohmann::json& message, Clock::time_point now);
    void campaign(Clock::time_point now);
    [[nodiscard]] bool askToJoin(Clock::time_point now);
    void voteInitialConfiguration(Clock::time_point now);
    void startElection(Clock::time_point now);
    void onVoteRequest(const NodeInfo& from, const nlohmann::json& message, Clock::time_point now);
    void onVoted(const NodeInfo& from, const nlohmann::json& message, Clock::time_point now);
    [[nodiscard]] bool mayVoteFor(const NodeInfo& from, const nlohmann::json& message,
                                  Clock::time_point now) const;
    [[nodiscard]] Clock::duration electionDelay() const;
    [[nodiscard]] nlohmann::json introduction() const;
    [[nodiscard]] std::string committedUuid() const;
    [[nodiscard]] bool isForeign(const std::string& uuid) const;

    // Followers: cluster_election.cpp.
    void onState(const NodeInfo& from, const nlohmann::json& message, Clock::time_point now);
    void apply();
    void loseMaster(const std::string& reason, Clock::time_point now);

    // The master: cluster_master.cpp.
    void becomeMaster(Clock::time_point now);
    void lead(Clock::time_point now);
    void update(Clock::time_point now);
    void publish(ClusterState next, Clock::time_point now);
    void commitIfAcknowledged(Clock::time_point now);
    void sendState(Clock::time_point now);
    void onJoin(const NodeInfo& from, const nlohmann::json& message, Clock::time_point now);
    void onAcknowledged(const NodeInfo& from, const nlohmann::json& message, Clock::time_point now);
    void onWish(const nlohmann::json& message, Clock::time_point now);
    void recoverWhenDue(ClusterState& next, Clock::time_point now);
    void takeGoneAndCome(ClusterState& next, Clock::time_point now);
    [[nodiscard]] std::string refusalOf(const NodeInfo& joiner, const std::string& uuid,
                                        Clock::time_point now) const;
    [[nodiscard]] bool isAlive(const std::string& id, Clock::time_point now) const;

    void say(const std::string& address, const char* kind, nlohmann::json body);
    void remark(std::string text) { step_.remarks.push_back({false, std::move(text)}); }
    void warnOnce(std::string text);

    NodeInfo local_;
    ClusterConfig config_;
    Durable durable_;
    BootstrapVote vote_;
    std::function<std::string()> newUuid_;
    Clock::time_point started_;

    Mode mode_ = Mode::candidate;
    ClusterState applied_;
    std::optional<std::string> masterId_; // set once a state of this master is committed
    bool isolated_ = false;
    bool everHadMaster_ = false;
    Step step_;
    std::set<std::string> warned_;

    std::map<std::string, Peer> peers_; // by id
    std::set<std::string> heardOf_;     // addresses that others gave
    Clock::time_point nextRound_;
    Clock::time_point nextJoin_;
    std::optional<Clock::time_point> nextElection_;
    unsigned attempts_ = 0;
    std::map<std::string, NodeInfo> voters_; // who voted for this node in the current term

    NodeInfo master_; // whom this node follows
    Clock::time_point masterHeard_;

    std::map<std::string, Acknowledged> acknowledged_; // by id
    std::map<std::string, NodeInfo> joiners_;
    std::vector<nlohmann::json> wishes_;         // changes to make with the next state
    std::deque<std::string> known_;              // ids of the latest wishes: each is made once
    std::set<std::int64_t> synced_;              // allocations of copies that have everything
    std::optional<Clock::time_point> recoverAt_; // when gateway.recover_after_time is over
    TableRouting noTable_;
    std::int64_t committedVersion_ = 0;
    Clock::time_point nextHeartbeat_;
};

} // namespace standin
