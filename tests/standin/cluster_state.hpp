// What a cluster agrees on, as values: who is in it, who votes, who is the master; with its JSON form and the rules of
// voting configurations. Pure. Reading JSON never fails: what is missing or of another type is empty, and an empty id
// matches no node.
#pragma once

#include "tests/standin/allocation.hpp"

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace standin {

// CrateDB's answer to "which cluster?" before any state was committed.
inline constexpr const char* kUnknownClusterUuid = "_na_";

struct NodeInfo {
    std::string id;
    std::string name;
    std::string hostname;
    std::string address;          // published address without port
    std::string transportAddress; // published address with port
    bool masterEligible = true;
    bool dataNode = true;
    std::string facts; // its row of sys.nodes as a JSON object, made by the node itself

    bool operator==(const NodeInfo&) const = default;
};

// A user made by CREATE USER. It is a stand-in's: the password is kept in the clear.
struct User {
    std::string password; // empty: none, so no password is right
    bool mayDoAll = false;

    bool operator==(const User&) const = default;
};

// One version of the agreed state. A later one has a greater (term, version).
struct ClusterState {
    std::int64_t term = 0;
    std::int64_t version = 0; // 0: nothing is agreed, the node never voted
    std::string uuid;         // empty until the first master of the cluster made one
    std::string masterId;
    std::vector<std::string>
        votingNodes; // node ids, or "{bootstrap-placeholder}-name" for those not seen yet
    std::vector<std::string> committedVoting; // the voting configuration before a change that is under way
    std::vector<NodeInfo> nodes;
    TableRouting table;
    std::map<std::string, std::string> persistentSettings;
    std::map<std::string, std::string> transientSettings; // gone when no node that had them is left
    std::map<std::string, User> users;
    bool recovered = false; // whether enough nodes came to take the tables back; never true at a node's start

    bool operator==(const ClusterState&) const = default;
};

// What a node keeps on disk for life, and has there before it says anything that follows from it.
struct Durable {
    std::int64_t currentTerm = 0;
    ClusterState accepted;
    bool uuidCommitted = false; // from then on the node belongs to this cluster and to no other

    bool operator==(const Durable&) const = default;
};

[[nodiscard]] const NodeInfo* findNode(std::span<const NodeInfo> nodes, std::string_view id);
[[nodiscard]] std::string describe(const NodeInfo& node);
[[nodiscard]] std::string joined(std::span<const std::string> words);

// More than half of both the voting configuration in force and the one under way.
[[nodiscard]] bool isQuorum(const ClusterState& state, const std::set<std::string>& present);

// The voting configuration for these live nodes: of odd size, not shrunk below 3, the master first, and unchanged when
// the live nodes could not outvote the rest of a new one.
[[nodiscard]] std::vector<std::string> reconfigure(const std::vector<std::string>& voting,
                                                   std::span<const NodeInfo> live,
                                                   const std::string& masterId);

[[nodiscard]] std::string textOf(const nlohmann::json& object, const char* key);
[[nodiscard]] std::int64_t numberOf(const nlohmann::json& object, const char* key);
[[nodiscard]] bool flagOf(const nlohmann::json& object, const char* key);
[[nodiscard]] std::vector<std::string> textsOf(const nlohmann::json& object, const char* key);
[[nodiscard]] nlohmann::json partOf(const nlohmann::json& object, const char* key);

[[nodiscard]] nlohmann::json toJson(const NodeInfo& node);
[[nodiscard]] nlohmann::json toJson(const ClusterState& state);
[[nodiscard]] nlohmann::json toJson(const Durable& durable);
[[nodiscard]] NodeInfo nodeFrom(const nlohmann::json& value);
[[nodiscard]] ClusterState stateFrom(const nlohmann::json& value);
[[nodiscard]] Durable durableFrom(const nlohmann::json& value);

} // namespace standin
