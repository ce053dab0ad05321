// Each check says in its message what was expected, so that a failing seed explains itself.
#include "tests/sim/invariants.hpp"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

namespace sim {

using namespace std::chrono_literals;

namespace {

constexpr const char* kBootstrapKey = "/cratekeeper/crate/bootstrap";
constexpr const char* kClusterIdKey = "/cratekeeper/crate/cluster-id";
constexpr const char* kForgotten = "/cratekeeper/crate/forgotten/";
constexpr const char* kMembers = "/cratekeeper/crate/members/";
constexpr const char* kNodes = "/cratekeeper/crate/nodes/";
// A database that lives and does not answer is noticed by the next question: a tick and its deadline.
constexpr hal::Duration kNoticed = 1s + 1500ms + 100ms;
// From a reading of etcd to the list on disk it is one recomputation; a claim in between delays it by a few calls.
constexpr hal::Duration kRendered = 8s;
// A heartbeat, a pause after a failure, a reading and a writing, with the longest lease of these simulations.
constexpr hal::Duration kWithdrawn = kNoticed + 6s;

/// The text behind a name in a flat JSON document.
std::string field(const std::string& document, const std::string& name) {
    const auto at = document.find(name);
    const auto end = document.find_first_of(",}", at);
    return at == std::string::npos ? "" : document.substr(at + name.size(), end - at - name.size());
}

} // namespace

Invariants::Invariants(Shared& shared, Machines& machines) : shared_(shared), machines_(machines) {
    shared_.databases.onBootstrap = [this](unsigned, const Cluster& cluster) { onBootstrap(cluster); };
    for (const auto& machine : machines_) {
        machine->onWrite = [this](Machine& writer, const hal::Transaction& wrote) { onWrite(writer, wrote); };
        machine->onGrant = [this](Machine& asker, std::chrono::seconds ttl) { onGrant(asker, ttl); };
    }
}

void Invariants::expect(bool holds, const std::string& otherwise) {
    if (!holds && !broken_) {
        broken_ = otherwise;
        shared_.say("BROKEN: {}", otherwise);
    }
}

bool Invariants::knowsId(const Machine& machine) {
    return machine.stateFile("node.json").find("\"cluster_id\"") != std::string::npos;
}

void Invariants::wiped(const Machine& machine) {
    auto& seen = seen_[machine.index];
    seen.hosts.clear();
    seen.voted = false;
    seen.lackingSince.reset();
}

void Invariants::storeLost() {
    lost_ = true;
    lostAt_ = shared_.etcd.header().revision;
    checkedRevision_ = -1;
}

void Invariants::forgot(const Machine& machine, bool alive) {
    everForgotten_ = true;
    expect(!alive, machine.name + ": a machine that lives is never forgotten");
}

/// Whether a node that is announced in etcd at this moment, or etcd itself, remembers that a cluster was formed. A
/// record that came back with a snapshot counts as what it says: its machine had no time yet to write another.
bool Invariants::remembered() const {
    const auto& data = shared_.etcd.data();
    return data.contains(kClusterIdKey) || std::ranges::any_of(machines_, [this, &data](const auto& machine) {
               const auto record = data.find(machine->nodeKey());
               if (record == data.end()) {
                   return false;
               }
               const auto says = [&record](const char* text) { return record->second.value.contains(text); };
               const auto saved = machine->stateFile("node.json");
               return record->second.modRevision > lostAt_
                          ? knowsId(*machine) || saved.contains("\"vote\"")
                          : says(R"("cluster_id":")") || says(R"("holds_data":true)") ||
                                says(R"("initial_master_nodes":[")");
           });
}

/// The list of first voters is written: after etcd lost its memory this may be a second one, and no agent is at fault
/// if every machine that knows better is away.
void Invariants::onWrite(Machine& machine, const hal::Transaction& wrote) {
    for (const auto& operation : wrote.then) {
        const auto* const put = std::get_if<hal::PutRequest>(&operation);
        if (put == nullptr) {
            continue;
        }
        shared_.say("{}: etcd put {} {}", machine.name, put->key,
                    put->key.starts_with(kNodes) ? "..." : put->value.substr(0, 120));
        if (put->key == kBootstrapKey && lost_ && !remembered()) {
            excused_ = true;
            lists_.clear();
        }
    }
}

/// A lease that still runs is taken over, or else the keys under it would stand beside the new ones.
void Invariants::onGrant(const Machine& machine, std::chrono::seconds ttl) {
    const auto kept = machine.disk.files.find("/run/cratekeeper/lease");
    if (kept == machine.disk.files.end() || kept->second.empty() || lost_ || machine.disk.writesLeft) {
        return;
    }
    const auto length = shared_.etcd.leaseLength(std::stoll(kept->second));
    expect(length != ttl, machine.name + ": a lease that still runs is taken over after a restart");
}

void Invariants::onBootstrap(const Cluster& cluster) {
    shared_.say("a cluster is founded: {} ({} voters)", cluster.id, cluster.voters.size());
    expect(shared_.databases.clusters.size() == 1 || excused_,
           "at most one cluster is ever founded; " + cluster.id + " is the second");
}

void Invariants::check(Machine* stepped) {
    if (stepped != nullptr) {
        auto& seen = seen_[stepped->index];
        seen.forgotten.insert(stepped->heardForgotten.begin(), stepped->heardForgotten.end());
        checkWrites(*stepped, seen);
        checkRequests(*stepped, seen);
        checkPeers(*stepped, seen);
        checkReady(*stepped, seen);
    } else {
        for (const auto& machine : machines_) {
            checkReady(*machine, seen_[machine->index]);
            expect(machine->secondContainers == 0,
                   machine->name + ": one container runs on one data directory");
        }
    }
    checkEtcd();
}

void Invariants::checkWrites(Machine& machine, Seen& seen) {
    for (; seen.written < machine.disk.written.size(); ++seen.written) {
        const std::string path = machine.disk.written[seen.written];
        if (path.ends_with("/node.json") && machine.disk.files[path].find("\"vote\"") != std::string::npos) {
            // What is decided now is judged by checkRendered(); a vote that was kept before may be repeated.
            seen.voted = seen.voted || !machine.volume.clusterId;
        } else if (path.ends_with("/crate.yml")) {
            checkRendered(machine, path, seen);
        } else if (path.ends_with("/unicast_hosts.txt")) {
            auto hosts = parseHosts(machine.disk.files[path]);
            auto& before = seen.hosts[path];
            shared_.say("{}: peers on disk: {}", machine.name, fmt::join(hosts, " "));
            expect(shrinksOnlyByForgotten(seen, before, hosts),
                   machine.name + ": the list of peers never shrinks by itself");
            before = std::move(hosts);
        }
    }
}

bool Invariants::shrinksOnlyByForgotten(const Seen& seen, const std::set<std::string>& before,
                                        const std::set<std::string>& hosts) const {
    return std::ranges::includes(hosts, before) ||
           std::ranges::all_of(before, [&](const std::string& endpoint) {
               const auto machine = std::ranges::find(machines_, endpoint, &Machine::endpoint);
               return hosts.contains(endpoint) ||
                      (machine != machines_.end() && seen.forgotten.contains((*machine)->machineId));
           });
}

void Invariants::checkRendered(Machine& machine, const std::string& path, const Seen& seen) {
    const auto settings = parseSettings(machine.disk.files[path]);
    expect(settings.has_value(), machine.name + ": a rendered crate.yml is complete");
    if (!settings || settings->vote.empty()) {
        return;
    }
    shared_.say("{}: renders the vote {}", machine.name, fmt::join(settings->vote, " "));
    expect(!machine.heardClusterId && !knowsId(machine),
           machine.name + ": initial_master_nodes is never rendered once a cluster id is known");
    expect(std::ranges::find(settings->vote, machine.name) != settings->vote.end(),
           machine.name + ": only the nodes on the list render it");
    expect(!machine.volume.clusterId || seen.voted,
           machine.name + ": a disk that holds a cluster's data never votes");
    lists_.insert(settings->vote);
    expect(lists_.size() == 1 || excused_,
           machine.name + ": initial_master_nodes is the same wherever it is rendered");
}

void Invariants::checkRequests(Machine& machine, Seen& seen) {
    for (; seen.requests < machine.units.requests.size(); ++seen.requests) {
        const auto& [verb, unit] = machine.units.requests[seen.requests];
        shared_.say("{}: asks systemd: {} {}", machine.name,
                    verb == hal::UnitVerb::start ? "start" : "reset-failed", unit);
        const auto crateYml = machine.disk.files[machine.instancePath("config/crate.yml")];
        const auto settings = parseSettings(crateYml);
        expect(verb != hal::UnitVerb::start || !machine.heardForgotten.contains(machine.machineId),
               machine.name + ": no database is started on a machine that knows it was forgotten");
        expect(verb != hal::UnitVerb::start || settings.has_value(),
               machine.name + ": a database is started only after its files are rendered");
        const bool votes = settings && !settings->vote.empty();
        expect(verb != hal::UnitVerb::start || !votes || (!machine.heardClusterId && !knowsId(machine)),
               machine.name + ": no database is started with a vote once a cluster id is known");
    }
}

void Invariants::checkReady(Machine& machine, Seen& seen) {
    const auto ready = machine.ready();
    if (shared_.traces && ready != seen.ready) {
        shared_.say("{}: /ready says {}", machine.name, ready ? std::to_string(*ready) : "nothing");
        seen.ready = ready;
    }
    if (!machine.wire.open() || machine.wire.latency > 10ms || shared_.etcd.stopped() ||
        !machine.agentAwake() || machine.wire.failNext > 0 || machine.wire.loseReplies > 0 ||
        std::exchange(seen.generation, machine.wire.generation) != machine.wire.generation) {
        seen.etcdTroubled = shared_.loop.now();
    }
    checkForgotten(machine, seen);
    if (machine.databaseAnswers()) {
        seen.muteSince.reset();
        const auto& clusters = shared_.databases.clusters;
        expect(ready != 200 || !machine.heardClusterId || machine.volume.clusterId == clusters.front().id ||
                   excused_,
               machine.name + ": /ready is never 200 for a database of another cluster");
        return;
    }
    if (!seen.muteSince) {
        seen.muteSince = shared_.loop.now();
    }
    checkService(machine, seen);
    if (ready != 200) {
        return;
    }
    if (shared_.databases.find(machine.index) == nullptr) {
        // The end of the process was told at once; the process may not have looked yet.
        expect(!machine.agentIdle(), machine.name + ": /ready is never 200 for a database that is gone");
    } else {
        const auto since = std::max(*seen.muteSince, machine.awakeSince());
        expect(shared_.loop.now() - since <= kNoticed,
               machine.name +
                   ": /ready is not 200 longer than a tick and a deadline after its database fell silent");
    }
}

void Invariants::checkService(const Machine& machine, Seen& seen) {
    const auto since = std::max({*seen.muteSince, machine.awakeSince(), seen.etcdTroubled});
    expect(shared_.loop.now() - since <= kWithdrawn || !shared_.etcd.data().contains(machine.readyKey()),
           machine.name + ": no endpoint is announced for a database that does not answer");
}

/// It comes back and asks etcd: then it joins nothing. What runs on it is left alone, see checkRequests().
void Invariants::checkForgotten(const Machine& machine, Seen& seen) {
    if (!isForgotten(machine)) {
        seen.forgottenSince.reset();
        return;
    }
    seen.forgottenSince = seen.forgottenSince ? seen.forgottenSince : shared_.loop.now();
    const auto since = std::max({*seen.forgottenSince, machine.awakeSince(), seen.etcdTroubled});
    if (shared_.loop.now() - since > kWithdrawn) {
        const auto& data = shared_.etcd.data();
        expect(!data.contains(machine.nodeKey()) && !data.contains(machine.readyKey()),
               machine.name + ": a forgotten machine announces nothing");
        expect(machine.ready() != 200, machine.name + ": /ready is never 200 on a forgotten machine");
    }
}

void Invariants::checkPeers(Machine& machine, Seen& seen) {
    const auto& hosts = seen.hosts[machine.instancePath("config/unicast_hosts.txt")];
    const bool holdsForgotten =
        !machine.heardForgotten.empty() && std::ranges::any_of(machines_, [&](const auto& other) {
            return other.get() != &machine && machine.heardForgotten.contains(other->machineId) &&
                   hosts.contains(other->endpoint);
        });
    const bool complete = hosts.empty() ||
                          (std::ranges::includes(hosts, machine.heardNodes) && !holdsForgotten) ||
                          machine.disk.writeError || machine.disk.writesLeft;
    if (complete) {
        seen.lackingSince.reset();
        return;
    }
    if (!seen.lackingSince) {
        seen.lackingSince = shared_.loop.now();
    }
    // It may have a slot to claim first, and that needs etcd.
    const auto since = std::max({*seen.lackingSince, machine.awakeSince(), seen.etcdTroubled});
    if (shared_.loop.now() - since <= kRendered) {
        return;
    }
    const auto page = nlohmann::json::parse(machine.page("/v1/node"), nullptr, false);
    const auto phase = page.is_object() ? page["unit"]["phase"].get<std::string>() : "";
    // A refused node leaves its files alone; one whose database runs says so by this component.
    const bool refused = phase == "refused" ||
                         (machine.databaseAnswers() && page["verdict"]["components"]["cluster-id"] == "fail");
    expect(
        refused || phase == "waiting" || phase == "probing",
        machine.name +
            ": the list of peers holds every live node this agent knows, and none it knows to be forgotten");
}

void Invariants::checkEtcd() {
    const auto revision = shared_.etcd.header().revision;
    if (revision == checkedRevision_) {
        return;
    }
    checkedRevision_ = revision;
    std::map<std::string, std::string> slots;
    std::map<std::string, std::string> names;
    forgotten_.clear();
    for (const auto& [key, keyValue] : shared_.etcd.data()) {
        if (key.starts_with(kForgotten)) {
            const auto id = key.substr(std::strlen(kForgotten));
            forgotten_.insert(id);
            expect(!shared_.etcd.data().contains(kMembers + id),
                   "no machine is a member and forgotten: " + id);
        }
        const bool member = key.starts_with(kMembers);
        if (!member && !key.starts_with(kNodes)) {
            continue;
        }
        // Found in the text and not parsed: this is asked at every revision.
        if (keyValue.value.find("\"v\":1") == std::string::npos) {
            continue; // put manually
        }
        if (member) {
            // A newcomer may get the number of a node that still runs under it and was forgotten by etcd or an operator.
            expect(slots.emplace(field(keyValue.value, "\"slot\":"), key).second || mayShareSlots(),
                   "no slot is held by two members: " + key);
        } else {
            expect(names.emplace(field(keyValue.value, "\"name\":"), key).second,
                   "one announcement for each name: " + key);
        }
    }
}

} // namespace sim
