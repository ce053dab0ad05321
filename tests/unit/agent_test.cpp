// The reducer as a whole: one value in, one plan out, and the line for `systemctl status`.
#include "agent/plan.hpp"

#include "tests/cpputest.hpp"
#include "tests/unit/values.hpp"

using agent::plan;
using namespace std::chrono_literals;

TEST_GROUP(Agent) {
    agent::Observed observed = values::observed();
    agent::Config config;

    [[nodiscard]] agent::Plan planned(bool rendered = true) const {
        return plan(observed, config, {}, rendered);
    }
};

TEST(Agent, APlanForAHealthyNodeIsReadyAndAsksForNothing) {
    const auto plan = planned();
    CHECK_TRUE(plan.verdict.ready);
    CHECK_TRUE(plan.supervision.requests.empty());
    CHECK_TRUE(!plan.formation.claim);
    LONGS_EQUAL(4, plan.files.size());
    LONGS_EQUAL(2, plan.announcement.size());
    LONGS_EQUAL(200, plan.pages.at("/ready").status);
    CHECK_EQUAL("ready: crate@1.service runs CrateDB 6.0.3, slot 1", plan.status);
    CHECK_TRUE(observed.saved == plan.saved);
}

TEST(Agent, TheSamePlanFollowsFromTheSameValue) {
    const auto first = planned();
    const auto second = plan(observed, config, first.verdict, true);
    CHECK_TRUE(first.announcement == second.announcement);
    CHECK_TRUE(first.files == second.files);
    CHECK_TRUE(first.pages == second.pages);
}

TEST(Agent, NothingIsRenderedWhileTheFormationWaits) {
    observed = values::blankObserved();
    const auto plan = planned();
    CHECK_TRUE(plan.files.empty());
    CHECK_TRUE(plan.formation.claim.has_value());
    CHECK_TRUE(plan.supervision.requests.empty());
}

TEST(Agent, NothingIsRenderedAgainstARefusal) {
    observed.store.registry->clusterId = "other";
    CHECK_TRUE(planned().files.empty());
}

TEST(Agent, TheUnitIsStartedOnlyAfterItsFilesAreWritten) {
    observed.crateUnits = std::vector<hal::Unit>{};
    observed.startedInThisBoot = false;
    CHECK_TRUE(planned(false).supervision.requests.empty());
    CHECK_TRUE(!planned(false).files.empty());
    LONGS_EQUAL(1, planned(true).supervision.requests.size());
}

// ---- what is kept ----

TEST(Agent, WhatEtcdConfirmsIsKept) {
    observed.saved = {};
    CHECK_TRUE(values::saved(1, values::kClusterId) == planned().saved);
}

TEST(Agent, AGuessIsNotKept) {
    observed.saved = {};
    observed.store.registry->members = {};
    observed.store.registry->clusterId.reset();
    observed.database.answer->clusterId.reset();
    CHECK_TRUE(agent::Saved{} == planned().saved);
}

TEST(Agent, WhatOurOwnDatabaseTellsIsKeptBeforeEtcdConfirmsIt) {
    observed.saved = values::saved(1, {});
    observed.saved.vote = {"n1"};
    observed.store.registry.reset();
    auto kept = values::saved(1, values::kClusterId);
    kept.vote = {"n1"};
    CHECK_TRUE(kept == planned().saved);
}

TEST(Agent, AForgottenPeerIsForgottenOnDiskAndInTheFileOfTheContainer) {
    observed.saved.peers = {{values::kOtherMachineId, "10.0.0.2:4300"}};
    const auto hosts = [this] {
        for (const auto& file : planned().files) {
            if (file.name == "config/unicast_hosts.txt") {
                return file.content;
            }
        }
        return std::string("no such file");
    };
    CHECK_EQUAL("10.0.0.1:4300\n10.0.0.2:4300\n", hosts());
    observed.store.registry->forgotten = {
        {.nodeId = values::kOtherMachineId, .name = "n2", .slot = 2, .by = "admin", .at = "today"}};
    CHECK_EQUAL("10.0.0.1:4300\n", hosts());
    CHECK_TRUE(planned().saved.peers.empty());
}

TEST(Agent, WithoutEtcdWhatIsKeptStays) {
    observed.store.registry.reset();
    CHECK_TRUE(observed.saved == planned().saved);
}

TEST(Agent, AWipedEtcdForgetsNothing) {
    observed.store.registry = values::blankObserved().store.registry;
    CHECK_TRUE(observed.saved == planned().saved);
}

TEST(Agent, ARefusedNodeKeepsItsOwnPast) {
    observed.store.registry->clusterId = "other";
    CHECK_TRUE(values::kClusterId == planned().saved.clusterId);
}

TEST(Agent, TheVoteIsKeptUntilEtcdKnowsTheId) {
    observed = values::blankObserved();
    observed.store.registry->members = {{values::kMachineId, "n1", 1}};
    observed.store.registry->bootstrap = {"n1"};
    CHECK_TRUE(std::vector<std::string>{"n1"} == planned().saved.vote);
    observed.saved.vote = {"n1"};
    observed.dataHoldsDatabase = true;
    // Only who voted may tell the id while others still vote; forgotten too early, nobody may.
    observed.database.answer = values::answer();
    CHECK_TRUE(values::kClusterId == planned().saved.clusterId);
    CHECK_TRUE(std::vector<std::string>{"n1"} == planned().saved.vote);
    observed.store.registry->clusterId = values::kClusterId;
    CHECK_TRUE(planned().saved.vote.empty());
}

// ---- the status line ----

TEST(Agent, TheStatusSaysWhatFailsFirst) {
    observed.database.answer->masterNode.reset();
    CHECK_EQUAL("not ready: master: the database knows no elected master", planned().status);
}

TEST(Agent, TheStatusOfANodeThatDoesNotRunIsItsSupervision) {
    observed.crateUnits = {values::unit("crate@1.service", "activating", "start-pre")};
    observed.crateUnits->front().statusText = "waiting for the image: 61 %";
    CHECK_EQUAL("waiting for the image: 61 %", planned().status);
}

TEST(Agent, TheStatusOfANodeWithoutAnyEtcdIsTheWaitForIt) {
    observed = values::blankObserved();
    observed.store = {};
    observed.store.error = "10.0.0.2:2379: connection refused";
    observed.store.nextTry = observed.now + 2100ms;
    CHECK_EQUAL("waiting for etcd: 10.0.0.2:2379: connection refused, next try in 3 s", planned().status);
}

TEST(Agent, EtcdsTroubleIsToldBesideAReadyDatabase) {
    observed.store.error = "10.0.0.2:2379: connection refused";
    observed.store.nextTry = observed.now - 1s;
    CHECK_EQUAL("ready: crate@1.service runs CrateDB 6.0.3, slot 1; etcd: 10.0.0.2:2379: connection refused",
                planned().status);
}

TEST(Agent, ARefusedReloadIsToldBesideAReadyDatabase) {
    observed.configErrors = {
        "/etc/cratekeeper/agent.conf:2: [Etcd] LeaseSeconds: expected seconds from 2 to 60"};
    STRCMP_CONTAINS("the new configuration is refused: /etc/cratekeeper/agent.conf:2",
                    planned().status.c_str());
}

TEST(Agent, AReadyDatabaseOfUnknownVersionIsReady) {
    observed.database.answer->version.reset();
    CHECK_EQUAL("ready: crate@1.service runs CrateDB of unknown version, slot 1", planned().status);
}
