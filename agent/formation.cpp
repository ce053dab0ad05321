// The rules of design section 6, in the order in which a node meets them.
#include "agent/formation.hpp"

#include <algorithm>
#include <set>

namespace agent {
namespace {

using Target = hal::Compare::Target;
using Relation = hal::Compare::Relation;

hal::Transaction createOnly(const std::string& key, std::string value) {
    return {.when = {{.key = key, .target = Target::createRevision, .operand = int64_t{0}}},
            .then = {hal::PutRequest{.key = key, .value = std::move(value), .lease = std::nullopt}},
            .otherwise = {}};
}

const Member* findMember(const Registry& registry, const std::string& nodeId) {
    const auto member = std::ranges::find(registry.members, nodeId, &Member::nodeId);
    return member == registry.members.end() ? nullptr : &*member;
}

unsigned smallestFreeSlot(const std::vector<Member>& members) {
    std::set<unsigned> taken;
    for (const auto& member : members) {
        taken.insert(member.slot);
    }
    unsigned slot = 1;
    while (taken.contains(slot)) {
        ++slot;
    }
    return slot;
}

/// Creates the member key only if no member was added or changed since the list was read: two nodes that boot at
/// once can never claim the same slot.
hal::Transaction claimSlot(const Keys& keys, const Registry& registry, const Member& member) {
    auto transaction = createOnly(keys.member(member.nodeId), memberValue(member));
    transaction.when.push_back({.key = keys.members(),
                                .target = Target::modRevision,
                                .relation = Relation::less,
                                .operand = registry.header.revision + 1,
                                .prefix = true});
    return transaction;
}

/// The names of all nodes that could vote: those announced now, and this one.
std::vector<std::string> candidates(const Registry& registry, const Identity& identity) {
    std::set<std::string> names{identity.nodeName};
    for (const auto& node : registry.nodes) {
        names.insert(node.name);
    }
    return {names.begin(), names.end()};
}

std::optional<std::string> clusterIdRefusal(const Observed& observed, const std::string& clusterName) {
    const auto& saved = observed.saved.clusterId;
    const auto stored = observed.store.registry ? observed.store.registry->clusterId : std::nullopt;
    const auto& answer = observed.database.answer;
    const auto running = answer ? answer->clusterId : std::nullopt;
    const auto differs = [](const auto& left, const auto& right) { return left && right && *left != *right; };
    if (differs(running, stored)) {
        return "the database belongs to cluster id " + *running + " but etcd knows cluster \"" + clusterName +
               "\" as " + *stored + "; this disk comes from another cluster: give the node an empty data " +
               "directory, or set [Cluster] Name to the cluster it belongs to";
    }
    if (differs(saved, stored)) {
        return "this node belonged to cluster id " + *saved + " but etcd knows cluster \"" + clusterName +
               "\" as " + *stored + "; point [Etcd] Endpoints at the node's own etcd, or remove " +
               "/var/lib/cratekeeper/node.json to give the node up to the other cluster";
    }
    if (differs(running, saved)) {
        return "the database belongs to cluster id " + *running + " but this node belonged to " + *saved +
               "; the data directory was exchanged: put the old one back, or remove "
               "/var/lib/cratekeeper/node.json";
    }
    return std::nullopt;
}

void claimBootstrap(Formation& formation, const std::vector<std::string>& names, const Observed& observed,
                    const Config& config) {
    if (!formation.claim) {
        formation.claim = createOnly(Keys(config.clusterName).bootstrap(),
                                     bootstrapValue(names, observed.identity.nodeName));
    }
}

/// A first start that was begun is repeated with the very same list, however far it came, until there is an id.
void repeatVote(Formation& formation, const Observed& observed, const Config& config) {
    const auto& registry = observed.store.registry;
    const auto& vote = observed.saved.vote;
    if (registry && registry->bootstrap && *registry->bootstrap != vote) {
        formation.refusal =
            "etcd names other first voters than this node's database was started with; if another "
            "cluster was formed meanwhile, give this node an empty data directory and remove " +
            std::string("/var/lib/cratekeeper/node.json");
        return;
    }
    formation.initialMasterNodes = vote;
    if (registry && !registry->bootstrap) {
        claimBootstrap(formation, vote, observed, config);
    }
}

/// The vote: only from the one list in etcd, only if we are on it, never once there is an id or foreign data.
void decideVote(Formation& formation, const Observed& observed, const Config& config) {
    if (formation.clusterId) {
        return;
    }
    if (!observed.saved.vote.empty()) {
        repeatVote(formation, observed, config);
        return;
    }
    if (!observed.dataHoldsDatabase) {
        formation.waitingFor =
            "a look into " + config.dataDirectory +
            "/data, which the user cratekeeper may not read: it decides whether this node votes";
        return;
    }
    if (*observed.dataHoldsDatabase) {
        return; // somebody's data: its cluster is found, not founded
    }
    const auto& registry = observed.store.registry;
    if (!registry) {
        formation.waitingFor = "etcd, to learn whether the cluster was ever formed";
        return;
    }
    if (registry->bootstrap) {
        const auto& list = *registry->bootstrap;
        if (std::ranges::find(list, observed.identity.nodeName) != list.end()) {
            formation.initialMasterNodes = list;
        }
        return;
    }
    const auto names = candidates(*registry, observed.identity);
    if (names.size() < config.initialNodes) {
        formation.waitingFor = std::to_string(config.initialNodes) + " nodes to form the cluster, " +
                               std::to_string(names.size()) + " announced so far";
        return;
    }
    formation.waitingFor = "the decision who votes first";
    claimBootstrap(formation, names, observed, config);
}

} // namespace

std::optional<std::string> identityConflict(const Identity& identity, const Store& store) {
    if (!store.registry) {
        return std::nullopt;
    }
    for (const auto& node : store.registry->nodes) {
        const bool ours = node.lease && node.lease == store.lease;
        // Our own record of this boot bears our name; the boot id alone is shared by containers of one machine.
        const bool ourRecord = node.bootId == identity.bootId && node.name == identity.nodeName;
        if (node.nodeId == identity.nodeId && !ourRecord && !ours) {
            return "another machine (" + node.name + ", " + node.address.value_or("no address") +
                   ") announces our machine-id " + identity.nodeId +
                   ": one is a clone of the other; run `rm /etc/machine-id; systemd-machine-id-setup` on the "
                   "clone "
                   "and reboot it";
        }
        if (node.nodeId != identity.nodeId && node.name == identity.nodeName) {
            return "another machine (id " + node.nodeId + ", " + node.address.value_or("no address") +
                   ") announces our name " + node.name +
                   "; give one of them another host name or [Node] Name";
        }
    }
    for (const auto& member : store.registry->members) {
        if (member.nodeId != identity.nodeId && member.name == identity.nodeName) {
            return "the name " + member.name + " belongs to member " + member.nodeId +
                   "; choose another [Node] Name, or run `cratectl forget " + member.name +
                   "` if that machine is gone for good";
        }
    }
    return std::nullopt;
}

Formation form(const Observed& observed, const Config& config) {
    Formation formation;
    const Keys keys(config.clusterName);
    const auto& registry = observed.store.registry;
    const auto& answer = observed.database.answer;
    formation.slot = observed.saved.slot;
    formation.clusterId = observed.saved.clusterId;
    if (registry && registry->clusterId) {
        formation.clusterId = registry->clusterId;
    } else if (!formation.clusterId && answer) {
        formation.clusterId = answer->clusterId;
    }

    formation.refusal = identityConflict(observed.identity, observed.store);
    if (!formation.refusal) {
        formation.refusal = clusterIdRefusal(observed, config.clusterName);
    }
    if (formation.refusal) {
        return formation;
    }

    if (registry) {
        if (const Member* const member = findMember(*registry, observed.identity.nodeId)) {
            formation.slot = member->slot;
        } else {
            // A slot kept on disk is claimed again after etcd was wiped, unless somebody took it meanwhile.
            const bool free = formation.slot && std::ranges::find(registry->members, *formation.slot,
                                                                  &Member::slot) == registry->members.end();
            const unsigned slot = free ? *formation.slot : smallestFreeSlot(registry->members);
            formation.claim =
                claimSlot(keys, *registry, {observed.identity.nodeId, observed.identity.nodeName, slot});
            formation.waitingFor = "its slot";
        }
        if (!formation.claim && formation.clusterId && !registry->clusterId) {
            formation.claim = createOnly(keys.clusterId(),
                                         clusterIdValue(*formation.clusterId, observed.identity.nodeName));
        }
    } else if (!formation.slot) {
        formation.waitingFor = "etcd, to get its slot";
    }
    decideVote(formation, observed, config);
    return formation;
}

} // namespace agent
