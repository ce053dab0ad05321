// The tables a SELECT can read: sys.cluster, sys.nodes, sys.health, sys.cluster_health, sys.checks, sys.node_checks,
// sys.shards, sys.users and the columns of doc.t. Pure over the node's facts and the cluster; makes rows, evaluates nothing.
#pragma once

#include "tests/standin/cluster.hpp"
#include "tests/standin/node.hpp"
#include "tests/standin/sql_statement.hpp"

namespace standin::sql {

// Numbers of CrateDB's types as ?types shows them.
enum class Type {
    null = 0,
    text = 4,
    boolean = 3,
    real = 6,
    integer = 9,
    bigInt = 10,
    object = 12,
    array = 100
};

struct Relation {
    nlohmann::ordered_json columns; // name -> a value of the column's type; objects hold their own columns
    std::vector<nlohmann::ordered_json> rows;
};

// The table doc.t comes without its rows: they are where its primary is.
// RelationUnknown 4041, SchemaUnknown 4045, 5031 for what cannot be read without a master, or 5035 for what cannot be
// read before enough nodes are there.
// `acknowledged` are the node checks that a user acknowledged.
[[nodiscard]] Result<Relation> findRelation(const RelationName& name, const Node& node,
                                            const Cluster& cluster,
                                            const std::set<std::int64_t>& acknowledged);

// The row of sys.nodes that a node tells the others about itself.
[[nodiscard]] nlohmann::ordered_json nodeFacts(const Node& node);

[[nodiscard]] Error masterNotDiscovered();
[[nodiscard]] Error stateNotRecovered();
[[nodiscard]] Error relationUnknown(const RelationName& name);

// The value below `path`, or nothing when there is no such column.
[[nodiscard]] const nlohmann::ordered_json* find(const nlohmann::ordered_json& row, const ColumnPath& path);

[[nodiscard]] Type typeOf(const nlohmann::ordered_json& sample);

} // namespace standin::sql
