// See sql_relations.hpp. What needs a master and what does not follows the real tables: sys.cluster and sys.nodes are
// answered by the node alone (a missing master is a NULL there), the rest is not.
#include "tests/standin/sql_relations.hpp"

#include "tests/standin/host_based.hpp"
#include "tests/standin/shared_settings.hpp"

#include <algorithm>
#include <sys/statvfs.h>

namespace standin::sql {

namespace {

using nlohmann::ordered_json;

Relation clusterRelation(const Node& node, const Cluster& cluster) {
    ordered_json row{{"id", cluster.visibleUuid()},
                     {"name", node.clusterName},
                     {"master_node", ""},
                     {"settings", settingsObject(cluster.shared(), cluster.config().configured)}};
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

ordered_json health(const Cluster& cluster) {
    const TableHealth health = healthOf(cluster.table(), cluster.shared().nodes);
    return {{"health", health.isRed()     ? "RED"
                       : health.isGreen() ? "GREEN"
                                          : "YELLOW"},
            {"severity", health.isRed()     ? 3
                         : health.isGreen() ? 1
                                            : 2},
            {"missing_shards", health.missing},
            {"underreplicated_shards", health.underreplicated}};
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

// A state that is not recovered: since 6.2 only its block is looked at, and it is not one that makes the health RED.
Relation clusterHealthRelation(const Node& node, const Cluster& cluster) {
    ordered_json row = health(cluster);
    if (!cluster.isRecovered()) {
        const bool isYellow = node.line >= kUnrecoveredIsOk;
        row["health"] = isYellow ? "YELLOW" : "RED";
        row["severity"] = isYellow ? 2 : 3;
    }
    row["description"] = "";
    row["pending_tasks"] = 0;
    return {row, {row}};
}

// The three checks of the gateway settings; the first two are of high severity, the third of medium.
Relation nodeChecksRelation(const Node& node, const Cluster& cluster,
                            const std::set<std::int64_t>& acknowledged) {
    Relation relation;
    const std::vector<NodeInfo> nodes = cluster.nodes();
    const auto data = static_cast<int>(std::ranges::count_if(nodes, &NodeInfo::dataNode));
    for (const int id : {1, 2, 3}) {
        relation.rows.push_back(
            {{"id", id},
             {"node_id", node.id},
             {"severity", id == 3 ? 2 : 3},
             {"description", "gateway settings check of the " + std::string(kDisclaimer)},
             {"acknowledged", acknowledged.contains(id)},
             {"passed", node.gateway.passesCheck(id, data, static_cast<int>(nodes.size()))}});
    }
    relation.columns = relation.rows.front();
    return relation;
}

// Partitions near the limit and tables that must be recreated: this stand-in has neither.
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

ordered_json shard(const Cluster& cluster, const std::string& id, bool primary, const char* state) {
    const NodeInfo* node = findNode(cluster.shared().nodes, id);
    const bool isThere = node != nullptr && std::string_view(state) != "UNASSIGNED";
    const auto& replicas = cluster.table().replicas;
    const auto target = std::ranges::find(replicas, id, &Copy::relocates);
    const bool isMoving = isThere && target != replicas.end();
    return {{"schema_name", "doc"},
            {"table_name", "t"},
            {"id", 0},
            {"primary", primary},
            {"state", state},
            {"routing_state", isMoving ? "RELOCATING" : state},
            {"relocating_node", isMoving ? ordered_json(target->node) : ordered_json()},
            {"node",
             {{"id", isThere ? ordered_json(id) : ordered_json()},
              {"name", isThere ? ordered_json(node->name) : ordered_json()}}}};
}

// One row for the primary and one for each replica there should be; a copy that is to replace one has none of its own.
Relation shardsRelation(const Cluster& cluster) {
    const TableRouting& table = cluster.table();
    const std::vector<NodeInfo>& nodes = cluster.shared().nodes;
    Relation relation;
    relation.columns = shard(cluster, "", true, "STARTED");
    relation.columns["node"] = {{"id", ""}, {"name", ""}};
    relation.columns["relocating_node"] = "";
    if (table.type.empty()) {
        return relation;
    }
    relation.rows.push_back(
        shard(cluster, table.primary, true, hasPrimary(table, nodes) ? "STARTED" : "UNASSIGNED"));
    std::size_t replicas = 0;
    for (const Copy& copy : table.replicas) {
        if (copy.relocates.empty()) {
            ++replicas;
            const bool isThere = hasPrimary(table, nodes) && findNode(nodes, copy.node) != nullptr;
            relation.rows.push_back(shard(cluster, copy.node, false,
                                          !isThere      ? "UNASSIGNED"
                                          : copy.inSync ? "STARTED"
                                                        : "INITIALIZING"));
        }
    }
    for (; replicas < wantedReplicas(nodes); ++replicas) {
        relation.rows.push_back(shard(cluster, "", false, "UNASSIGNED"));
    }
    return relation;
}

Relation usersRelation(const Cluster& cluster) {
    Relation relation{{{"name", ""}, {"superuser", true}, {"password", ""}}, {}};
    relation.rows.push_back({{"name", kSuperuser}, {"superuser", true}, {"password", nullptr}});
    for (const auto& [name, user] : cluster.shared().users) {
        relation.rows.push_back(
            {{"name", name},
             {"superuser", false},
             {"password", user.password.empty() ? ordered_json() : ordered_json("********")}});
    }
    return relation;
}

Result<Relation> systemRelation(const RelationName& name, const Node& node, const Cluster& cluster,
                                const std::set<std::int64_t>& acknowledged) {
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
        return nodeChecksRelation(node, cluster, acknowledged);
    }
    if (name.table == "users") {
        return usersRelation(cluster);
    }
    const bool ofMaster = name.table == "cluster_health" || name.table == "shards" || name.table == "checks";
    if (!ofMaster) {
        return std::unexpected(relationUnknown(name));
    }
    if (!cluster.hasMaster()) {
        return std::unexpected(masterNotDiscovered());
    }
    if (name.table == "cluster_health") {
        return clusterHealthRelation(node, cluster);
    }
    if (!cluster.isRecovered()) {
        return std::unexpected(stateNotRecovered());
    }
    return name.table == "shards" ? shardsRelation(cluster) : checksRelation();
}

} // namespace

Result<Relation> findRelation(const RelationName& name, const Node& node, const Cluster& cluster,
                              const std::set<std::int64_t>& acknowledged) {
    if (name.schema == "sys") {
        return systemRelation(name, node, cluster, acknowledged);
    }
    if (name.schema != "doc") {
        return std::unexpected(
            Error{404, 4045, "SchemaUnknownException[Schema '" + name.schema + "' unknown]"});
    }
    if (!cluster.isRecovered()) {
        return std::unexpected(cluster.hasMaster() ? stateNotRecovered() : masterNotDiscovered());
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

Error stateNotRecovered() {
    return {503, 5035,
            "ClusterBlockException[blocked by: [SERVICE_UNAVAILABLE/1/state not recovered / initialized];]"};
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
