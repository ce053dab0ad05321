// Sources: facts of ClusterBootstrapService, PeerFinder, JoinHelper and Reconfigurator of CrateDB 6.4.
#include "tests/sim/databases.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace sim {
namespace {

constexpr size_t kSmallestVotingConfiguration = 3; // it is not shrunk below, once it was that large

std::optional<std::string> valueOf(const std::map<std::string, std::string>& lines, const std::string& name) {
    const auto line = lines.find(name);
    if (line == lines.end()) {
        return std::nullopt;
    }
    const auto value = nlohmann::json::parse(line->second, nullptr, false);
    return value.is_string() ? value.get<std::string>() : line->second;
}

} // namespace

std::optional<Settings> parseSettings(const std::string& crateYml) {
    std::map<std::string, std::string> lines;
    for (size_t begin = 0; begin < crateYml.size();) {
        const size_t end = std::min(crateYml.find('\n', begin), crateYml.size());
        const std::string line = crateYml.substr(begin, end - begin);
        begin = end + 1;
        const auto colon = line.find(": ");
        if (!line.starts_with('#') && colon != std::string::npos) {
            lines[line.substr(0, colon)] = line.substr(colon + 2);
        }
    }
    const auto cluster = valueOf(lines, "cluster.name");
    const auto name = valueOf(lines, "node.name");
    const auto address = valueOf(lines, "network.publish_host");
    auto port = valueOf(lines, "transport.publish_port");
    port = port ? port : valueOf(lines, "transport.tcp.port");
    if (!cluster || !name || !address || !port || !lines.contains("discovery.seed_providers")) {
        return std::nullopt;
    }
    Settings settings{*cluster, *name, *address + ":" + *port, {}};
    if (const auto vote = lines.find("cluster.initial_master_nodes"); vote != lines.end()) {
        const auto list = nlohmann::json::parse(vote->second, nullptr, false);
        if (!list.is_array()) {
            return std::nullopt;
        }
        settings.vote = list.get<std::vector<std::string>>();
    }
    return settings;
}

std::set<std::string> parseHosts(const std::string& text) {
    std::set<std::string> hosts;
    for (size_t begin = 0; begin < text.size();) {
        const size_t end = std::min(text.find('\n', begin), text.size());
        if (end > begin && text[begin] != '#') {
            hosts.insert(text.substr(begin, end - begin));
        }
        begin = end + 1;
    }
    return hosts;
}

Database* Databases::find(unsigned machine) {
    const auto found = running_.find(machine);
    return found == running_.end() ? nullptr : &found->second;
}

const Database* Databases::find(unsigned machine) const {
    const auto found = running_.find(machine);
    return found == running_.end() ? nullptr : &found->second;
}

bool Databases::knows(unsigned from, unsigned to, const std::set<std::string>& seeds) const {
    const auto& here = running_.at(from);
    const auto& there = running_.at(to);
    const auto sideOf = [this](unsigned machine) {
        const auto found = side.find(machine);
        return found == side.end() ? 0U : found->second;
    };
    const bool reachable = sideOf(from) == sideOf(to) && !here.frozen && !there.frozen &&
                           here.settings.clusterName == there.settings.clusterName;
    return reachable &&
           (seeds.contains(there.settings.endpoint) || here.lastKnown.contains(there.settings.endpoint));
}

/// Discovery: a queried node knows the querying one, and peers pass on their own peers.
std::vector<Databases::Group> Databases::groups() const {
    std::map<unsigned, unsigned> leader;
    for (const auto& [machine, database] : running_) {
        leader[machine] = machine;
    }
    for (const auto& [from, database] : running_) {
        // Only a node without a master asks its seeds.
        const auto seeds = database.hasMaster ? std::set<std::string>{} : database.seeds();
        for (const auto& [to, other] : running_) {
            if (from == to || leader[from] == leader[to] || !knows(from, to, seeds)) {
                continue;
            }
            const unsigned old = leader[to];
            for (auto& [machine, its] : leader) {
                its = its == old ? leader[from] : its;
            }
        }
    }
    std::map<unsigned, Group> byLeader;
    for (const auto& [machine, its] : leader) {
        byLeader[its].push_back(machine);
    }
    std::vector<Group> all;
    all.reserve(byLeader.size());
    for (auto& [its, group] : byLeader) {
        all.push_back(std::move(group));
    }
    return all;
}

Databases::Group Databases::holders(const Group& group, const std::optional<std::string>& clusterId) const {
    Group some;
    std::ranges::copy_if(group, std::back_inserter(some), [&](unsigned machine) {
        const auto& database = running_.at(machine);
        return !database.frozen && database.volume->clusterId == clusterId;
    });
    return some;
}

