// Where the stand-in's table may be: failover, replicas, a decommission and what the allocation setting forbids.
#include "tests/cpputest.hpp"
#include "tests/standin/cluster_state.hpp"

using standin::Enable;
using standin::TableRouting;

TEST_GROUP(StandinAllocation) {
    standin::AllocationRules rules;
    TableRouting table;

    void setup() override {
        table.type = "bigint";
        settle("abc");
    }

    static std::vector<standin::NodeInfo> live(const std::string& letters) {
        std::vector<standin::NodeInfo> made;
        for (const char letter : letters) {
            standin::NodeInfo node;
            node.id = node.name = std::string(1, letter);
            made.push_back(node);
        }
        return made;
    }

    void allocate(const std::string& letters) { table = standin::allocate(table, live(letters), rules); }

    /// Allocates until nothing changes, with copies that are complete at once.
    void settle(const std::string& letters) {
        for (TableRouting before; before != table;) {
            before = table;
            allocate(letters);
            for (standin::Copy& copy : table.replicas) {
                copy.inSync = true;
            }
        }
    }

    /// "a+b" is a primary on a with a replica on b; "-" is a primary that no node has.
    [[nodiscard]] std::string shown() const {
        std::string text = table.primaryActive ? table.primary : "-";
        for (const standin::Copy& copy : table.replicas) {
            text += "+" + copy.node;
        }
        return text;
    }
};

TEST(StandinAllocation, PutsAPrimaryAndAReplicaOnTwoNodes) { CHECK_EQUAL(std::string("a+b"), shown()); }

TEST(StandinAllocation, ASingleNodeHasNoReplicaAndIsGreen) {
    table = {"bigint", false, "", false, {}, 0};
    settle("a");
    CHECK_EQUAL(std::string("a"), shown());
    CHECK_TRUE(standin::healthOf(table, live("a")).isGreen());
}

TEST(StandinAllocation, ACompleteReplicaTakesTheLostPrimarysPlace) {
    allocate("bc");
    CHECK_EQUAL(std::string("b+c"), shown());
    CHECK_TRUE(!table.replicas.front().inSync);
    CHECK_EQUAL(1, standin::healthOf(table, live("bc")).underreplicated);
}

TEST(StandinAllocation, AnIncompleteReplicaNeverDoes) {
    table.replicas.front().inSync = false;
    allocate("bc");
    allocate("bc");
    CHECK_EQUAL(std::string("-+b"), shown());
    CHECK_TRUE(standin::healthOf(table, live("bc")).isRed());
    settle("abc");
    CHECK_EQUAL(std::string("a+b"), shown());
}

TEST(StandinAllocation, AReplicaThatWasLostDoesNotCountWhenItIsBack) {
    rules.enable = Enable::primaries;
    allocate("ac");
    CHECK_EQUAL(std::string("a"), shown());
    settle("bc");
    CHECK_EQUAL(std::string("-"), shown());
}

TEST(StandinAllocation, NewPrimariesKeepAReturningPrimaryAway) {
    table.replicas.clear();
    rules.enable = Enable::newPrimaries;
    settle("bc");
    settle("abc");
    CHECK_EQUAL(std::string("-"), shown());
    rules.enable = Enable::primaries;
    settle("abc");
    CHECK_EQUAL(std::string("a"), shown());
}

TEST(StandinAllocation, NoneTakesNotEvenANewPrimary) {
    table = {"bigint", false, "", false, {}, 0};
    rules.enable = Enable::none;
    settle("abc");
    CHECK_EQUAL(std::string("-"), shown());
}

TEST(StandinAllocation, APrimaryLeavesOnlyAfterItsCopyIsComplete) {
    rules.leaving = {"a"};
    allocate("abc");
    CHECK_EQUAL(std::string("a+b+c"), shown());
    CHECK_EQUAL(1, standin::healthOf(table, live("abc")).relocating);
    allocate("abc");
    CHECK_EQUAL(std::string("a+b+c"), shown());
    settle("abc");
    CHECK_EQUAL(std::string("c+b"), shown());
    CHECK_EQUAL(0, standin::healthOf(table, live("abc")).relocating);
}

TEST(StandinAllocation, AReplicaLeavesOnlyWithFull) {
    rules.leaving = {"b"};
    settle("abc");
    CHECK_EQUAL(std::string("a+b"), shown());
    rules.availability = standin::Availability::full;
    settle("abc");
    CHECK_EQUAL(std::string("a+c"), shown());
}

TEST(StandinAllocation, WithNoneNoCopyHasToLeave) {
    rules.leaving = {"a", "b"};
    rules.availability = standin::Availability::none;
    settle("abc");
    CHECK_EQUAL(std::string("a+b"), shown());
}

TEST(StandinAllocation, WithoutAFreeNodeEverythingStays) {
    rules.leaving = {"a"};
    settle("ab");
    CHECK_EQUAL(std::string("a+b"), shown());
}

TEST(StandinAllocation, ADecommissionTakenBackTakesBackItsCopy) {
    rules.leaving = {"a"};
    allocate("abc");
    rules.leaving.clear();
    settle("abc");
    CHECK_EQUAL(std::string("a+b"), shown());
}
