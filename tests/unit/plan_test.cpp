// The reducer as a whole: one value in, one plan out, and the line for `systemctl status`.
#include "agent/plan.hpp"

#include "tests/cpputest.hpp"
#include "tests/unit/values.hpp"

using agent::plan;
using namespace std::chrono_literals;

TEST_GROUP(Plan) {
    agent::Observed observed = values::observed();
    agent::Config config;

    [[nodiscard]] agent::Plan planned(bool rendered = true) const {
        return plan(observed, config, {}, rendered);
    }
};

TEST(Plan, APlanForAHealthyNodeIsReadyAndAsksForNothing) {
    const auto plan = planned();
    CHECK_TRUE(plan.verdict.ready);
    CHECK_TRUE(plan.supervision.requests.empty());
    CHECK_TRUE(!plan.formation.claim);
    LONGS_EQUAL(4, plan.files.size());
    LONGS_EQUAL(2, plan.announcement.size());
    LONGS_EQUAL(200, plan.pages.at("/ready").status);
    CHECK_EQUAL("ready: crate@1.service is running CrateDB 6.0.3, slot 1", plan.status);
    CHECK_TRUE(observed.persistent == plan.persistent);
}

TEST(Plan, TheSamePlanFollowsFromTheSameValue) {
    const auto first = planned();
    const auto second = plan(observed, config, first, true);
    CHECK_TRUE(first.announcement == second.announcement);
    CHECK_TRUE(first.files == second.files);
    CHECK_TRUE(first.pages == second.pages);
}

TEST(Plan, NothingIsRenderedWhileTheFormationWaits) {
    observed = values::blankObserved();
    const auto plan = planned();
    CHECK_TRUE(plan.files.empty());
    CHECK_TRUE(plan.formation.claim.has_value());
    CHECK_TRUE(plan.supervision.requests.empty());
}

TEST(Plan, NothingIsRenderedAgainstARefusal) {
    observed.etcd.registry.edit().clusterId = "other";
    CHECK_TRUE(planned().files.empty());
}

TEST(Plan, TheUnitIsStartedOnlyAfterItsFilesAreWritten) {
    observed.crateUnits = std::vector<hal::Unit>{};
    observed.startedInThisBoot = false;
    CHECK_TRUE(planned(false).supervision.requests.empty());
    CHECK_TRUE(!planned(false).files.empty());
    LONGS_EQUAL(1, planned(true).supervision.requests.size());
}

// ---- what is kept ----

TEST(Plan, WhatEtcdConfirmsIsKept) {
    observed.persistent = {};
    CHECK_TRUE(values::persistent(1, values::kClusterId) == planned().persistent);
}

TEST(Plan, AGuessIsNotKept) {
    observed.persistent = {};
    observed.etcd.registry.edit().members = {};
    observed.etcd.registry.edit().clusterId.reset();
    observed.database.answer->clusterId.reset();
    CHECK_TRUE(agent::PersistentState{} == planned().persistent);
}

TEST(Plan, TheIdOfOurOwnDatabaseIsKeptBeforeEtcdConfirmsIt) {
    observed.persistent = values::persistent(1, {});
    observed.persistent.vote = {"n1"};
    observed.etcd.registry.reset();
    auto kept = values::persistent(1, values::kClusterId);
    kept.vote = {"n1"};
    CHECK_TRUE(kept == planned().persistent);
}

TEST(Plan, AForgottenPeerIsForgottenOnDiskAndInTheFileOfTheContainer) {
    observed.persistent.peers = {{values::kOtherMachineId, "10.0.0.2:4300"}};
    const auto hosts = [this] {
        for (const auto& file : planned().files) {
            if (file.name == "config/unicast_hosts.txt") {
                return file.content;
            }
        }
        return std::string("no such file");
    };
    CHECK_EQUAL("10.0.0.1:4300\n10.0.0.2:4300\n", hosts());
    observed.etcd.registry.edit().forgotten = {
        {.nodeId = values::kOtherMachineId, .name = "n2", .slot = 2, .by = "admin", .at = "today"}};
    CHECK_EQUAL("10.0.0.1:4300\n", hosts());
    CHECK_TRUE(planned().persistent.peers.empty());
}

