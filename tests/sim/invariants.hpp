// What must hold after every step of a simulation, whatever was broken: the promises of the design as checks over what
// lies on disks, in etcd, in the databases and in what is answered. It reads nothing inside of the agent.
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
    void wiped(const Machine& machine); ///< its state directory is gone: its memory starts anew
    void storeLost();                   ///< etcd was wiped or went back in time
    [[nodiscard]] bool storeWasLost() const { return lost_; }
    /// A second cluster id is no fault of the agents any more, see ARCHITECTURE.md.
    [[nodiscard]] bool excused() const { return excused_; }

private:
    /// What was last seen of one machine.
    struct Seen {
        size_t written = 0;
        size_t requests = 0;
        std::map<std::string, std::set<std::string>> hosts; ///< by path of unicast_hosts.txt
        std::optional<hal::TimePoint> muteSince;            ///< its database answers nobody since
        std::optional<hal::TimePoint> lackingSince;         ///< its peers lack somebody it heard of
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
    void checkEtcd();
    [[nodiscard]] bool remembered() const;
    [[nodiscard]] static bool knowsId(const Machine& machine);

    Shared& shared_;
    Machines& machines_;
    std::map<unsigned, Seen> seen_;
    std::set<std::vector<std::string>> lists_; ///< all first voters that were ever rendered
    hal::Revision checkedRevision_ = 0;
    bool excused_ = false;
    bool lost_ = false;
    std::optional<std::string> broken_;
};

} // namespace sim
