// One simulation from its first boot to its end: N machines, the faults that hit them, the repair, and the check that
// all is well afterwards. It owns the order of events; faults.cpp defines the faults.
#pragma once

#include "agent/cluster/registry.hpp"
#include "tests/sim/invariants.hpp"
#include "tests/sim/machine.hpp"
#include "tests/sim/shared.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sim {

class World {
public:
    World(uint64_t seed, bool traced);

    /// Empty when all went well, else the rule that was broken.
    [[nodiscard]] std::optional<std::string> run();
    [[nodiscard]] uint64_t steps() const { return shared_.steps; }

private:
    struct Fault {
        const char* name;
        void (World::*strike)();
        bool forgets = false; ///< it removes knowledge about the cluster
    };
    static const std::vector<Fault>& faults();

    void boot();
    void chooseFaults();
    void plugForeign();
    void strike();
    void repair();
    /// Runs all loops for a while; ends early when an invariant broke.
    void advance(hal::Duration duration);
    bool step(hal::TimePoint limit);
    [[nodiscard]] std::optional<std::string> lacking();
    [[nodiscard]] std::optional<std::string> lacking(Machine& machine);
    Machine& any();
    /// What a fault brings some time later; nothing once everything is repaired.
    void later(hal::Duration least, hal::Duration most, std::function<void()> call);
    void breakConnections();

    // ---- the operator ----
    void forget(Machine& machine, const Machine& desk);
    void unforget(const Machine& machine, const Machine& desk);
    void settleForgotten();
    [[nodiscard]] std::optional<agent::Registry> readRegistry(const Machine& desk);
    [[nodiscard]] std::optional<std::vector<std::string>> databaseNodes(const Machine& desk);
    [[nodiscard]] bool majorityWithout(const Machine* leaving) const;

    // ---- faults ----
    void killAgent();
    void freezeAgent();
    void stallMachine();
    void jumpWallClock();
    void killContainer();
    void freezeDatabase();
    void cutPower();
    void cutPowerOfAll();
    void cutFromEtcd();
    void loseReplies();
    void splitDatabases();
    void stopEtcd();
    void slowEtcd();
    void endWatches();
    void wipeEtcd();
    void restoreEtcd();
    void breakDisk();
    void slowDisk();
    void wipeData();
    void wipeState();
    void replaceMachine();
    void putNonsense();
    void stopByHand();
    void changeConfig();
    void forgetMachine();

    Shared shared_;
    Machines machines_;
    std::unique_ptr<Invariants> invariants_;
    std::vector<const Fault*> chosen_;
    std::vector<std::shared_ptr<const fakes::EtcdStore::Snapshot>> snapshots_;
    bool repaired_ = false;
    hal::SourcePtr rounds_;
    hal::SourcePtr expiry_;
};

} // namespace sim
