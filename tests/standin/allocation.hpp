// Where the copies of the table doc.t are and where they may go: nodes that come and go, a decommission, and
// cluster.routing.allocation.enable. Pure over values; moves no row.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace standin {

struct NodeInfo;

struct Copy {
    std::string node; // id
    bool inSync = false;
    std::int64_t allocation = 0; // of this copy; a new number means that it is created again
    std::string relocates;       // id of the node whose copy it is to replace, or empty

    bool operator==(const Copy&) const = default;
};

// Only a replica that is in sync may become the primary.
struct TableRouting {
    std::string type; // empty: there is no table
    bool primaryKey = false;
    std::string primary;        // node id
    bool primaryActive = false; // false: it is unassigned until an allocation takes it back
    std::vector<Copy> replicas;
    std::int64_t allocation = 0; // the last number given

    bool operator==(const TableRouting&) const = default;
};

enum class Enable { all, primaries, newPrimaries, none };
enum class Availability { primaries, full, none };

struct AllocationRules {
    Enable enable = Enable::all;
    Availability availability = Availability::primaries; // cluster.graceful_stop.min_availability
    std::set<std::string> leaving;                       // ids of nodes that are being decommissioned

    [[nodiscard]] bool isLeaving(const std::string& id) const;
};

// The routing for these live nodes. A copy on a node that is gone stays listed only while the primary is gone, too.
[[nodiscard]] TableRouting allocate(TableRouting table, std::span<const NodeInfo> live,
                                    const AllocationRules& rules);

// The content of sys.health.
struct TableHealth {
    int missing = 0;         // primaries that no node has
    int underreplicated = 0; // replicas that are not complete
    int relocating = 0;

    [[nodiscard]] bool isRed() const { return missing > 0; }
    [[nodiscard]] bool isGreen() const { return missing == 0 && underreplicated == 0; }
};

[[nodiscard]] bool hasPrimary(const TableRouting& table, std::span<const NodeInfo> live);
[[nodiscard]] TableHealth healthOf(const TableRouting& table, std::span<const NodeInfo> live);
// number_of_replicas is 0-1, CrateDB's default.
[[nodiscard]] std::size_t wantedReplicas(std::span<const NodeInfo> live);

} // namespace standin
