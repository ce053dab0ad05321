// etcd's content about this cluster, as values, and the names of its keys.
// It owns the schema. It trusts nothing: every value is checked field by field, and a malformed one is ignored and
// reported.
#pragma once

#include "hal/base/problem.hpp"
#include "hal/etcd/etcd.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace agent {

/// The keys of one cluster. service() is the key that the setup of 2014 used.
class Keys {
public:
    explicit Keys(const std::string& clusterName);

    [[nodiscard]] const std::string& prefix() const { return prefix_; } ///< "/cratekeeper/<cluster>/"
    [[nodiscard]] std::string node(const std::string& nodeId) const { return nodes() + nodeId; }
    [[nodiscard]] std::string member(const std::string& nodeId) const { return members() + nodeId; }
    [[nodiscard]] std::string members() const { return prefix_ + "members/"; }
    [[nodiscard]] std::string nodes() const { return prefix_ + "nodes/"; }
    [[nodiscard]] std::string forgotten(const std::string& nodeId) const {
        return prefix_ + "forgotten/" + nodeId;
    }
    [[nodiscard]] std::string bootstrap() const { return prefix_ + "bootstrap"; }
    [[nodiscard]] std::string clusterId() const { return prefix_ + "cluster-id"; }
    [[nodiscard]] static std::string services() { return "/services/crate/"; }
    [[nodiscard]] static std::string service(const std::string& nodeName) { return services() + nodeName; }

private:
    std::string prefix_;
};

/// The "v" of every value we write.
inline constexpr int kSchemaVersion = 1;

/// Clusters have up to 30 nodes; a slot beyond this number is a typo.
inline constexpr unsigned kMaxSlot = 999;

/// A reading reports as many malformed values as an operator fixes in one go; one more problem says there are others.
inline constexpr size_t kMaxProblems = 20;

/// A node that was ever part of the cluster; only `cratectl forget` removes it.
struct Member {
    std::string nodeId;
    std::string name;
    unsigned slot = 0;           ///< 1 for crate@1
    hal::Revision createdAt = 0; ///< of the key: the older one owns the name
    bool operator==(const Member&) const = default;
};

/// A machine that `cratectl forget` removed from the cluster. Its slot and its name are free; it may not rejoin.
struct Forgotten {
    std::string nodeId;
    std::string name;             ///< empty if it was not a member, so that only its id was known
    std::optional<unsigned> slot; ///< the one it held
    std::string by;               ///< who did it: "admin@n1"
    std::string at;               ///< when: "2026-11-22T16:00:00Z"
    bool operator==(const Forgotten&) const = default;
};

/// The parts of a live node's announcement that other nodes act on.
struct LiveNode {
    std::string nodeId;
    std::string name;
    std::string bootId; ///< distinguishes two machines with the same machine-id
    std::optional<std::string> address;
    std::optional<uint16_t> transportPort;
    std::optional<hal::LeaseId> lease;
    hal::Revision createdAt = 0;          ///< of the key
    std::optional<unsigned> slot;         ///< the one it uses, member or not
    std::optional<std::string> clusterId; ///< the cluster it belongs to
    std::optional<bool> holdsData;        ///< its data directory holds a database
    std::vector<std::string> vote; ///< the first voters its database was started with, until there is an id
    bool operator==(const LiveNode&) const = default;
};

/// The 2014 key of a node.
struct Service {
    std::string nodeName;
    std::string nodeId; ///< empty if something other than cratekeeper wrote it
    std::optional<hal::LeaseId> lease;
    bool operator==(const Service&) const = default;
};

struct Registry {
    hal::Header header;
    std::vector<Member> members; ///< by slot
    std::vector<LiveNode> nodes; ///< by name
    std::vector<Service> services;
    std::vector<Forgotten> forgotten;                  ///< by node id
    std::optional<std::vector<std::string>> bootstrap; ///< the initial master nodes, sorted
    std::optional<std::string> clusterId;
    /// By key: the values a guarded write compares with. A value beyond 64 KiB is omitted, its revision is not.
    std::map<std::string, hal::KeyValue> raw;
    /// Malformed values, each with its key and the next step; a bounded number, one line each.
    hal::Problems problems;
    bool operator==(const Registry&) const = default;
};

/// Requests only the keys of the schema, so that other keys under our prefix cost nothing. One transaction: its answer
/// is of one revision, so a guarded write compares with one consistent state.
[[nodiscard]] hal::Transaction registryReading(const Keys& keys);

/// Reads the answer of registryReading().
[[nodiscard]] Registry readRegistry(const Keys& keys, hal::TransactionReply reply);

[[nodiscard]] std::string memberValue(const Member& member);
[[nodiscard]] std::string forgottenValue(const Forgotten& forgotten);
[[nodiscard]] std::string bootstrapValue(const std::vector<std::string>& initialMasterNodes,
                                         const std::string& writtenBy);
[[nodiscard]] std::string clusterIdValue(const std::string& clusterId, const std::string& writtenBy);

} // namespace agent
