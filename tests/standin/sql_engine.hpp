// Executes parsed statements against the node and answers in the JSON of CrateDB's _sql endpoint.
// Owns nothing: node, cluster and table are the caller's. What other nodes must do takes its time: the statement gets a
// ticket then, and the caller asks again. Decommissioning is reported to the caller, who ends the
// process later. Knows no HTTP beyond the status number.
#pragma once

#include "tests/standin/sql_relations.hpp"
#include "tests/standin/table_copies.hpp"

#include <chrono>
#include <functional>

namespace standin::sql {

struct Reply {
    int status = 200;
    std::string body;
};

class Engine {
public:
    Engine(const Node& node, const Cluster& cluster, TableCopies& copies,
           std::function<void(const NodeInfo&)> decommission);

    using Ticket = std::optional<std::uint64_t>;

    struct Asked {
        std::string_view body;     // the request's JSON document
        bool includeTypes = false; // adds "col_types"
        std::string_view user;
    };

    // Nothing is returned while other nodes are at work: the call is to be repeated with the same arguments and the
    // ticket it gave.
    [[nodiscard]] std::optional<Reply> handle(const Asked& asked, Ticket& ticket);
    [[nodiscard]] bool isDone(std::uint64_t ticket) const { return copies_.isDone(ticket); }
    void forget(std::uint64_t ticket) { copies_.forget(ticket); }

private:
    struct Outcome {
        std::vector<std::string> columns;
        std::vector<Type> types;
        std::vector<nlohmann::ordered_json> rows; // arrays
        std::int64_t rowCount = 0;
    };

    [[nodiscard]] Result<Outcome> execute(const Statement& statement);
    [[nodiscard]] Result<Outcome> run(const Select& select);
    [[nodiscard]] Result<Outcome> run(const Decommission& decommission) const;
    [[nodiscard]] Result<Outcome> run(const CreateTable& create);
    [[nodiscard]] Result<Outcome> run(const Insert& insert);
    [[nodiscard]] Result<Outcome> run(const Refresh& refresh) const;
    [[nodiscard]] Result<Outcome> run(const SetGlobal& set);
    [[nodiscard]] Result<Outcome> run(const ResetGlobal& reset);
    [[nodiscard]] Result<Outcome> run(const ChangeUser& statement);
    [[nodiscard]] Result<Outcome> run(const AcknowledgeCheck& update);
    [[nodiscard]] Result<Outcome> change(nlohmann::json change, std::int64_t rowCount = 1);
    [[nodiscard]] Result<void> mayRun(const Statement& statement) const;
    [[nodiscard]] Result<void> mayWrite() const;
    [[nodiscard]] Result<nlohmann::ordered_json> request(std::string_view text, bool includeTypes);
    [[nodiscard]] Result<nlohmann::json> idsOf(const Insert& insert) const;
    [[nodiscard]] Result<nlohmann::json> fromCluster(nlohmann::json request);
    [[nodiscard]] Result<nlohmann::ordered_json> bulk(const std::string& text,
                                                      const nlohmann::json& bulkArgs);

    const Node& node_;
    const Cluster& cluster_;
    TableCopies& copies_;
    std::function<void(const NodeInfo&)> decommission_;
    std::optional<nlohmann::json> arrived_; // what the cluster answered to the statement being executed
    Ticket submitted_;
    std::string user_;                    // who asks for the statement being executed
    std::set<std::int64_t> acknowledged_; // node checks, until the node ends
};

} // namespace standin::sql
