// The faults, one function each. Every fault ends by itself after a while, or at the end of the simulation.
#include "tests/sim/world.hpp"

#include <algorithm>

namespace sim {

using namespace std::chrono_literals;

const std::vector<World::Fault>& World::faults() {
    static const std::vector<Fault> kAll{
        {"kill agent", &World::killAgent},
        {"freeze agent", &World::freezeAgent},
        {"stall machine", &World::stallMachine},
        {"jump wall clock", &World::jumpWallClock},
        {"kill container", &World::killContainer},
        {"freeze database", &World::freezeDatabase},
        {"cut power", &World::cutPower},
        {"cut power of all", &World::cutPowerOfAll},
        {"cut from etcd", &World::cutFromEtcd},
        {"lose replies", &World::loseReplies},
        {"split databases", &World::splitDatabases},
        {"stop etcd", &World::stopEtcd},
        {"slow etcd", &World::slowEtcd},
        {"end watches", &World::endWatches},
        {"wipe etcd", &World::wipeEtcd, true},
        {"restore etcd", &World::restoreEtcd, true},
        {"break disk", &World::breakDisk},
        {"slow disk", &World::slowDisk},
        {"wipe data", &World::wipeData, true},
        {"wipe state", &World::wipeState, true},
        {"replace machine", &World::replaceMachine, true},
        {"put nonsense", &World::putNonsense},
        {"stop by hand", &World::stopByHand},
        {"change configuration", &World::changeConfig},
        {"forget", &World::forgetMachine},
    };
    return kAll;
}

void World::killAgent() {
    auto& machine = any();
    machine.killAgent();
    later(50ms, 3s, [&machine] { machine.startAgent(); });
}

void World::freezeAgent() {
    auto& machine = any();
    shared_.say("{}: agent freezes", machine.name);
    machine.freezeAgent();
    later(100ms, 9s, [&machine] { machine.thawAgent(); });
}

void World::killContainer() { any().killContainer(shared_.chance(50) ? 137 : 1, shared_.chance(80)); }

void World::cutPower() {
    auto& machine = any();
    machine.cutPower();
    later(500ms, 10s, [&machine] { machine.powerOn(); });
}

void World::cutFromEtcd() {
    auto& machine = any();
    auto& wire = machine.wire;
    wire.silent = shared_.chance(50);
    wire.refused = !wire.silent;
    shared_.say("{}: cut from etcd ({})", machine.name, wire.silent ? "silent" : "refused");
    later(100ms, 12s, [&wire] { wire.silent = wire.refused = false; });
}

void World::loseReplies() {
    auto& machine = any();
    machine.wire.loseReplies = shared_.pick(4);
    machine.wire.failNext = shared_.pick(3);
    shared_.say("{}: loses {} replies", machine.name, machine.wire.loseReplies);
}

void World::splitDatabases() {
    for (const auto& machine : machines_) {
        shared_.databases.side[machine->index] = shared_.pick(2);
    }
    shared_.say("databases are split");
    later(500ms, 12s, [this] {
        shared_.say("databases are no longer split");
        shared_.databases.side.clear();
    });
}

void World::stopEtcd() {
    shared_.say("etcd stops");
    shared_.etcd.stop();
    breakConnections();
    later(200ms, 15s, [this] {
        if (shared_.etcd.stopped()) {
            shared_.say("etcd is back");
            shared_.etcd.start();
        }
    });
}

void World::breakConnections() {
    for (const auto& machine : machines_) {
        ++machine->wire.generation;
    }
}

void World::stallMachine() {
    auto& machine = any();
    const auto duration = shared_.between(100ms, 3s);
    shared_.say("{}: its clock stands still for {} ms", machine.name, duration / 1ms);
    machine.stall(duration);
}

void World::jumpWallClock() {
    auto& machine = any();
    machine.wallOffset += shared_.between(-2h, 2h);
    shared_.say("{}: wall clock jumps", machine.name);
}

void World::freezeDatabase() {
    auto& machine = any();
    shared_.say("{}: database freezes", machine.name);
    machine.freezeDatabase(true);
    later(200ms, 8s, [&machine] { machine.freezeDatabase(false); });
}

void World::cutPowerOfAll() {
    shared_.say("a power cut of all");
    for (const auto& machine : machines_) {
        machine->cutPower();
        later(500ms, 10s, [&machine = *machine] { machine.powerOn(); });
    }
}

/// Not for all alike: who is fast acts on what it read before the slow ones are heard.
void World::slowEtcd() {
    for (const auto& machine : machines_) {
        machine->wire.latency = shared_.chance(30) ? 2ms : shared_.between(50ms, 1200ms);
    }
    shared_.say("etcd is slow");
    later(500ms, 12s, [this] {
        for (const auto& machine : machines_) {
            machine->wire.latency = 2ms;
        }
    });
}

void World::endWatches() {
    shared_.say("etcd ends all connections, as after a compaction or a change of its leader");
    breakConnections();
}

void World::wipeEtcd() {
    shared_.say("etcd is wiped");
    shared_.etcd.wipe();
    snapshots_.clear();
    breakConnections();
    invariants_->storeLost();
    if (shared_.chance(40)) {
        slowEtcd(); // all come back to it at once
    }
}

/// Odd times take a snapshot, even times go back to it.
void World::restoreEtcd() {
    if (snapshots_.empty() || shared_.chance(40)) {
        shared_.say("a snapshot of etcd is taken");
        snapshots_.push_back(shared_.etcd.snapshot());
        return;
    }
    shared_.say("etcd is restored from a snapshot");
    shared_.etcd.restore(*snapshots_[shared_.pick(static_cast<unsigned>(snapshots_.size()))]);
    breakConnections();
    invariants_->storeLost();
}

/// After some more writes nothing can be written; half of the time the agent dies of it in the middle.
void World::breakDisk() {
    auto& machine = any();
    machine.disk.writesLeft = shared_.pick(6);
    shared_.say("{}: disk takes {} more writes", machine.name, *machine.disk.writesLeft);
    const bool fatal = shared_.chance(50);
    later(500ms, 6s, [&machine, fatal] {
        if (fatal) {
            machine.cutPower();
        }
        machine.disk.writesLeft.reset();
        machine.powerOn();
    });
}

void World::slowDisk() {
    auto& machine = any();
    machine.slowWrites = shared_.between(10ms, 1s);
    shared_.say("{}: a write takes {} ms", machine.name, machine.slowWrites / 1ms);
    later(1s, 10s, [&machine] { machine.slowWrites = 0ms; });
}

/// A new disk, put in with the power off. Never into so many machines that the cluster loses its majority: what is
/// lost then, no agent brings back.
void World::wipeData() {
    auto& machine = any();
    if (shared_.databases.clusters.empty() || !majorityWithout(&machine)) {
        return;
    }
    machine.cutPower();
    machine.wipeData();
    later(500ms, 6s, [&machine] { machine.powerOn(); });
}

/// Not before there is a cluster: a voter whose database began and that forgot its vote waits for a person.
void World::wipeState() {
    auto& machine = any();
    if (shared_.databases.clusters.empty()) {
        return;
    }
    machine.cutPower();
    machine.wipeState();
    invariants_->wiped(machine);
    later(500ms, 6s, [&machine] { machine.powerOn(); });
}

/// Another one under the same name and machine-id, with nothing on its disks.
void World::replaceMachine() {
    auto& machine = any();
    if (shared_.databases.clusters.empty() || !majorityWithout(&machine)) {
        return;
    }
    machine.cutPower();
    machine.wipeData();
    machine.wipeState();
    invariants_->wiped(machine);
    later(500ms, 6s, [&machine] { machine.powerOn(); });
}

void World::putNonsense() {
    static constexpr const char* kKeys[] = {"members/nonsense", "nodes/nonsense", "nonsense", "spec"};
    static constexpr const char* kValues[] = {"", "{", R"({"v":2})", R"({"v":1,"name":7,"slot":-1})",
                                              R"({"v":1,"name":"x","boot_id":"y","address":"not one"})"};
    const std::string key = std::string("/cratekeeper/crate/") + kKeys[shared_.pick(std::size(kKeys))];
    shared_.say("an operator puts nonsense into {}", key);
    shared_.etcd.put(key, kValues[shared_.pick(std::size(kValues))]);
}

void World::stopByHand() {
    auto& machine = any();
    machine.stopByHand();
    later(500ms, 12s, [&machine] { machine.startByHand(); });
}

void World::changeConfig() {
    auto& machine = any();
    agent::ConfigResult next{.config = machine.config, .errors = {}};
    if (shared_.chance(25)) {
        next.errors.push_back({});
    } else {
        next.config.crate.heapBytes = uint64_t{1 + shared_.pick(3)} << 30U;
        next.config.etcd.lease = std::chrono::seconds(3 + shared_.pick(5));
    }
    machine.reload(next);
}

} // namespace sim
