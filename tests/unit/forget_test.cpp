// `cratectl forget`: which machine matches, which is alive, and a transaction that fails if the machine comes back.
#include "tools/cratectl/cluster/forget.hpp"

#include "tests/cpputest.hpp"
#include "tests/unit/values.hpp"

#include <nlohmann/json.hpp>

using values::kOtherMachineId;
using values::otherNode;

namespace {

const agent::Keys kKeys("crate");

} // namespace

TEST_GROUP(Forget) {
    agent::Registry registry = values::registry();

    void setup() override {
        registry.members.push_back({.nodeId = kOtherMachineId, .name = "n2", .slot = 2});
        registry.raw[kKeys.member(kOtherMachineId)] = {
            .key = kKeys.member(kOtherMachineId), .value = "", .modRevision = 33, .lease = {}};
    }

    [[nodiscard]] hal::Result<cratectl::Forgetting> forget(
        const std::string& node, std::optional<std::vector<std::string>> databaseNodes = {}) const {
        return cratectl::forget(kKeys, registry,
                                {.node = node,
                                 .by = "admin@n1",
                                 .at = "2026-11-22T16:00:00Z",
                                 .databaseNodes = std::move(databaseNodes)});
    }
};

TEST(Forget, AMachineIsMeantByNameUnitOrId) {
    for (const std::string node : {"n2", "crate@2", "crate@2.service", kOtherMachineId}) {
        const auto forgetting = forget(node);
        CHECK_OK(forgetting);
        CHECK_EQUAL(std::string(kOtherMachineId), forgetting->machine.nodeId);
    }
}

TEST(Forget, AnUnknownNodeIsAnsweredWithTheKnownOnes) {
    for (const std::string node : {"n7", "", "crate@7", "2"}) {
        CHECK_FAILS("n2 (crate@2, machine-id 22222222222222222222222222222222)", forget(node));
    }
}

TEST(Forget, TwoMachinesOfOneNameAreDistinguishedByTheirIds) {
    registry.members.push_back({.nodeId = "333", .name = "n2", .slot = 3});
    CHECK_FAILS("more than one member", forget("n2"));
    CHECK_FAILS("use the machine-id", forget("n2"));
    CHECK_OK(forget("333"));
}

TEST(Forget, TheMemberGoesAndTheMarkComesInOneTransaction) {
    const auto forgetting = forget("n2");
    CHECK_OK(forgetting);
    const auto& then = forgetting->transaction.then;
    LONGS_EQUAL(2, then.size());
    CHECK_TRUE(std::get<hal::DeleteRequest>(then[0]) ==
               hal::DeleteRequest{.key = kKeys.member(kOtherMachineId)});
    const auto& put = std::get<hal::PutRequest>(then[1]);
    CHECK_EQUAL(kKeys.forgotten(kOtherMachineId), put.key);
    CHECK_EQUAL(R"({"at":"2026-11-22T16:00:00Z","by":"admin@n1","name":"n2","slot":2,"v":1})", put.value);
    CHECK_TRUE(!put.lease);
}

TEST(Forget, ItFailsIfTheMachineIsAnnouncedOrChangedInTheMeantime) {
    const auto forgetting = forget("n2");
    CHECK_OK(forgetting);
    const auto& when = forgetting->transaction.when;
    LONGS_EQUAL(2, when.size());
    CHECK_TRUE((when[0] == hal::Compare{.key = kKeys.node(kOtherMachineId),
                                        .target = hal::Compare::Target::createRevision,
                                        .operand = 0}));
    CHECK_TRUE((when[1] == hal::Compare{.key = kKeys.member(kOtherMachineId),
                                        .target = hal::Compare::Target::modRevision,
                                        .operand = 33}));
}

TEST(Forget, AnAnnouncedMachineIsRefused) {
    registry.nodes = {otherNode("n2")};
    CHECK_FAILS("is alive: it announces itself at 10.0.0.2", forget("n2"));
    CHECK_FAILS("shut it down", forget("n2"));
}

TEST(Forget, AMachineThatTheDatabaseListsIsRefused) {
    CHECK_FAILS("the database lists it in sys.nodes", forget("n2", std::vector<std::string>{"n1", "n2"}));
    CHECK_OK(forget("n2", std::vector<std::string>{"n1"}));
}

TEST(Forget, AMachineWithoutAMemberKeyIsForgottenByItsIdAlone) {
    const std::string lost = "33333333333333333333333333333333";
    const auto forgetting = forget(lost);
    CHECK_OK(forgetting);
    CHECK_TRUE(
        (forgetting->transaction.when[1] ==
         hal::Compare{.key = kKeys.member(lost), .target = hal::Compare::Target::modRevision, .operand = 0}));
    CHECK_EQUAL(R"({"at":"2026-11-22T16:00:00Z","by":"admin@n1","v":1})",
                std::get<hal::PutRequest>(forgetting->transaction.then[1]).value);
    CHECK_FAILS("there is no member", forget("3333"));
}

TEST(Forget, AMachineOfUnknownNameIsKeptWhileTheDatabaseListsANodeEtcdDoesNotKnow) {
    const std::string unknown = "33333333333333333333333333333333";
    CHECK_FAILS("the database lists n3 and etcd does not know it",
                forget(unknown, std::vector<std::string>{"n2", "n3"}));
    CHECK_OK(forget(unknown, std::vector<std::string>{"n2"}));
    registry.nodes = {otherNode("n3")};
    CHECK_OK(forget(unknown, std::vector<std::string>{"n2", "n3"}));
}

TEST(Forget, WhatIsForgottenAlreadyIsDone) {
    registry.forgotten = {{.nodeId = "333", .name = "n3", .slot = 3, .by = "admin@n1", .at = "then"}};
    const auto forgetting = forget("n3");
    CHECK_OK(forgetting);
    CHECK_TRUE(forgetting->done && forgetting->transaction.then.empty());
    CHECK_EQUAL("then", forgetting->machine.at);
}

TEST(Forget, ANameThatWasGivenAgainMeansTheMemberAndNotTheForgotten) {
    registry.forgotten = {{.nodeId = "333", .name = "n2", .slot = 3, .by = "admin@n1", .at = "then"}};
    CHECK_TRUE(!forget("n2")->done);
}

TEST(Forget, UndoTakesTheMarkAway) {
    registry.forgotten = {{.nodeId = "333", .name = "n3", .slot = 3, .by = "admin@n1", .at = "then"}};
    for (const std::string node : {"n3", "crate@3", "333"}) {
        const auto undoing = cratectl::unforget(kKeys, registry, node);
        CHECK_OK(undoing);
        LONGS_EQUAL(1, undoing->transaction.then.size());
        CHECK_TRUE(std::get<hal::DeleteRequest>(undoing->transaction.then[0]) ==
                   hal::DeleteRequest{.key = kKeys.forgotten("333")});
    }
    CHECK_FAILS("there is no forgotten machine \"n2\"", cratectl::unforget(kKeys, registry, "n2"));
}
