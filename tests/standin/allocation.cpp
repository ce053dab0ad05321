// See allocation.hpp. The order is CrateDB's: a lost primary is replaced by a complete copy, then replicas are made,
// then copies leave the nodes that are being decommissioned.
#include "tests/standin/allocation.hpp"

#include "tests/standin/cluster_state.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace standin {

namespace {

class Allocator {
public:
    Allocator(TableRouting table, std::span<const NodeInfo> live, const AllocationRules& rules)
        : table_(std::move(table)), live_(live.begin(), live.end()), rules_(rules) {
        std::ranges::sort(live_, {}, &NodeInfo::name);
    }

    TableRouting run() {
        placePrimary();
        if (!hasPrimary(table_, live_)) {
            return table_;
        }
        std::erase_if(table_.replicas, [this](const Copy& copy) { return !isLive(copy.node); });
        endRelocations();
        placeReplica();
        startRelocations();
        return table_;
    }

private:
    bool isLive(const std::string& id) const { return findNode(live_, id) != nullptr; }

    // The first node by name that may take a copy.
    const NodeInfo* freeNode() const {
        const auto found = std::ranges::find_if(live_, [this](const NodeInfo& node) {
            const bool holds =
                node.id == table_.primary ||
                std::ranges::find(table_.replicas, node.id, &Copy::node) != table_.replicas.end();
            return node.dataNode && !holds && !rules_.isLeaving(node.id);
        });
        return found == live_.end() ? nullptr : &*found;
    }

    void promote(const std::string& id) {
        table_.primary = id;
        table_.primaryActive = true;
        std::erase_if(table_.replicas, [&id](const Copy& copy) { return copy.node == id; });
        for (Copy& copy : table_.replicas) {
            copy = {copy.node, false, ++table_.allocation, ""};
        }
    }

    const Copy* completeCopy() const {
        const auto found = std::ranges::find_if(
            table_.replicas, [this](const Copy& copy) { return copy.inSync && isLive(copy.node); });
        return found == table_.replicas.end() ? nullptr : &*found;
    }

    void placePrimary() {
        if (table_.primary.empty()) {
            const NodeInfo* node = rules_.enable == Enable::none ? nullptr : freeNode();
            if (node != nullptr) {
                table_.primary = node->id;
                table_.primaryActive = true;
                ++table_.allocation;
            }
            return;
        }
        const Copy* complete = completeCopy();
        if (table_.primaryActive && !isLive(table_.primary)) {
            // A replica that runs takes over whatever is enabled: that is no allocation.
            table_.primaryActive = false;
            if (complete != nullptr) {
                promote(std::string(complete->node));
            }
            return;
        }
        // An existing primary that comes back is not a new one, which is the trap of 'new_primaries'.
        const bool mayReturn = rules_.enable == Enable::all || rules_.enable == Enable::primaries;
        if (!table_.primaryActive && mayReturn && isLive(table_.primary)) {
            table_.primaryActive = true;
        } else if (!table_.primaryActive && mayReturn && complete != nullptr) {
            promote(std::string(complete->node));
        }
    }

    void placeReplica() {
        const auto own = std::ranges::count(table_.replicas, std::string(), &Copy::relocates);
        const NodeInfo* node = freeNode();
        if (rules_.enable == Enable::all && node != nullptr &&
            static_cast<std::size_t>(own) < wantedReplicas(live_)) {
            table_.replicas.push_back({node->id, false, ++table_.allocation, ""});
        }
    }

    // Hands over to copies that are complete, and drops those that are no longer needed.
    void endRelocations() {
        std::erase_if(table_.replicas, [this](const Copy& copy) {
            return !copy.relocates.empty() && (!mustLeave(copy.relocates) || rules_.isLeaving(copy.node));
        });
        const auto done = std::ranges::find_if(
            table_.replicas, [](const Copy& copy) { return copy.inSync && !copy.relocates.empty(); });
        if (done == table_.replicas.end()) {
            return;
        }
        const std::string from = std::exchange(done->relocates, "");
        if (from == table_.primary) {
            promote(std::string(done->node));
        } else {
            std::erase_if(table_.replicas, [&from](const Copy& copy) { return copy.node == from; });
        }
    }

    // Whether the copy on this node has to go, with min_availability 'primaries' only the primary.
    bool mustLeave(const std::string& id) const {
        const bool isPrimary = id == table_.primary;
        const bool isReplica = std::ranges::find(table_.replicas, id, &Copy::node) != table_.replicas.end();
        return rules_.isLeaving(id) &&
               (isPrimary || (isReplica && rules_.availability == Availability::full));
    }

    void startRelocations() {
        std::vector<std::string> holders{table_.primary};
        std::ranges::transform(table_.replicas, std::back_inserter(holders), &Copy::node);
        for (const std::string& holder : holders) {
            const bool isPrimary = holder == table_.primary;
            const bool isAllowed =
                rules_.enable == Enable::all || (isPrimary && rules_.enable == Enable::primaries);
            const bool isUnderWay =
                std::ranges::find(table_.replicas, holder, &Copy::relocates) != table_.replicas.end();
            const NodeInfo* node = freeNode();
            if (mustLeave(holder) && isAllowed && !isUnderWay && node != nullptr) {
                table_.replicas.push_back({node->id, false, ++table_.allocation, holder});
            }
        }
    }

    TableRouting table_;
    std::vector<NodeInfo> live_;
    const AllocationRules& rules_;
};

} // namespace

bool AllocationRules::isLeaving(const std::string& id) const {
    return availability != Availability::none && leaving.contains(id);
}

std::size_t wantedReplicas(std::span<const NodeInfo> live) {
    return std::ranges::count_if(live, &NodeInfo::dataNode) > 1 ? 1 : 0;
}

bool hasPrimary(const TableRouting& table, std::span<const NodeInfo> live) {
    return table.primaryActive && findNode(live, table.primary) != nullptr;
}

TableHealth healthOf(const TableRouting& table, std::span<const NodeInfo> live) {
    TableHealth health;
    if (table.type.empty()) {
        return health;
    }
    std::size_t complete = 0;
    for (const Copy& copy : table.replicas) {
        const bool isOwn = copy.relocates.empty();
        complete += isOwn && copy.inSync && findNode(live, copy.node) != nullptr ? 1U : 0U;
        health.relocating += isOwn ? 0 : 1;
    }
    const std::size_t wanted = wantedReplicas(live);
    health.missing = hasPrimary(table, live) ? 0 : 1;
    health.underreplicated = static_cast<int>(wanted - std::min(wanted, complete));
    return health;
}

TableRouting allocate(TableRouting table, std::span<const NodeInfo> live, const AllocationRules& rules) {
    if (table.type.empty() || live.empty()) {
        return table;
    }
    return Allocator(std::move(table), live, rules).run();
}

} // namespace standin