TEST(Plan, WithoutEtcdWhatIsKeptStays) {
    observed.etcd.registry.reset();
    CHECK_TRUE(observed.persistent == planned().persistent);
}

TEST(Plan, AWipedEtcdForgetsNothing) {
    observed.etcd.registry = values::blankObserved().etcd.registry;
    CHECK_TRUE(observed.persistent == planned().persistent);
}

TEST(Plan, ARefusedNodeKeepsItsOwnPast) {
    observed.etcd.registry.edit().clusterId = "other";
    CHECK_TRUE(values::kClusterId == planned().persistent.clusterId);
}

TEST(Plan, TheVoteIsKeptUntilEtcdKnowsTheId) {
    observed = values::blankObserved();
    observed.etcd.registry.edit().members = {{values::kMachineId, "n1", 1}};
    observed.etcd.registry.edit().bootstrap = {"n1"};
    CHECK_TRUE(std::vector<std::string>{"n1"} == planned().persistent.vote);
    observed.persistent.vote = {"n1"};
    observed.dataHoldsDatabase = true;
    // Only a voter may write the id while others still vote; if it forgets its vote too early, no node may.
    observed.database.answer = values::answer();
    CHECK_TRUE(values::kClusterId == planned().persistent.clusterId);
    CHECK_TRUE(std::vector<std::string>{"n1"} == planned().persistent.vote);
    observed.etcd.registry.edit().clusterId = values::kClusterId;
    CHECK_TRUE(planned().persistent.vote.empty());
}

// ---- the status line ----

TEST(Plan, TheStatusSaysWhatFailsFirst) {
    observed.database.answer->masterNode.reset();
    CHECK_EQUAL("not ready: master: the database has no elected master", planned().status);
}

TEST(Plan, TheStatusOfANodeThatDoesNotRunIsItsSupervision) {
    observed.crateUnits = {values::unit("crate@1.service", "activating", "start-pre")};
    observed.crateUnits->front().statusText = "waiting for the image: 61 %";
    CHECK_EQUAL("waiting for the image: 61 %", planned().status);
}

TEST(Plan, TheStatusOfANodeWithoutAnyEtcdIsTheWaitForIt) {
    observed = values::blankObserved();
    observed.etcd = {};
    observed.etcd.error = "10.0.0.2:2379: connection refused";
    observed.etcd.nextTry = observed.now + 2100ms;
    CHECK_EQUAL("waiting for etcd: 10.0.0.2:2379: connection refused, next try in 3 s", planned().status);
}

TEST(Plan, EtcdsFailureIsReportedBesideAReadyDatabase) {
    observed.etcd.error = "10.0.0.2:2379: connection refused";
    observed.etcd.nextTry = observed.now - 1s;
    CHECK_EQUAL(
        "ready: crate@1.service is running CrateDB 6.0.3, slot 1; etcd: 10.0.0.2:2379: connection refused",
        planned().status);
}

TEST(Plan, ARejectedReloadIsReportedBesideAReadyDatabase) {
    observed.configErrors = {
        "/etc/cratekeeper/agent.conf:2: [Etcd] LeaseSeconds: expected a number of seconds from 2 to 60"};
    STRCMP_CONTAINS("the new configuration was rejected: /etc/cratekeeper/agent.conf:2",
                    planned().status.c_str());
}

TEST(Plan, AReadyDatabaseOfUnknownVersionIsReady) {
    observed.database.answer->version.reset();
    CHECK_EQUAL("ready: crate@1.service is running CrateDB of unknown version, slot 1", planned().status);
}

TEST(Plan, TheDocumentOfHardwareThatDidNotChangeIsTakenOver) {
    const auto first = planned();
    const auto second = plan(observed, config, first, true);
    CHECK_TRUE(first.hardware == second.hardware);
    observed.inventory->host.threads = 1;
    const auto third = plan(observed, config, second, true);
    CHECK_TRUE(second.hardware != third.hardware);
    CHECK_TRUE(second.announcement != third.announcement);
}