void Databases::elect(const Group& group, const Cluster& cluster) {
    const auto nodes = holders(group, cluster.id);
    const auto votes = std::ranges::count_if(nodes, [&](unsigned machine) {
        return cluster.voters.contains(running_.at(machine).volume->nodeId);
    });
    const bool elected = static_cast<size_t>(votes) * 2 > cluster.voters.size();
    for (const auto machine : nodes) {
        running_.at(machine).hasMaster = elected;
    }
}

void Databases::elect(const Group& group) {
    for (const auto& cluster : clusters) {
        elect(group, cluster);
    }
    for (const auto& cluster : foreign) {
        elect(group, cluster);
    }
}

bool Databases::tryBootstrap(unsigned machine, const Group& group) {
    const auto& vote = running_.at(machine).settings.vote;
    const auto& own = running_.at(machine).settings.nodeName;
    if (std::ranges::find(vote, own) == vote.end()) {
        return false; // "local node does not match bootstrap requirements"
    }
    std::map<std::string, unsigned> discovered;
    for (const auto other : group) {
        if (!discovered.emplace(running_.at(other).settings.nodeName, other).second) {
            return false; // two nodes match one entry: cancelled
        }
    }
    Cluster cluster{"cluster-" + std::to_string(clusters.size() + 1) + "-" + std::to_string(random_() % 1000),
                    running_.at(machine).settings.clusterName,
                    {}};
    size_t matched = 0;
    Group blank;
    for (const auto& name : vote) {
        const auto found = discovered.find(name);
        if (found == discovered.end()) {
            cluster.voters.insert("{bootstrap-placeholder}-" + name);
            continue;
        }
        ++matched;
        const auto& volume = *running_.at(found->second).volume;
        cluster.voters.insert(volume.nodeId);
        if (!volume.clusterId && !running_.at(found->second).frozen) {
            blank.push_back(found->second); // a node with a cluster state votes for no node without one
        }
    }
    if (matched * 2 <= vote.size() || blank.size() * 2 <= cluster.voters.size()) {
        return false;
    }
    clusters.push_back(cluster);
    for (const auto voter : blank) {
        running_.at(voter).volume->clusterId = cluster.id;
        running_.at(voter).hasMaster = true;
    }
    if (onBootstrap) {
        onBootstrap(machine, clusters.back());
    }
    return true;
}

void Databases::bootstrap(const Group& group) {
    const bool anyMaster =
        std::ranges::any_of(group, [this](unsigned machine) { return running_.at(machine).hasMaster; });
    if (anyMaster) {
        return; // it is joined instead
    }
    auto blank = holders(group, std::nullopt);
    std::ranges::shuffle(blank, random_);
    for (const auto machine : blank) {
        if (tryBootstrap(machine, group)) {
            return;
        }
    }
}

void Databases::join(const Group& group) {
    Group masters;
    std::ranges::copy_if(group, std::back_inserter(masters),
                         [this](unsigned machine) { return running_.at(machine).hasMaster; });
    if (masters.empty()) {
        return;
    }
    for (const auto machine : holders(group, std::nullopt)) {
        const auto host = masters[random_() % masters.size()];
        running_.at(machine).volume->clusterId = running_.at(host).volume->clusterId;
        running_.at(machine).hasMaster = true;
    }
}

void Databases::reconfigure(Cluster& cluster, const Group& group) const {
    std::set<std::string> live;
    for (const auto machine : holders(group, cluster.id)) {
        if (running_.at(machine).hasMaster) {
            live.insert(running_.at(machine).volume->nodeId);
        }
    }
    if (live.empty()) {
        return;
    }
    const size_t odd = live.size() - (live.size() % 2 == 0 ? 1 : 0);
    const size_t least =
        cluster.voters.size() < kSmallestVotingConfiguration ? 1 : kSmallestVotingConfiguration;
    const size_t target = std::max(odd, least);
    std::set<std::string> next;
    const auto take = [&](const std::set<std::string>& from, auto&& wanted) {
        for (const auto& id : from) {
            if (next.size() < target && wanted(id)) {
                next.insert(id);
            }
        }
    };
    take(cluster.voters, [&](const auto& id) { return live.contains(id); });
    take(live, [](const auto&) { return true; });
    take(cluster.voters, [](const auto&) { return true; });
    const auto quorum = std::ranges::count_if(next, [&](const auto& id) { return live.contains(id); });
    if (static_cast<size_t>(quorum) * 2 > next.size()) {
        cluster.voters = next;
    }
}

void Databases::remember(const Group& group) {
    for (const auto machine : group) {
        auto& database = running_.at(machine);
        if (!database.hasMaster) {
            continue;
        }
        database.lastKnown.clear();
        for (const auto other : holders(group, database.volume->clusterId)) {
            database.lastKnown.insert(running_.at(other).settings.endpoint);
        }
    }
}

void Databases::round() {
    for (const auto& group : groups()) {
        elect(group);
        bootstrap(group);
        join(group);
        for (auto& cluster : clusters) {
            reconfigure(cluster, group);
        }
        remember(group);
    }
}

} // namespace sim
