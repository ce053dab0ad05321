// The rules of agent/cluster/README.md, in the order in which a node meets them.
#include "agent/cluster/formation.hpp"

#include "agent/cluster/guards.hpp"
#include "agent/cluster/identity.hpp"
#include "agent/cluster/vote.hpp"

#include <algorithm>
#include <set>

namespace agent {
namespace {

/// The slots of members, and those that other live nodes use: after etcd was wiped, those nodes will claim them again.
std::set<unsigned> takenSlots(const Registry& registry, const Identity& identity) {
    std::set<unsigned> taken;
    for (const auto& member : registry.members) {
        taken.insert(member.slot);
    }
    for (const auto& node : registry.nodes) {
        if (node.slot && node.nodeId != identity.nodeId) {
            taken.insert(*node.slot);
        }
    }
    return taken;
}

bool slotIsUp(const Observed& observed, unsigned slot) {
    const auto name = "crate@" + std::to_string(slot) + ".service";
    return observed.crateUnits && std::ranges::any_of(*observed.crateUnits, [&name](const hal::Unit& unit) {
               return unit.name == name && isUp(unit);
           });
}

/// After etcd was wiped, the node claims the slot kept on disk again, unless another node has taken it. A database that
/// is up keeps its unit in any case: two nodes with the same slot are harmless, and are reported.
unsigned slotToClaim(const Observed& observed) {
    const auto taken = takenSlots(*observed.etcd.registry, observed.identity);
    if (const auto& saved = observed.persistent.slot;
        saved && (!taken.contains(*saved) || slotIsUp(observed, *saved))) {
        return *saved;
    }
    unsigned slot = 1;
    while (taken.contains(slot)) {
        ++slot;
    }
    return slot;
}

/// Whether this node may write the id to etcd: during a first election, only its voters know the right one.
bool mayTellId(const Formation& formation, const Observed& observed, const Config& config) {
    const auto& registry = *observed.etcd.registry;
    return formation.clusterId && !registry.clusterId &&
           !registry.raw.contains(Keys(config.clusterName).clusterId()) &&
           (!observed.persistent.vote.empty() || !othersVote(registry, observed.identity));
}

/// Creates the member key only if no member was added or changed since the list was read: two nodes that boot together
/// can never claim the same slot. A node with a past writes its cluster id in the same transaction, so that a wiped
/// etcd never knows the node without its cluster.
void claimSlot(Formation& formation, const Observed& observed, const Config& config) {
    const Keys keys(config.clusterName);
    const auto& registry = *observed.etcd.registry;
    const auto& nodeId = observed.identity.nodeId;
    const auto& nodeName = observed.identity.nodeName;
    if (registry.raw.contains(keys.member(nodeId))) {
        if (!formation.slot) {
            formation.waitingFor =
                "its slot, which cannot be read: correct or delete " + keys.member(nodeId) + " with etcdctl";
        }
        return;
    }
    formation.waitingFor = "its slot";
    formation.claim =
        createOnly(keys.member(nodeId),
                   memberValue({.nodeId = nodeId, .name = nodeName, .slot = slotToClaim(observed)}));
    formation.claim->when.push_back(unchangedSince(registry, keys.members()));
    formation.claim->when.push_back(absent(keys.forgotten(nodeId)));
    if (mayTellId(formation, observed, config)) {
        alsoCreate(*formation.claim, keys.clusterId(), clusterIdValue(*formation.clusterId, nodeName));
    }
}

/// The database, the node's disk and etcd must agree on the cluster id.
std::optional<std::string> clusterIdRefusal(const Observed& observed, const Config& config) {
    const auto& name = observed.identity.nodeName;
    const auto& saved = observed.persistent.clusterId;
    const auto stored = observed.etcd.registry ? observed.etcd.registry->clusterId : std::nullopt;
    const auto& answer = observed.database.answer;
    const auto running = answer ? answer->clusterId : std::nullopt;
    const auto differs = [](const auto& left, const auto& right) { return left && right && *left != *right; };
    const std::string key = Keys(config.clusterName).clusterId();
    const std::string either =
        "; if its disks come from another cluster, give it an empty data directory and "
        "remove /var/lib/cratekeeper/node.json on it, or point [Etcd] Endpoints and "
        "[Cluster] Name at its own cluster; if etcd is wrong, delete " +
        key + " with etcdctl; the nodes will write it again";
    if (differs(running, stored)) {
        return "the database of " + name + " belongs to cluster id " + *running +
               " but etcd knows cluster \"" + config.clusterName + "\" as " + *stored + either;
    }
    if (differs(saved, stored)) {
        return name + " belonged to cluster id " + *saved + " but etcd knows cluster \"" +
               config.clusterName + "\" as " + *stored + either;
    }
    if (differs(running, saved)) {
        return "the database of " + name + " belongs to cluster id " + *running +
               " but the node belongs to " + *saved +
               "; the data directory was replaced: restore the old one, or remove "
               "/var/lib/cratekeeper/node.json on it";
    }
    return std::nullopt;
}

/// A cluster of one node whose disk is empty: if started, its database would wait forever for other nodes.
std::optional<std::string> emptyDiskRefusal(const Formation& formation, const Observed& observed,
                                            const Config& config) {
    const auto& registry = observed.etcd.registry;
    const auto& id = observed.identity.nodeId;
    const auto isOther = [&id](const auto& node) { return node.nodeId != id; };
    const auto& answer = observed.database.answer;
    const bool hasData = observed.dataHoldsDatabase.value_or(true) || (answer && answer->clusterId);
    if (!formation.clusterId || hasData || !registry || std::ranges::any_of(registry->members, isOther) ||
        std::ranges::any_of(registry->nodes, isOther) ||
        std::ranges::any_of(observed.persistent.peers,
                            [&id](const auto& peer) { return peer.first != id; })) {
        return std::nullopt;
    }
    const Keys keys(config.clusterName);
    return "the data directory of " + observed.identity.nodeName + " is empty, and cluster id " +
           *formation.clusterId + " has no other node that holds its data; mount the right disk at " +
           config.dataDirectory +
           ", or, to start over, remove /var/lib/cratekeeper/node.json on it and delete " + keys.clusterId() +
           " and " + keys.bootstrap() + " with etcdctl";
}

/// The node's saved state cannot be read. If etcd knows both its slot and its cluster, nothing is lost.
std::optional<std::string> savedRefusal(const Observed& observed) {
    const auto& registry = observed.etcd.registry;
    const bool confirmed =
        registry && registry->clusterId && findMember(*registry, observed.identity.nodeId) != nullptr;
    if (confirmed || !observed.persistentProblem) {
        return std::nullopt;
    }
    return observed.identity.nodeName + " cannot read its saved state: " + *observed.persistentProblem;
}

std::optional<std::string> refusal(const Formation& formation, const Observed& observed,
                                   const Config& config) {
    if (auto conflict = identityConflict(observed.identity, observed.etcd)) {
        return conflict;
    }
    if (auto unreadable = savedRefusal(observed)) {
        return unreadable;
    }
    if (auto foreign = clusterIdRefusal(observed, config)) {
        return foreign;
    }
    return emptyDiskRefusal(formation, observed, config);
}

/// The one cluster this node belongs to. If the sources differ, its own saved id wins: it is the one it announces.
std::optional<std::string> ownCluster(const Observed& observed) {
    const auto& answer = observed.database.answer;
    if (answer && answer->clusterId) {
        return answer->clusterId;
    }
    return observed.persistent.clusterId ? observed.persistent.clusterId
           : observed.etcd.registry      ? observed.etcd.registry->clusterId
                                         : std::nullopt;
}

} // namespace

Formation form(const Observed& observed, const Config& config) {
    Formation formation;
    const Keys keys(config.clusterName);
    const auto& registry = observed.etcd.registry;
    const Member* const member = registry ? findMember(*registry, observed.identity.nodeId) : nullptr;
    formation.slot = member != nullptr ? std::optional(member->slot) : observed.persistent.slot;
    formation.clusterId = ownCluster(observed);
    formation.refusal = refusal(formation, observed, config);
    if (formation.refusal) {
        return formation;
    }
    if (registry && member == nullptr) {
        claimSlot(formation, observed, config);
    } else if (!formation.slot) {
        formation.waitingFor = "etcd, to get its slot";
    } else if (!registry && !observed.etcd.error) {
        // A database started from disk cannot change its slot anymore, and etcd may know that another node has it.
        formation.waitingFor = "the first answer from etcd";
    }
    if (registry && !formation.claim && mayTellId(formation, observed, config)) {
        formation.claim =
            createOnly(keys.clusterId(), clusterIdValue(*formation.clusterId, observed.identity.nodeName));
    }
    if (formation.slot && !formation.clusterId) {
        decideVote(formation, observed, config);
    }
    return formation;
}

} // namespace agent
