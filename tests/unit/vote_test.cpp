// A first start that failed half-way is repeated with the same voters, and never with others.
#include "agent/cluster/formation.hpp"
#include "agent/cluster/guards.hpp"
#include "agent/plan.hpp"
#include "tests/cpputest.hpp"
#include "tests/unit/values.hpp"

#include <algorithm>

using Names = std::vector<std::string>;

TEST_GROUP(Vote) {
    agent::Observed observed = values::blankObserved();
    agent::Config config;

    void setup() override {
        observed.etcd.registry.edit().members = {{values::kMachineId, "n1", 1}};
        observed.etcd.registry.edit().bootstrap = Names{"n1", "n2", "n3"};
    }

    [[nodiscard]] agent::Formation formation() const { return agent::form(observed, config); }

    /// The first start was begun: the vote is on disk, and so are files of a database without an id.
    void beginFirstStart() {
        observed.persistent = agent::plan(observed, config, std::nullopt, true).persistent;
        observed.dataHoldsDatabase = true;
    }
};

TEST(Vote, IsKeptBeforeTheDatabaseIsStartedWithIt) {
    beginFirstStart();
    CHECK_TRUE((observed.persistent.vote == Names{"n1", "n2", "n3"}));
}

TEST(Vote, AFirstStartThatFailedIsRepeatedWithTheSameList) {
    beginFirstStart();
    CHECK_TRUE((formation().initialMasterNodes == Names{"n1", "n2", "n3"}));
    CHECK_TRUE(!formation().refusal && !formation().waitingFor);
}

TEST(Vote, WaitsForEtcdBeforeItIsRepeated) {
    beginFirstStart();
    observed.etcd.registry.reset();
    CHECK_TRUE(formation().initialMasterNodes.empty());
    CHECK_TRUE(formation().waitingFor.has_value());
    CHECK_TRUE_TEXT(
        (agent::plan(observed, config, std::nullopt, true).persistent.vote == Names{"n1", "n2", "n3"}),
        "it is kept until then");
}

TEST(Vote, OfAnEmptiedDiskWaitsForANodeThatKnowsTheCluster) {
    beginFirstStart();
    auto other = values::otherNode("n4");
    other.clusterId = values::kClusterId;
    observed.etcd.registry.edit().nodes.push_back(other);
    CHECK_TRUE((formation().initialMasterNodes == Names{"n1", "n2", "n3"}));
    observed.dataHoldsDatabase =
        false; // the disk was changed: two such voters of three would found a second cluster
    CHECK_TRUE(formation().initialMasterNodes.empty());
    STRCMP_CONTAINS("n4 (10.0.0.2), which belongs to cluster id",
                    formation().waitingFor.value_or("").c_str());
}

TEST(Vote, IsGivenBackToAnEtcdThatWasWiped) {
    beginFirstStart();
    observed.etcd.registry.edit().bootstrap.reset();
    CHECK_TRUE((formation().initialMasterNodes == Names{"n1", "n2", "n3"}));
    CHECK_TRUE(formation().claim.has_value());
}

TEST(Vote, IsRefusedWhenEtcdNowListsOtherVoters) {
    beginFirstStart();
    observed.etcd.registry.edit().bootstrap = Names{"n7"};
    CHECK_TRUE(formation().initialMasterNodes.empty());
    STRCMP_CONTAINS("other first voters", formation().refusal.value_or("").c_str());
}

TEST(Vote, IsForgottenOnceThereIsAnId) {
    beginFirstStart();
    observed.etcd.registry.edit().clusterId = values::kClusterId;
    CHECK_TRUE(formation().initialMasterNodes.empty());
    CHECK_TRUE(agent::plan(observed, config, std::nullopt, true).persistent.vote.empty());
}

TEST(Vote, DataOfAnotherDatabaseStillForbidsIt) {
    observed.dataHoldsDatabase = true;
    CHECK_TRUE(formation().initialMasterNodes.empty());
}

TEST(Vote, ADatabaseThatWasStartedWithoutItGetsNoneWhileItRuns) {
    observed.etcd.registry.edit().bootstrap.reset();
    config.initialNodes = 1;
    CHECK_TRUE(formation().claim.has_value());
    observed.crateUnits->push_back(values::unit("crate@1.service", "active", "running"));
    CHECK_TRUE(formation().initialMasterNodes.empty() && !formation().claim);
    observed.etcd.registry.edit().bootstrap = Names{"n1"};
    CHECK_TRUE(formation().initialMasterNodes.empty());
    observed.crateUnits->front().activeState = "failed";
    CHECK_TRUE((formation().initialMasterNodes == Names{"n1"}));
}

// ---- no node with a past is ignored ----

