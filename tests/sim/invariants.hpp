// What must hold after every step of a simulation, whatever was broken: the guarantees of the project as checks of the
// disks, etcd, the databases and the answers. It reads nothing inside the agent.
#pragma once

#include "tests/sim/machine.hpp"
#include "tests/sim/shared.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace sim {

using Machines = std::vector<std::unique_ptr<Machine>>;

class Invariants {
public:
    Invariants(Shared& shared, Machines& machines);

    /// After each step; `stepped` is the machine whose agent did something, empty when the world did.
    void check(Machine* stepped);
    /// The first rule that was broken, in words.
    [[nodiscard]] const std::optional<std::string>& broken() const { return broken_; }

    // ---- what hands did, which changes what may be expected ----
    void wiped(const Machine& machine); ///< its state directory is gone: it starts without memory
    void storeLost();                   ///< etcd was wiped or went back in time
    /// `cratectl forget` took a machine out; `alive` as etcd and the database that was asked showed it.
    void forgot(const Machine& machine, bool alive);
    /// etcd says so at this moment.
    [[nodiscard]] bool isForgotten(const Machine& machine) const {
        return forgotten_.contains(machine.machineId);
    }
    /// A slot in use was given away: in an etcd that lost its memory, or after a forget.
    [[nodiscard]] bool mayShareSlots() const { return lost_ || everForgotten_; }
    /// A second cluster id is no fault of the agents any more, see README.md.
    [[nodiscard]] bool excused() const { return excused_; }

private:
    /// What was last seen of one machine.
    struct Seen {
        size_t written = 0;
        size_t requests = 0;
        std::map<std::string, std::set<std::string>> hosts; ///< by path of unicast_hosts.txt
        std::optional<hal::TimePoint> muteSince;            ///< since then its database does not answer
        std::optional<hal::TimePoint> lackingSince;         ///< its peers lack a node it heard of
        std::optional<hal::TimePoint> forgottenSince;       ///< etcd says that it is forgotten
        std::set<std::string> forgotten; ///< machine-ids this machine ever heard to be forgotten
        std::optional<int> ready;
        hal::TimePoint etcdTroubled; ///< when it was last without a good way to etcd
        unsigned generation = 0;
        bool voted = false; ///< it keeps a vote on disk
    };

    void expect(bool holds, const std::string& otherwise);
    void onWrite(Machine& machine, const hal::Transaction& wrote);
    void onGrant(const Machine& machine, std::chrono::seconds ttl);
    void onBootstrap(const Cluster& cluster);
    void checkWrites(Machine& machine, Seen& seen);
    void checkRendered(Machine& machine, const std::string& path, const Seen& seen);
    void checkRequests(Machine& machine, Seen& seen);
    void checkReady(Machine& machine, Seen& seen);
    void checkService(const Machine& machine, Seen& seen);
    void checkPeers(Machine& machine, Seen& seen);
    void checkForgotten(const Machine& machine, Seen& seen);
    void checkEtcd();
    [[nodiscard]] bool shrinksOnlyByForgotten(const Seen& seen, const std::set<std::string>& before,
                                              const std::set<std::string>& hosts) const;
    [[nodiscard]] bool remembered() const;
    [[nodiscard]] static bool knowsId(const Machine& machine);

    Shared& shared_;
    Machines& machines_;
    std::map<unsigned, Seen> seen_;
    std::set<std::vector<std::string>> lists_; ///< all first voters that were ever rendered
    hal::Revision checkedRevision_ = 0;
    hal::Revision lostAt_ = 0;        ///< what is older came back with a snapshot
    std::set<std::string> forgotten_; ///< machine-ids, as etcd has them now
    bool everForgotten_ = false;
    bool excused_ = false;
    bool lost_ = false;
    std::optional<std::string> broken_;
};

} // namespace sim
