// Events that are due at the same moment on several loops run in random order.
#include "tests/sim/world.hpp"

#include <algorithm>

namespace sim {

using namespace std::chrono_literals;

namespace {

constexpr hal::Duration kRound = 1s;     // CrateDB's discovery.find_peers_interval
constexpr hal::Duration kExpiry = 500ms; // etcd looks for leases that ran out twice a second
constexpr hal::Duration kPatience =
    240s; // a failed unit is tried again after a minute, or after systemd's delay
constexpr unsigned kLastingSeconds = 5;
constexpr unsigned kMostSteps = 3'000'000; // something runs in circles

} // namespace

World::World(uint64_t seed, bool traced) : shared_(seed, traced) {
    static constexpr unsigned kCounts[] = {3, 3, 3, 3, 4, 4, 4, 5, 5, 6, 7, 9};
    const unsigned count = kCounts[shared_.pick(std::size(kCounts))];
    agent::Config config;
    const unsigned kinds = shared_.pick(10);
    config.initialNodes = static_cast<uint16_t>(kinds == 0 ? 1 : kinds == 1 && count < 4 ? count : 3);
    for (unsigned index = 0; index < count; ++index) {
        machines_.push_back(std::make_unique<Machine>(shared_, index, config));
    }
    invariants_ = std::make_unique<Invariants>(shared_, machines_);
    chooseFaults();
    rounds_ = shared_.loop.every(kRound, [this] { shared_.databases.round(); });
    expiry_ = shared_.loop.every(kExpiry, [this] { (void)shared_.etcd.leases(); });
    shared_.say("{} machines, InitialNodes={}", count, config.initialNodes);
}

/// Each seed has its own few kinds of faults: many of each kind find other things than one of every kind.
void World::chooseFaults() {
    // A machine of another cluster is plugged in; what makes everybody forget the own cluster is left out then.
    const bool foreign = machines_.size() > 3 && shared_.chance(20);
    if (foreign) {
        auto& machine = *machines_.back();
        machine.foreign = true;
        machine.plugged = false;
        machine.volume = {.nodeId = shared_.databases.newNodeId(), .hasFiles = true, .clusterId = "foreign"};
        shared_.databases.foreign = {{"foreign", "crate", {machine.volume.nodeId}}};
    }
    for (const auto& fault : faults()) {
        if (shared_.chance(35) && !(foreign && fault.forgets)) {
            chosen_.push_back(&fault);
        }
    }
}

/// Late: a blank machine joins whatever cluster it finds first, and the other one is among its peers then.
void World::plugForeign() {
    const bool settled = std::ranges::all_of(machines_, [this](const auto& machine) {
        const bool refused = repaired_ && invariants_->isForgotten(*machine);
        return machine->foreign || refused || machine->volume.clusterId.has_value();
    });
    if (!settled) {
        return;
    }
    for (const auto& machine : machines_) {
        if (!machine->plugged && shared_.etcd.data().contains("/cratekeeper/crate/cluster-id")) {
            machine->plugged = true;
            machine->powerOn();
        }
    }
}

Machine& World::any() { return *machines_[shared_.pick(static_cast<unsigned>(machines_.size()))]; }

void World::later(hal::Duration least, hal::Duration most, std::function<void()> call) {
    shared_.loop.post(shared_.between(least, most), [this, call = std::move(call)] {
        if (!repaired_) {
            call();
        }
    });
}

bool World::step(hal::TimePoint limit) {
    auto time = shared_.loop.due();
    Machine* next = nullptr;
    unsigned rivals = 1;
    for (const auto& machine : machines_) {
        const auto due = machine->due();
        if (!due || (time && *due > *time)) {
            continue;
        }
        const bool earlier = !time || *due < *time;
        rivals = earlier ? 1 : rivals + 1;
        if (earlier || shared_.pick(rivals) == 0) {
            next = machine.get();
        }
        time = due;
    }
    if (!time || *time > limit || invariants_->broken()) {
        return false;
    }
    shared_.loop.moveTo(*time);
    if (next != nullptr) {
        next->step();
    } else {
        shared_.loop.step(*time);
    }
    invariants_->check(next);
    return ++shared_.steps < kMostSteps;
}

void World::advance(hal::Duration duration) {
    const auto limit = shared_.loop.now() + duration;
    while (step(limit)) {}
    if (!invariants_->broken()) {
        shared_.loop.moveTo(limit);
    }
}

void World::boot() {
    const auto spread = shared_.between(0ms, 8s);
    for (const auto& machine : machines_) {
        const bool late = shared_.chance(8);
        later(late ? 8s : 0ms, late ? 25s : spread, [&machine = *machine] { machine.powerOn(); });
    }
    if (shared_.chance(20)) {
        slowEtcd(); // they decide about each other by what is long past
    }
}

void World::strike() {
    if (!chosen_.empty()) {
        const auto* const fault = chosen_[shared_.pick(static_cast<unsigned>(chosen_.size()))];
        (this->*fault->strike)();
    }
}

std::optional<std::string> World::run() {
    boot();
    // Some faults hit while the cluster forms, others once it exists.
    advance(shared_.chance(70) ? shared_.between(0ms, 4s) : shared_.between(8s, 16s));
    const unsigned count = 4 + shared_.pick(14);
    for (unsigned fault = 0; fault < count && !invariants_->broken(); ++fault) {
        strike();
        plugForeign();
        advance(shared_.chance(30) ? shared_.between(0ms, 300ms) : shared_.between(0ms, 4s));
    }
    repair();
    const auto limit = shared_.loop.now() + kPatience;
    unsigned wholeSeconds = 0; // a process that was frozen says for a moment what was true before
    while (wholeSeconds < kLastingSeconds && shared_.loop.now() < limit && !invariants_->broken()) {
        advance(1s);
        plugForeign();
        wholeSeconds = lacking() ? 0 : wholeSeconds + 1;
    }
    if (shared_.steps >= kMostSteps) {
        return "the loops come to rest";
    }
    return invariants_->broken() ? invariants_->broken() : lacking();
}

void World::repair() {
    shared_.say("---- everything is repaired ----");
    repaired_ = true;
    shared_.etcd.start();
    shared_.databases.side.clear();
    for (const auto& machine : machines_) {
        machine->wire = {.generation = machine->wire.generation};
        machine->disk.writesLeft.reset();
        machine->slowWrites = 0ms;
        machine->dataReadOnly = false;
        machine->powerOn();
        machine->thawAgent();
        machine->startAgent();
        machine->freezeDatabase(false);
        machine->startByHand();
    }
    for (const auto& key : shared_.etcd.keys()) {
        if (key.find("nonsense") != std::string::npos) {
            shared_.etcd.erase(key);
        }
    }
    settleForgotten();
}

std::optional<std::string> World::lacking(Machine& machine) {
    const auto missing = [&machine](const std::string& what) {
        return machine.name + ": " + what + "; it says: " + machine.page("/ready").substr(0, 300) +
               machine.startError;
    };
    if (machine.foreign) {
        const bool refused =
            machine.page("/ready").find("belongs to cluster id foreign") != std::string::npos;
        return machine.ready() == 503 && refused
                   ? std::nullopt
                   : std::optional(missing("a machine of another cluster is refused in the end"));
    }
    if (invariants_->isForgotten(machine)) {
        const bool refused = machine.page("/ready").find("was removed from the cluster") != std::string::npos;
        return machine.ready() == 503 && refused && !shared_.etcd.data().contains(machine.nodeKey())
                   ? std::nullopt
                   : std::optional(missing("a forgotten machine is refused in the end"));
    }
    // Its slot was given away in an etcd that had forgotten it. It is told which unit to stop; the database runs on.
    if (invariants_->mayShareSlots() && machine.ready() == 503 && machine.databaseAnswers() &&
        machine.page("/ready").find("already runs on this machine") != std::string::npos) {
        return std::nullopt;
    }
    if (machine.ready() != 200) {
        return missing("every machine is ready in the end");
    }
    if (machine.volume.clusterId != shared_.databases.clusters.front().id) {
        return missing("every machine is in one cluster in the end");
    }
    if (!shared_.etcd.data().contains(machine.nodeKey()) ||
        !shared_.etcd.data().contains(machine.readyKey())) {
        return missing("every machine is announced in the end");
    }
    const auto hosts = parseHosts(machine.disk.files[machine.instancePath("config/unicast_hosts.txt")]);
    for (const auto& other : machines_) {
        if (!other->foreign && hosts.contains(other->endpoint) == invariants_->isForgotten(*other)) {
            return missing("every machine knows " + other->name + " in the end, unless it was forgotten");
        }
    }
    return std::nullopt;
}

/// What is not as it should be when nothing is broken any more.
std::optional<std::string> World::lacking() {
    if (invariants_->excused()) {
        return std::nullopt;
    }
    if (shared_.databases.clusters.empty()) {
        return "a cluster is founded in the end; " + machines_.front()->page("/ready").substr(0, 300);
    }
    for (const auto& machine : machines_) {
        if (auto what = lacking(*machine)) {
            return what;
        }
    }
    return std::nullopt;
}

} // namespace sim