TEST_GROUP(FirstElection) {
    agent::Observed observed = values::memberWithoutData();
    agent::LiveNode other = values::otherNode("n2");
    const agent::Keys keys{"crate"};

    [[nodiscard]] agent::Formation formation() {
        observed.etcd.registry.edit().nodes = {other};
        return agent::form(observed, {});
    }

    /// No list is decided or voted for, and the sentence names the other node.
    void checkWaitsFor(const std::string& words) {
        const auto formed = formation();
        CHECK_TRUE(!formed.claim && formed.initialMasterNodes.empty() && !formed.refusal);
        STRCMP_CONTAINS("n2 (10.0.0.2)", formed.waitingFor.value_or("").c_str());
        STRCMP_CONTAINS(words.c_str(), formed.waitingFor.value_or("").c_str());
    }
};

TEST(FirstElection, IsDecidedOnlyIfNoNodeAndNoIdWereAdded) {
    const auto claim = formation().claim;
    CHECK_TRUE(claim.has_value());
    const auto guards = [&claim](const hal::Compare& compare) {
        return std::ranges::find(claim->when, compare) != claim->when.end();
    };
    CHECK_TRUE(guards(agent::unchangedSince(*observed.etcd.registry, keys.members())));
    CHECK_TRUE(guards(agent::unchangedSince(*observed.etcd.registry, keys.nodes())));
    CHECK_TRUE(guards(agent::absent(keys.clusterId())));
}

TEST(FirstElection, WaitsForANodeThatKnowsTheClusterAfterEtcdWasWiped) {
    other.clusterId = values::kClusterId;
    checkWaitsFor("which belongs to cluster id Hg5sVaI4T5Cnq1ArgbFuQw");
}

TEST(FirstElection, WaitsForItAlsoWhileTheOldListStillExists) {
    other.clusterId = values::kClusterId;
    observed.etcd.registry.edit().bootstrap = Names{"n1", "n2"};
    checkWaitsFor("which belongs to cluster id");
}

TEST(FirstElection, WaitsForANodeWhoseDiskHoldsADatabase) {
    other.holdsData = true;
    checkWaitsFor("whose data directory already holds a database");
}

TEST(FirstElection, WaitsForANodeThatBeganItToTellItsVoters) {
    other.vote = Names{"n2"};
    checkWaitsFor("which began the first election");
}

TEST(FirstElection, CountsOnlyNodesWhoseDiskIsKnownToBeEmpty) {
    other.holdsData.reset();
    observed.etcd.registry.edit().nodes = {other};
    agent::Config config;
    config.initialNodes = 2;
    CHECK_EQUAL("2 nodes to form the cluster, 1 announced so far",
                agent::form(observed, config).waitingFor.value_or(""));
}

TEST(FirstElection, IsNotHeldWithAListThatWasChangedAfterItBegan) {
    other.vote = Names{"n1", "n2", "n3"};
    observed.etcd.registry.edit().bootstrap = Names{"n1"};
    const auto formed = formation();
    CHECK_TRUE(formed.initialMasterNodes.empty());
    STRCMP_CONTAINS("n2 (10.0.0.2) began the first election with other voters",
                    formed.refusal.value_or("").c_str());
    STRCMP_CONTAINS("etcdctl", formed.refusal.value_or("").c_str());
}

TEST(FirstElection, IsNotDecidedOverAListThatCannotBeRead) {
    observed.etcd.registry.edit().raw[keys.bootstrap()] = {};
    const auto formed = formation();
    CHECK_TRUE(!formed.claim && formed.initialMasterNodes.empty());
    STRCMP_CONTAINS("/cratekeeper/crate/bootstrap with etcdctl", formed.waitingFor.value_or("").c_str());
}

TEST(FirstElection, IsNotHeldWhenThereIsAnIdThatCannotBeRead) {
    observed.etcd.registry.edit().raw[keys.clusterId()] = {};
    observed.etcd.registry.edit().bootstrap = Names{"n1"};
    const auto formed = formation();
    CHECK_TRUE(formed.initialMasterNodes.empty());
    CHECK_TRUE_TEXT(!formed.waitingFor && !formed.claim, "it starts and joins");
}

TEST(FirstElection, AForeignNodeDoesNotTellItsIdWhileOthersHoldIt) {
    observed = values::observed();
    observed.etcd.registry.edit().clusterId.reset();
    other.vote = Names{"n2"};
    CHECK_TRUE_TEXT(!formation().claim, "the voters will know the right one");
    observed.persistent.vote = Names{"n1"};
    CHECK_TRUE_TEXT(formation().claim.has_value(), "this one is a voter");
}

TEST(FirstElection, AVoterOnTheirListWritesTheId) {
    // etcd went back to before it knew the id: n1 learned it then, n2 was off and still votes.
    observed.persistent = values::persistent(1, values::kClusterId);
    observed.dataHoldsDatabase = true;
    other.vote = {"n1", "n2", "n3"};
    const auto claim = formation().claim;
    CHECK_TRUE(claim.has_value());
    CHECK_EQUAL(keys.clusterId(), std::get<hal::PutRequest>(claim->then.front()).key);
    other.vote = {"n2", "n3"};
    CHECK_TRUE(!formation().claim);
}

TEST(FirstElection, AVoteOfAnotherMachineIsNotOurs) {
    observed.persistent.vote = Names{"n7"};
    observed.dataHoldsDatabase = true;
    CHECK_TRUE(formation().initialMasterNodes.empty());
}
