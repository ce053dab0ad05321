// One transaction decides the list; it fails if any node, member or id was added since the registry was read.
#include "agent/cluster/vote.hpp"

#include "agent/cluster/guards.hpp"

#include <algorithm>
#include <set>

namespace agent {
namespace {

using Names = std::vector<std::string>;

std::string who(const LiveNode& node) { return node.name + " (" + node.address.value_or("no address") + ")"; }

/// The first other announced node of which `property` holds.
template <class Property>
const LiveNode* otherNode(const Registry& registry, const Identity& identity, Property property) {
    const auto found = std::ranges::find_if(registry.nodes, [&](const LiveNode& node) {
        return node.nodeId != identity.nodeId && property(node);
    });
    return found == registry.nodes.end() ? nullptr : &*found;
}

const LiveNode* memberOfACluster(const Registry& registry, const Identity& identity) {
    return otherNode(registry, identity, [](const LiveNode& node) { return node.clusterId.has_value(); });
}

const LiveNode* otherVoter(const Registry& registry, const Identity& identity, const Names& list) {
    return otherNode(registry, identity,
                     [&list](const LiveNode& node) { return !node.vote.empty() && node.vote != list; });
}

/// The names of all possible voters: the nodes announced with an empty disk, and this one.
Names candidates(const Registry& registry, const Identity& identity) {
    std::set<std::string> names{identity.nodeName};
    for (const auto& node : registry.nodes) {
        if (node.holdsData == false) {
            names.insert(node.name);
        }
    }
    return {names.begin(), names.end()};
}

/// Only if no node, no member and no id was added since the registry was read.
void claimBootstrap(Formation& formation, const Names& names, const Observed& observed,
                    const Config& config) {
    if (formation.claim) {
        return;
    }
    const Keys keys(config.clusterName);
    const auto& registry = *observed.etcd.registry;
    formation.claim = createOnly(keys.bootstrap(), bootstrapValue(names, observed.identity.nodeName));
    formation.claim->when.push_back(unchangedSince(registry, keys.members()));
    formation.claim->when.push_back(unchangedSince(registry, keys.nodes()));
    formation.claim->when.push_back(absent(keys.clusterId()));
}

std::string waitForItsId(const LiveNode& node) {
    return who(node) + ", which belongs to cluster id " + *node.clusterId +
           ", to write it to etcd; if that machine does not belong here, disconnect it from the network";
}

std::string otherVoteRefusal(const std::string& who, const Identity& identity) {
    return who + " lists other first voters than those the database of " + identity.nodeName +
           " was started with; if another cluster was formed in the meantime, give " + identity.nodeName +
           " an empty data directory and remove /var/lib/cratekeeper/node.json on it";
}

/// An interrupted first start is repeated with the same list, however far it got, until there is an id. With an empty
/// disk it is a first vote again: together with another emptied voter it could form a second cluster.
void repeatVote(Formation& formation, const Observed& observed, const Config& config) {
    const auto& vote = observed.persistent.vote;
    if (!observed.etcd.registry) {
        formation.waitingFor = "etcd, to learn whether the cluster was formed in the meantime";
        return;
    }
    const auto& registry = *observed.etcd.registry;
    if (registry.bootstrap && *registry.bootstrap != vote) {
        formation.refusal = otherVoteRefusal("etcd", observed.identity);
    } else if (const auto* const other = otherVoter(registry, observed.identity, vote)) {
        formation.refusal = otherVoteRefusal(who(*other), observed.identity);
    } else if (const auto* const founded = memberOfACluster(registry, observed.identity);
               founded != nullptr && (!registry.bootstrap || observed.dataHoldsDatabase == false)) {
        formation.waitingFor = waitForItsId(*founded);
    } else {
        formation.initialMasterNodes = vote;
        if (!registry.raw.contains(Keys(config.clusterName).bootstrap()) && !registry.bootstrap) {
            claimBootstrap(formation, vote, observed, config);
        }
    }
}

/// A database that is up without a vote was started to join others, and may have joined since its disk was inspected.
bool joins(const Observed& observed) {
    return observed.crateUnits && std::ranges::any_of(*observed.crateUnits, isUp);
}

/// The list is undecided: this node decides it once enough nodes are announced and none of them has a past.
void decideList(Formation& formation, const Observed& observed, const Config& config) {
    const auto& registry = *observed.etcd.registry;
    const auto& identity = observed.identity;
    if (const auto* const voter = otherVoter(registry, identity, {})) {
        formation.waitingFor = who(*voter) + ", which began the first election, to write its voters to etcd";
        return;
    }
    const auto* const keeper =
        otherNode(registry, identity, [](const LiveNode& node) { return node.holdsData == true; });
    if (keeper != nullptr) {
        formation.waitingFor = who(*keeper) +
                               ", whose data directory already holds a database, to announce its cluster id; "
                               "if that data is not needed, give it an empty data directory";
        return;
    }
    const auto names = candidates(registry, identity);
    if (names.size() < config.initialNodes) {
        formation.waitingFor = std::to_string(config.initialNodes) + " nodes to form the cluster, " +
                               std::to_string(names.size()) + " announced so far";
        return;
    }
    formation.waitingFor = "the decision on the first voters";
    claimBootstrap(formation, names, observed, config);
}

/// Votes with the list in etcd if it includes this node, unless another node announces a different list.
void voteFor(Formation& formation, const Names& list, const Observed& observed) {
    if (std::ranges::find(list, observed.identity.nodeName) == list.end()) {
        return; // it starts and joins the others
    }
    if (const auto* const other = otherVoter(*observed.etcd.registry, observed.identity, list)) {
        formation.refusal = who(*other) +
                            " began the first election with other voters than etcd lists now: "
                            "the list was changed; delete " +
                            std::string("the key bootstrap with etcdctl; that node will write it again");
        return;
    }
    formation.initialMasterNodes = list;
}

} // namespace

bool othersVote(const Registry& registry, const Identity& identity) {
    return otherNode(registry, identity, [&identity](const LiveNode& node) {
               return !node.vote.empty() && !node.clusterId &&
                      std::ranges::find(node.vote, identity.nodeName) == node.vote.end();
           }) != nullptr;
}

void decideVote(Formation& formation, const Observed& observed, const Config& config) {
    const auto& registry = observed.etcd.registry;
    const Keys keys(config.clusterName);
    if (registry && registry->raw.contains(keys.clusterId())) {
        return; // there is a cluster, though its id cannot be read: join it, never form a second one
    }
    const auto& vote = observed.persistent.vote;
    if (std::ranges::find(vote, observed.identity.nodeName) != vote.end()) {
        repeatVote(formation, observed, config);
        return;
    }
    if (!observed.dataHoldsDatabase) {
        formation.waitingFor = "access to " + config.dataDirectory +
                               "/data, which decides whether this node votes; mount the data volume and let "
                               "the user cratekeeper read it";
        return;
    }
    if (*observed.dataHoldsDatabase || joins(observed)) {
        return; // the data belongs to a cluster: join that one, never form a second one
    }
    if (!registry) {
        formation.waitingFor = "etcd, to learn whether the cluster was ever formed";
    } else if (const auto* const founded = memberOfACluster(*registry, observed.identity)) {
        formation.waitingFor = waitForItsId(*founded);
    } else if (registry->bootstrap) {
        voteFor(formation, *registry->bootstrap, observed);
    } else if (registry->raw.contains(keys.bootstrap())) {
        formation.waitingFor = "the list of the first voters, which cannot be read: correct or delete " +
                               keys.bootstrap() + " with etcdctl";
    } else {
        decideList(formation, observed, config);
    }
}

} // namespace agent
