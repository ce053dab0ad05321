// See sql_relations.hpp. What needs a master and what does not follows the real tables: sys.cluster and sys.nodes are
// answered by the node alone (a missing master is a NULL there), the rest is not.
#include "tests/standin/sql_relations.hpp"

#include <sys/statvfs.h>

namespace standin::sql {

namespace {

using nlohmann::ordered_json;

Relation clusterRelation(const Node& node, const Cluster& cluster) {
    ordered_json row{{"id", cluster.visibleUuid()}, {"name", node.clusterName}, {"master_node", ""}};
    const ordered_json columns = row;
    row["master_node"] = cluster.hasMaster() ? ordered_json(*cluster.masterId()) : ordered_json();
    return {columns, {row}};
}

ordered_json fsColumns(const Node& node) {
    struct statvfs stats{};
    std::uint64_t size = 0;
    std::uint64_t available = 0;
    if (statvfs(node.dataPath.c_str(), &stats) == 0) {
        size = stats.f_blocks * stats.f_frsize;
        available = stats.f_bavail * stats.f_frsize;
    }
    return {{"total", {{"size", size}, {"used", size - available}, {"available", available}}}};
}

// Of this node as it is now, of the others as they were when they joined.
Relation nodesRelation(const Node& node, const Cluster& cluster) {
    Relation relation;
    for (const NodeInfo& each : cluster.nodes()) {
        ordered_json row =
            each.id == node.id ? nodeFacts(node) : ordered_json::parse(each.facts, nullptr, false);
        if (row.is_object()) {
            row["is_master"] = cluster.masterId() == each.id;
            relation.rows.push_back(std::move(row));
        }
    }
    relation.columns = nodeFacts(node);
    relation.columns["is_master"] = false;
    return relation;
}

bool isLive(const Cluster& cluster, const std::string& id) {
    return findNode(cluster.shared().nodes, id) != nullptr;
}

// RED without the primary, YELLOW when there are nodes enough for a replica and none is complete.
ordered_json health(const Cluster& cluster) {
    const TableRouting& table = cluster.table();
    const bool isMissing = !table.type.empty() && !isLive(cluster, table.primary);
    const bool isReplicated = table.replicaInSync && isLive(cluster, table.replica);
    const bool isThin = !table.type.empty() && cluster.shared().nodes.size() > 1 && !isReplicated;
    return {{"health", isMissing ? "RED"
                       : isThin  ? "YELLOW"
                                 : "GREEN"},
            {"severity", isMissing ? 3
                         : isThin  ? 2
                                   : 1},
            {"missing_shards", isMissing ? 1 : 0},
            {"underreplicated_shards", isThin && !isMissing ? 1 : 0}};
}

// No rows without a master: the node has no table metadata then, which makes an empty sys.health no proof of health.
Relation healthRelation(const Cluster& cluster) {
    ordered_json row = health(cluster);
    row["partition_ident"] = nullptr;
    row["table_name"] = "t";
    row["table_schema"] = "doc";
    Relation relation{row, {}};
    if (cluster.hasMaster() && !cluster.table().type.empty()) {
        relation.rows.push_back(row);
    }
    return relation;
}

Relation clusterHealthRelation(const Cluster& cluster) {
    ordered_json row = health(cluster);
    row["description"] = "";
    row["pending_tasks"] = 0;
    return {row, {row}};
}

// The three checks of the gateway settings; they fail when the expected number of nodes is not the real one.
Relation nodeChecksRelation(const Node& node, const Cluster& cluster) {
    Relation relation;
    const auto count = static_cast<int>(cluster.nodes().size());
    const int expected = node.expectedDataNodes;
    const int least = node.recoverAfterDataNodes;
    for (int id = 1; id <= 3; ++id) {
        const bool isExpected = expected == -1 || expected == count;
        const bool isMajority = expected == -1 || least == -1 || (least > expected / 2 && least <= expected);
        const bool passed = id == 1 ? isExpected : id == 3 || isMajority;
        relation.rows.push_back({{"id", id},
                                 {"node_id", node.id},
                                 {"severity", 3},
                                 {"description", "gateway settings check of the " + std::string(kDisclaimer)},
                                 {"acknowledged", false},
                                 {"passed", passed}});
    }
    relation.columns = relation.rows.front();
    return relation;
}

// Partitions near the limit and tables that must be made anew: this stand-in has neither.
Relation checksRelation() {
    Relation relation;
    for (const int id : {2, 3}) {
        relation.rows.push_back({{"id", id},
                                 {"severity", id},
                                 {"description", "check of the " + std::string(kDisclaimer)},
                                 {"passed", true}});
    }
    relation.columns = relation.rows.front();
    return relation;
}

ordered_json shard(const Cluster& cluster, bool primary) {
    const TableRouting& table = cluster.table();
    const std::string& id = primary ? table.primary : table.replica;
    const NodeInfo* node = findNode(cluster.shared().nodes, id);
    const char* state = node == nullptr                  ? "UNASSIGNED"
                        : primary || table.replicaInSync ? "STARTED"
                                                         : "INITIALIZING";
    return {{"schema_name", "doc"},
            {"table_name", "t"},
            {"id", 0},
            {"primary", primary},
            {"state", state},
            {"routing_state", state},
            {"node", {{"id", id}, {"name", node == nullptr ? "" : node->name}}}};
}

Relation shardsRelation(const Cluster& cluster) {
    Relation relation{shard(cluster, true), {}};
    if (!cluster.table().type.empty()) {
        relation.rows.push_back(shard(cluster, true));
    }
    if (!cluster.table().replica.empty()) {
        relation.rows.push_back(shard(cluster, false));
    }
    return relation;
}

Result<Relation> systemRelation(const RelationName& name, const Node& node, const Cluster& cluster) {
    if (name.table == "cluster") {
        return clusterRelation(node, cluster);
    }
    if (name.table == "nodes") {
        return nodesRelation(node, cluster);
    }
    if (name.table == "health") {
        return healthRelation(cluster);
    }
    if (name.table == "node_checks") {
        return nodeChecksRelation(node, cluster);
    }
    const bool ofMaster = name.table == "cluster_health" || name.table == "shards" || name.table == "checks";
    if (!ofMaster) {
        return std::unexpected(relationUnknown(name));
    }
    if (!cluster.hasMaster()) {
        return std::unexpected(masterNotDiscovered());
    }
    if (name.table == "checks") {
        return checksRelation();
    }
    return name.table == "shards" ? shardsRelation(cluster) : clusterHealthRelation(cluster);
}

} // namespace

Result<Relation> findRelation(const RelationName& name, const Node& node, const Cluster& cluster) {
    if (name.schema == "sys") {
        return systemRelation(name, node, cluster);
    }
    if (name.schema != "doc") {
        return std::unexpected(
            Error{404, 4045, "SchemaUnknownException[Schema '" + name.schema + "' unknown]"});
    }
    if (!cluster.hasMaster()) {
        return std::unexpected(masterNotDiscovered());
    }
    if (name.table != "t" || cluster.table().type.empty()) {
        return std::unexpected(relationUnknown(name));
    }
    return Relation{{{"id", cluster.table().type == "text" ? ordered_json("") : ordered_json(0)}}, {}};
}

ordered_json nodeFacts(const Node& node) {
    ordered_json attributes = ordered_json::object();
    for (const auto& [key, value] : node.attributes) {
        attributes[key] = value;
    }
    return {
        {"id", node.id},
        {"name", node.name},
        {"hostname", node.hostname},
        {"rest_url", node.restUrl},
        {"attributes", attributes},
        {"port", {{"http", node.httpPort}, {"transport", node.transportPort}, {"psql", node.psqlPort}}},
        {"heap", {{"free", node.heapBytes}, {"used", 0}, {"max", node.heapBytes}}},
        {"version", {{"number", node.version}, {"build_hash", kDisclaimer}, {"build_snapshot", false}}},
        {"fs", fsColumns(node)},
    };
}

Error masterNotDiscovered() {
    return {503, 5031, "MasterNotDiscoveredException[master not discovered or elected yet]"};
}

Error relationUnknown(const RelationName& name) {
    const std::string shown = name.schema == "doc" ? name.table : name.qualified();
    return {404, 4041, "RelationUnknown[Relation '" + shown + "' unknown]"};
}

const ordered_json* find(const ordered_json& row, const ColumnPath& path) {
    const ordered_json* value = &row;
    for (const std::string& part : path.parts) {
        if (!value->is_object() || !value->contains(part)) {
            return nullptr;
        }
        value = &value->at(part);
    }
    return value;
}

Type typeOf(const ordered_json& sample) {
    switch (sample.type()) {
    case ordered_json::value_t::string: return Type::text;
    case ordered_json::value_t::boolean: return Type::boolean;
    case ordered_json::value_t::number_float: return Type::real;
    case ordered_json::value_t::number_integer:
    case ordered_json::value_t::number_unsigned: return Type::bigInt;
    case ordered_json::value_t::object: return Type::object;
    case ordered_json::value_t::array: return Type::array;
    default: return Type::null;
    }
}

} // namespace standin::sql
