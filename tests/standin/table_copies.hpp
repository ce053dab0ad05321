// The rows of table doc.t in a cluster: who asks whom, and how the replica gets what the primary has.
// Owns the requests under way and the replica's progress; the table file and the cluster are the caller's, messages go
// out as values. An insert is answered only after the primary and, if there is one to wait for, the replica have it on
// disk. A message may be for this node itself.
#pragma once

#include "tests/standin/cluster.hpp"
#include "tests/standin/table_store.hpp"

namespace standin {

class TableCopies {
public:
    using Clock = Cluster::Clock;
    using Messages = std::vector<Cluster::Message>;

    // `incarnation` is another one at every start of the process.
    TableCopies(const Cluster& cluster, TableStore& store, std::string incarnation)
        : cluster_(cluster), store_(store), incarnation_(std::move(incarnation)) {}

    // {"what": "change", "change": see cluster_change.hpp}, {"what": "insert", "entries": [[id, …], …]} or
    // {"what": "read"}.
    [[nodiscard]] std::uint64_t submit(nlohmann::json request, Clock::time_point now);
    // What became of it, once: {"results": [rowcount or -1 for a duplicate, …]}, {"rows": […]} or {"failed": reason}.
    [[nodiscard]] std::optional<nlohmann::json> take(std::uint64_t ticket);
    [[nodiscard]] bool isDone(std::uint64_t ticket) const;
    void forget(std::uint64_t ticket) { requests_.erase(ticket); }

    // To be called after every change of the cluster, and at least every kPace while isBusy().
    [[nodiscard]] Result<Messages> tick(Clock::time_point now);
    [[nodiscard]] Result<Messages> receive(const nlohmann::json& message, Clock::time_point now);
    [[nodiscard]] bool isBusy() const;

    static constexpr std::chrono::milliseconds kPace{50};

private:
    struct Request {
        nlohmann::json body;
        std::string askedId; // whom it was sent to; a request that may have been executed is not sent again
        Clock::time_point deadline;
        std::optional<nlohmann::json> outcome;
        std::string id; // of a change, for the master
    };

    struct Write {
        std::string address;
        nlohmann::json answer;
        std::size_t rows; // how many rows each copy that counts must have
    };

    // How far a copy is, by its allocation.
    struct Progress {
        std::size_t copied = 0; // rows it has on disk
        bool awaited = false;   // the master was told that it is complete
        Clock::time_point next;
    };

    [[nodiscard]] const NodeInfo* liveNode(const std::string& id) const;
    [[nodiscard]] bool isPrimary() const;
    [[nodiscard]] Result<void> prepareStore();
    void ask(std::uint64_t ticket, Request& request, Clock::time_point now);
    void askMaster(Request& request, Clock::time_point now);
    void sendCopies(Clock::time_point now);
    void sendCopy(const Copy& copy, Clock::time_point now);
    void answerWrites();
    [[nodiscard]] Result<void> onAsk(const NodeInfo& from, const nlohmann::json& message,
                                     Clock::time_point now);
    [[nodiscard]] Result<nlohmann::json> insert(const nlohmann::json& entries);
    [[nodiscard]] Result<void> onCopy(const NodeInfo& from, const nlohmann::json& message);
    void onCopied(const nlohmann::json& message, Clock::time_point now);
    void say(const std::string& address, const char* kind, nlohmann::json body);

    const Cluster& cluster_;
    TableStore& store_;
    std::string incarnation_;
    Messages messages_;
    std::map<std::uint64_t, Request> requests_;
    std::uint64_t lastTicket_ = 0;
    std::vector<Write> writes_;
    std::map<std::int64_t, Progress> progress_;
};

} // namespace standin
