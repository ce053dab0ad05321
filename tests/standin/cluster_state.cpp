// See cluster_state.hpp.
#include "tests/standin/cluster_state.hpp"

#include <algorithm>
#include <iterator>

namespace standin {

namespace {

using nlohmann::json;

bool hasMajority(const std::vector<std::string>& voting, const std::set<std::string>& present) {
    const auto count =
        std::ranges::count_if(voting, [&present](const std::string& id) { return present.contains(id); });
    return static_cast<std::size_t>(count) * 2 > voting.size();
}

} // namespace

const NodeInfo* findNode(std::span<const NodeInfo> nodes, std::string_view id) {
    const auto found = std::ranges::find(nodes, id, &NodeInfo::id);
    return found == nodes.end() ? nullptr : &*found;
}

std::string describe(const NodeInfo& node) {
    return "{" + node.name + "}{" + node.id + "}{" + node.address + "}{" + node.transportAddress + "}";
}

std::string joined(std::span<const std::string> words) {
    std::string text;
    for (const std::string& word : words) {
        text += (text.empty() ? "" : ", ") + word;
    }
    return "[" + text + "]";
}

bool isQuorum(const ClusterState& state, const std::set<std::string>& present) {
    return hasMajority(state.votingNodes, present) &&
           (state.committedVoting.empty() || hasMajority(state.committedVoting, present));
}

std::vector<std::string> reconfigure(const std::vector<std::string>& voting, std::span<const NodeInfo> live,
                                     const std::string& masterId) {
    std::vector<std::string> order; // live voters, live others, the rest; the master before all
    std::set<std::string> liveIds;
    for (const NodeInfo& node : live) {
        if (node.masterEligible) {
            liveIds.insert(node.id);
        }
    }
    if (liveIds.contains(masterId)) {
        order.push_back(masterId);
    }
    const auto add = [&order](const std::string& id) {
        if (std::ranges::find(order, id) == order.end()) {
            order.push_back(id);
        }
    };
    std::ranges::for_each(voting, [&](const std::string& id) { liveIds.contains(id) ? add(id) : void(); });
    std::ranges::for_each(liveIds, add);
    std::ranges::for_each(voting, add);
    const std::size_t odd = liveIds.size() - (liveIds.size() % 2 == 0 ? 1 : 0);
    const std::size_t least = voting.size() < 3 ? 1 : 3;
    order.resize(std::min(order.size(), liveIds.empty() ? voting.size() : std::max(odd, least)));
    std::vector<std::string> sorted = voting;
    std::ranges::sort(sorted);
    std::vector<std::string> wanted = order;
    std::ranges::sort(wanted);
    return wanted == sorted || !hasMajority(order, liveIds) ? voting : order;
}

std::string textOf(const json& object, const char* key) {
    const json value = partOf(object, key);
    return value.is_string() ? value.get<std::string>() : "";
}

std::int64_t numberOf(const json& object, const char* key) {
    const json value = partOf(object, key);
    return value.is_number_integer() ? value.get<std::int64_t>() : 0;
}

bool flagOf(const json& object, const char* key) { return partOf(object, key) == json(true); }

std::vector<std::string> textsOf(const json& object, const char* key) {
    std::vector<std::string> texts;
    for (const json& item : partOf(object, key)) {
        if (item.is_string()) {
            texts.push_back(item.get<std::string>());
        }
    }
    return texts;
}

json partOf(const json& object, const char* key) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    return found == object.end() ? json() : *found;
}

json toJson(const NodeInfo& node) {
    return {{"id", node.id},
            {"name", node.name},
            {"hostname", node.hostname},
            {"address", node.address},
            {"transport_address", node.transportAddress},
            {"master_eligible", node.masterEligible},
            {"data_node", node.dataNode},
            {"facts", node.facts}};
}

namespace {

json toJson(const TableRouting& table) {
    json replicas = json::array();
    for (const Copy& copy : table.replicas) {
        replicas.push_back({{"node", copy.node},
                            {"in_sync", copy.inSync},
                            {"allocation", copy.allocation},
                            {"relocates", copy.relocates}});
    }
    return {{"type", table.type},       {"primary_key", table.primaryKey},
            {"primary", table.primary}, {"primary_active", table.primaryActive},
            {"replicas", replicas},     {"allocation", table.allocation}};
}

TableRouting tableFrom(const json& value) {
    TableRouting table{textOf(value, "type"),
                       flagOf(value, "primary_key"),
                       textOf(value, "primary"),
                       flagOf(value, "primary_active"),
                       {},
                       numberOf(value, "allocation")};
    for (const json& copy : partOf(value, "replicas")) {
        table.replicas.push_back({textOf(copy, "node"), flagOf(copy, "in_sync"), numberOf(copy, "allocation"),
                                  textOf(copy, "relocates")});
    }
    return table;
}

std::map<std::string, std::string> textMapFrom(const json& value) {
    std::map<std::string, std::string> texts;
    for (const auto& [name, text] : value.items()) {
        texts.emplace(name, text.is_string() ? text.get<std::string>() : "");
    }
    return texts;
}

} // namespace

json toJson(const ClusterState& state) {
    json users = json::object();
    for (const auto& [name, user] : state.users) {
        users[name] = {{"password", user.password}, {"all", user.mayDoAll}};
    }
    json nodes = json::array();
    std::ranges::transform(state.nodes, std::back_inserter(nodes),
                           [](const NodeInfo& node) { return toJson(node); });
    return {{"term", state.term},
            {"version", state.version},
            {"uuid", state.uuid},
            {"master", state.masterId},
            {"voting_nodes", state.votingNodes},
            {"committed_voting_nodes", state.committedVoting},
            {"table", toJson(state.table)},
            {"persistent", state.persistentSettings},
            {"transient", state.transientSettings},
            {"users", users},
            {"recovered", state.recovered},
            {"nodes", nodes}};
}

json toJson(const Durable& durable) {
    return {{"current_term", durable.currentTerm},
            {"cluster_uuid_committed", durable.uuidCommitted},
            {"state", toJson(durable.accepted)}};
}

NodeInfo nodeFrom(const json& value) {
    return {textOf(value, "id"),
            textOf(value, "name"),
            textOf(value, "hostname"),
            textOf(value, "address"),
            textOf(value, "transport_address"),
            flagOf(value, "master_eligible"),
            flagOf(value, "data_node"),
            textOf(value, "facts")};
}

ClusterState stateFrom(const json& value) {
    ClusterState state;
    state.term = numberOf(value, "term");
    state.version = numberOf(value, "version");
    state.uuid = textOf(value, "uuid");
    state.masterId = textOf(value, "master");
    state.votingNodes = textsOf(value, "voting_nodes");
    state.committedVoting = textsOf(value, "committed_voting_nodes");
    state.table = tableFrom(partOf(value, "table"));
    state.persistentSettings = textMapFrom(partOf(value, "persistent"));
    state.transientSettings = textMapFrom(partOf(value, "transient"));
    const json users = partOf(value, "users");
    for (const auto& [name, user] : users.items()) {
        state.users[name] = {textOf(user, "password"), flagOf(user, "all")};
    }
    state.recovered = flagOf(value, "recovered");
    for (const json& node : partOf(value, "nodes")) {
        state.nodes.push_back(nodeFrom(node));
    }
    return state;
}

Durable durableFrom(const json& value) {
    return {numberOf(value, "current_term"), stateFrom(partOf(value, "state")),
            flagOf(value, "cluster_uuid_committed")};
}

} // namespace standin
