// Executes parsed statements against the node and answers in the JSON of CrateDB's _sql endpoint.
// Owns nothing: node, cluster and table are the caller's. Decommissioning is reported to the caller, who ends the
// process later. Knows no HTTP beyond the status number.
#pragma once

#include "tests/standin/sql_relations.hpp"

#include <chrono>
#include <functional>

namespace standin::sql {

struct Reply {
    int status = 200;
    std::string body;
};

class Engine {
public:
    Engine(const Node& node, const Cluster& cluster, TableStore& table,
           std::function<void(const NodeInfo&)> decommission);

    // `body` is the request's JSON document; `includeTypes` adds "col_types".
    [[nodiscard]] Reply handle(std::string_view body, bool includeTypes);

private:
    struct Outcome {
        std::vector<std::string> columns;
        std::vector<Type> types;
        std::vector<nlohmann::ordered_json> rows; // arrays
        std::int64_t rowCount = 0;
    };

    [[nodiscard]] Result<Outcome> execute(const Statement& statement);
    [[nodiscard]] Result<Outcome> run(const Select& select) const;
    [[nodiscard]] Result<Outcome> run(const Decommission& decommission) const;
    [[nodiscard]] Result<Outcome> run(const CreateTable& create);
    [[nodiscard]] Result<Outcome> run(const Insert& insert);
    [[nodiscard]] Result<Outcome> run(const Refresh& refresh) const;
    [[nodiscard]] Result<nlohmann::ordered_json> request(std::string_view text, bool includeTypes);
    [[nodiscard]] Result<nlohmann::ordered_json> bulk(const std::string& text,
                                                      const nlohmann::json& bulkArgs);

    const Node& node_;
    const Cluster& cluster_;
    TableStore& table_;
    std::function<void(const NodeInfo&)> decommission_;
};

} // namespace standin::sql
