// The operator's `cratectl forget` and `forget --undo`: read the registry, ask the database of the machine where it is
// typed, let the agent's own rules decide, hesitate over the question, write. Nothing is judged here.
#include "tests/sim/world.hpp"
#include "tools/cratectl/cluster/forget.hpp"

#include <algorithm>

namespace sim {

using namespace std::chrono_literals;

namespace {

const agent::Keys& keys() {
    static const agent::Keys kKeys("crate");
    return kKeys;
}

} // namespace

std::optional<agent::Registry> World::readRegistry(const Machine& desk) {
    if (!desk.powered() || !desk.wire.open() || shared_.etcd.stopped()) {
        return std::nullopt;
    }
    auto reply = shared_.etcd.transact(agent::registryReading(keys()));
    return reply ? std::optional(agent::readRegistry(keys(), std::move(*reply))) : std::nullopt;
}

/// The answer of `SELECT name FROM sys.nodes`; empty when the database does not answer.
std::optional<std::vector<std::string>> World::databaseNodes(const Machine& desk) {
    const auto* const database = shared_.databases.find(desk.index);
    if (database == nullptr || !database->answers()) {
        return std::nullopt;
    }
    std::vector<std::string> names;
    for (const auto& machine : machines_) {
        if (database->lastKnown.contains(machine->endpoint)) {
            names.push_back(machine->name);
        }
    }
    return names;
}

/// Whether those who are not forgotten hold the majority without this one. If not, no agent can save the cluster.
bool World::majorityWithout(const Machine* leaving) const {
    if (shared_.databases.clusters.empty()) {
        return true;
    }
    const auto& voters = shared_.databases.clusters.front().voters;
    const auto left = std::ranges::count_if(machines_, [&](const auto& machine) {
        return machine.get() != leaving && !invariants_->isForgotten(*machine) &&
               voters.contains(machine->volume.nodeId);
    });
    return static_cast<size_t>(left) * 2 > voters.size();
}

/// Mostly a machine that was switched off before and comes back later, and mostly a mistake that is undone.
void World::forgetMachine() {
    auto& machine = any();
    auto& desk = any();
    if (shared_.chance(70)) {
        machine.cutPower();
        later(0ms, 12s, [this, &machine, &desk] { forget(machine, desk); });
        later(4s, 20s, [&machine] { machine.powerOn(); });
    } else {
        forget(machine, desk);
    }
    if (shared_.chance(60)) {
        later(2s, 25s, [this, &machine, &desk] { unforget(machine, desk); });
    }
}

void World::forget(Machine& machine, const Machine& desk) {
    const auto registry = readRegistry(desk);
    if (!registry || machine.foreign || !majorityWithout(&machine)) {
        return;
    }
    auto nodes = databaseNodes(desk);
    const bool listed = nodes && std::ranges::find(*nodes, machine.name) != nodes->end();
    const auto forgetting = cratectl::forget(keys(), *registry,
                                             {.node = shared_.chance(50) ? machine.name : machine.machineId,
                                              .by = "admin@" + desk.name,
                                              .at = "2026-11-22T16:00:00Z",
                                              .databaseNodes = std::move(nodes)});
    if (!forgetting) {
        shared_.say("cratectl forget {}: {}", machine.name, forgetting.error().text());
        return;
    }
    if (forgetting->done) {
        return;
    }
    later(0ms, 2s, [this, &machine, listed, transaction = forgetting->transaction] {
        if (shared_.etcd.stopped()) {
            return;
        }
        const bool announced = shared_.etcd.data().contains(machine.nodeKey());
        const auto reply = shared_.etcd.transact(transaction);
        const bool done = reply && reply->succeeded;
        shared_.say("cratectl forget {}: {}", machine.name,
                    done ? "forgotten" : "it came back in the meantime");
        if (done) {
            invariants_->forgot(machine, announced || listed);
        }
    });
}

void World::unforget(const Machine& machine, const Machine& desk) {
    const auto registry = readRegistry(desk);
    const auto undoing = registry ? cratectl::unforget(keys(), *registry, machine.machineId)
                                  : hal::failure(hal::Error::invalid("etcd does not answer"));
    if (undoing) {
        (void)shared_.etcd.transact(undoing->transaction);
    }
    shared_.say("cratectl forget --undo {}: {}", machine.name,
                undoing ? "it may come back" : undoing.error().text());
}

/// After the repair a forgotten machine is either wanted back, or refused for good.
void World::settleForgotten() {
    const bool undo = shared_.databases.clusters.empty() || !majorityWithout(nullptr) || shared_.chance(50);
    for (const auto& machine : machines_) {
        if (undo && invariants_->isForgotten(*machine)) {
            unforget(*machine, *machine);
        }
    }
}

} // namespace sim
