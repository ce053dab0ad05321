// How a node finds its place: slots, the one vote, and the first start that is repeated.
#include "agent/cluster/formation.hpp"

#include "agent/cluster/guards.hpp"
#include "tests/cpputest.hpp"
#include "tests/unit/values.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

using values::blankObserved;
using values::createOnly;
using values::kMachineId;
using values::kOtherMachineId;
using values::memberWithoutData;
using values::otherNode;

namespace {

const agent::Keys kKeys("crate");
const agent::Config kConfig;

using Names = std::vector<std::string>;
using Target = hal::Compare::Target;

agent::Config configFor(uint16_t initialNodes) {
    agent::Config config;
    config.initialNodes = initialNodes;
    return config;
}

} // namespace

TEST_GROUP(Formation){};

TEST(Formation, AHealthyMemberHasItsSlotItsClusterAndNothingToDo) {
    const auto formation = agent::form(values::observed(), kConfig);
    LONGS_EQUAL(1, formation.slot.value_or(0));
    CHECK_TRUE(values::kClusterId == formation.clusterId);
    CHECK_TRUE(formation.initialMasterNodes.empty());
    CHECK_TRUE(!formation.refusal && !formation.waitingFor && !formation.claim);
}

// ---- slots ----

TEST(Formation, TheFirstNodeClaimsSlotOne) {
    const auto formation = agent::form(blankObserved(), kConfig);
    const auto [key, value] = createOnly(formation.claim);
    CHECK_EQUAL(kKeys.member(kMachineId), key);
    CHECK_EQUAL(R"({"name":"n1","slot":1,"v":1})", value.dump());
    CHECK_TRUE(formation.waitingFor.has_value());
}

TEST(Formation, ASlotIsClaimedOnlyIfNoMemberChangedSinceTheListWasRead) {
    const auto claim = agent::form(blankObserved(), kConfig).claim;
    CHECK_TRUE(claim.has_value());
    const hal::Compare unchanged{.key = kKeys.members(),
                                 .target = Target::modRevision,
                                 .relation = hal::Compare::Relation::less,
                                 .operand = 41, // the list was read at revision 40
                                 .prefix = true};
    CHECK_TRUE(claim->when[1] == unchanged);
}

TEST(Formation, TheSmallestFreeSlotIsClaimed) {
    auto observed = blankObserved();
    observed.etcd.registry.edit().members = {{"a", "na", 1}, {"b", "nb", 2}, {"d", "nd", 4}};
    LONGS_EQUAL(3, createOnly(agent::form(observed, kConfig).claim).second.at("slot").get<int>());
}

TEST(Formation, ASlotIsNotHeldBeforeEtcdShowsIt) {
    const auto formation = agent::form(blankObserved(), kConfig);
    CHECK_TRUE_TEXT(!formation.slot, "claimed is not granted: two nodes may have claimed the same");
}

TEST(Formation, AMemberKeepsItsSlotForLife) {
    auto observed = memberWithoutData();
    observed.etcd.registry.edit().members = {{"a", "na", 1}, {kMachineId, "n1", 7}};
    const auto formation = agent::form(observed, kConfig);
    LONGS_EQUAL(7, formation.slot.value_or(0));
}

TEST(Formation, EtcdsSlotWinsOverTheSavedOne) {
    auto observed = values::observed();
    observed.persistent.slot = 2;
    LONGS_EQUAL(1, agent::form(observed, kConfig).slot.value_or(0));
}

TEST(Formation, BeforeTheFirstAnswerOfEtcdASavedSlotIsNotTrusted) {
    auto observed = values::observed();
    observed.etcd = {};
    CHECK_EQUAL("the first answer from etcd", agent::form(observed, kConfig).waitingFor.value_or(""));
}

TEST(Formation, WithoutEtcdTheSavedSlotIsEnough) {
    auto observed = values::observed();
    observed.etcd = {};
    observed.etcd.error = "10.0.0.2:2379: connection refused";
    const auto formation = agent::form(observed, kConfig);
    LONGS_EQUAL(1, formation.slot.value_or(0));
    CHECK_TRUE(!formation.refusal && !formation.waitingFor && !formation.claim);
    CHECK_TRUE(values::kClusterId == formation.clusterId);
}

TEST(Formation, WithoutEtcdAndWithoutASlotItWaits) {
    auto observed = blankObserved();
    observed.etcd.registry.reset();
    const auto formation = agent::form(observed, kConfig);
    CHECK_TRUE(!formation.slot && !formation.claim && formation.waitingFor.has_value());
    STRCMP_CONTAINS("etcd", formation.waitingFor->c_str());
}

TEST(Formation, AfterEtcdWasWipedTheSavedSlotIsClaimedAgain) {
    auto observed = values::observed();
    observed.persistent.slot = 5;
    observed.etcd.registry = blankObserved().etcd.registry;
    const auto formation = agent::form(observed, kConfig);
    LONGS_EQUAL(5, createOnly(formation.claim).second.at("slot").get<int>());
    LONGS_EQUAL_TEXT(5, formation.slot.value_or(0), "the running database keeps its unit");
}

TEST(Formation, AfterEtcdWasWipedANodeComesBackTogetherWithItsClustersId) {
    auto observed = values::observed();
    observed.etcd.registry = blankObserved().etcd.registry;
    const auto claim = agent::form(observed, kConfig).claim;
    CHECK_TRUE(claim.has_value());
    LONGS_EQUAL(2, claim->then.size());
    CHECK_EQUAL(kKeys.clusterId(), std::get<hal::PutRequest>(claim->then[1]).key);
    CHECK_TRUE(std::ranges::find(claim->when, agent::absent(kKeys.clusterId())) != claim->when.end());
}

TEST(Formation, TheSlotOfANodeThatIsNoMemberYetButAliveIsTaken) {
    auto observed = blankObserved();
    observed.etcd.registry.edit().nodes = {otherNode("n2")};
    observed.etcd.registry.edit().nodes[0].slot = 1;
    LONGS_EQUAL(2, createOnly(agent::form(observed, kConfig).claim).second.at("slot").get<int>());
}

TEST(Formation, ARunningDatabaseKeepsItsUnitThoughAnotherNodeTookTheSlot) {
    auto observed = values::observed();
    observed.etcd.registry = blankObserved().etcd.registry;
    observed.etcd.registry.edit().members = {{kOtherMachineId, "n2", 1}};
    for (const char* state : {"active", "activating", "deactivating"}) {
        observed.crateUnits->front().activeState = state;
        LONGS_EQUAL(1, createOnly(agent::form(observed, kConfig).claim).second.at("slot").get<int>());
    }
}

TEST(Formation, AMemberKeyThatCannotBeReadIsNotClaimedOver) {
    auto observed = blankObserved();
    observed.etcd.registry.edit().raw[kKeys.member(kMachineId)] = {};
    const auto formation = agent::form(observed, kConfig);
    CHECK_TRUE(!formation.claim);
    STRCMP_CONTAINS("with etcdctl", formation.waitingFor.value_or("").c_str());
    observed = values::observed();
    observed.etcd.registry.edit().members.clear();
    observed.etcd.registry.edit().raw[kKeys.member(kMachineId)] = {};
    CHECK_TRUE_TEXT(!agent::form(observed, kConfig).waitingFor, "the slot on disk is enough");
}

TEST(Formation, ASavedSlotThatAnotherNodeTookIsNotClaimed) {
    auto observed = values::observed();
    observed.crateUnits = std::vector<hal::Unit>{};
    observed.etcd.registry = blankObserved().etcd.registry;
    observed.etcd.registry.edit().members = {{kOtherMachineId, "n2", 1}};
    LONGS_EQUAL(2, createOnly(agent::form(observed, kConfig).claim).second.at("slot").get<int>());
}

// ---- the vote ----

TEST(Formation, OneNodeAloneDecidesTheVoteOfOne) {
    const auto formation = agent::form(memberWithoutData(), configFor(1));
    const auto [key, value] = createOnly(formation.claim);
    CHECK_EQUAL(kKeys.bootstrap(), key);
    CHECK_EQUAL(R"({"initial_master_nodes":["n1"],"v":1,"written_by":"n1"})", value.dump());
    CHECK_TRUE_TEXT(formation.initialMasterNodes.empty(), "decided is not written: another list may win");
    CHECK_TRUE(formation.waitingFor.has_value());
}

TEST(Formation, TheVoteWaitsForAsManyNodesAsConfigured) {
    const auto formation = agent::form(memberWithoutData(), configFor(3));
    CHECK_TRUE(!formation.claim);
    CHECK_EQUAL("3 nodes to form the cluster, 1 announced so far", formation.waitingFor.value_or(""));
}

TEST(Formation, TheVoteNamesAllAnnouncedNodesSorted) {
    auto observed = memberWithoutData();
    observed.etcd.registry.edit().nodes = {otherNode("n3", "3"), otherNode("n0", "0")};
    const auto [key, value] = createOnly(agent::form(observed, configFor(3)).claim);
    CHECK_EQUAL(kKeys.bootstrap(), key);
    CHECK_EQUAL(R"(["n0","n1","n3"])", value.at("initial_master_nodes").dump());
}

TEST(Formation, OurOwnAnnouncementIsNotCountedTwice) {
    auto observed = memberWithoutData();
    auto own = otherNode("n1", kMachineId);
    own.bootId = values::kBootId;
    observed.etcd.registry.edit().nodes = {own};
    CHECK_TRUE(!agent::form(observed, configFor(2)).claim);
}

TEST(Formation, TheSlotIsClaimedBeforeTheVoteIsDecided) {
    const auto formation = agent::form(blankObserved(), configFor(1));
    CHECK_EQUAL(kKeys.member(kMachineId), createOnly(formation.claim).first);
}

TEST(Formation, ANodeOnTheListVotesForExactlyThatList) {
    auto observed = memberWithoutData();
    observed.etcd.registry.edit().bootstrap = {"n1", "n2", "n3"};
    const auto formation = agent::form(observed, configFor(3));
    CHECK_TRUE((Names{"n1", "n2", "n3"}) == formation.initialMasterNodes);
    CHECK_TRUE(!formation.waitingFor && !formation.claim && !formation.refusal);
}

TEST(Formation, TheListStaysTheSameWhenNodesAreAnnouncedLater) {
    auto observed = memberWithoutData();
    observed.etcd.registry.edit().bootstrap = {"n1"};
    observed.etcd.registry.edit().nodes = {otherNode("n2"), otherNode("n3", "3")};
    CHECK_TRUE(Names{"n1"} == agent::form(observed, configFor(3)).initialMasterNodes);
}

TEST(Formation, ANodeThatIsNotOnTheListNeverVotes) {
    auto observed = memberWithoutData();
    observed.etcd.registry.edit().bootstrap = {"n2", "n3"};
    const auto formation = agent::form(observed, configFor(2));
    CHECK_TRUE(formation.initialMasterNodes.empty());
    CHECK_TRUE_TEXT(!formation.waitingFor && !formation.claim, "it starts and joins the others");
}

TEST(Formation, NoNodeVotesOnceTheClusterHasAnId) {
    auto observed = memberWithoutData();
    observed.etcd.registry.edit().bootstrap = {"n1"};
    observed.etcd.registry.edit().clusterId = values::kClusterId;
    CHECK_TRUE(agent::form(observed, kConfig).initialMasterNodes.empty());
}

TEST(Formation, ANodeThatKnowsTheIdFromDiskDoesNotVote) {
    auto observed = memberWithoutData();
    observed.etcd.registry.edit().bootstrap = {"n1"};
    observed.persistent.clusterId = values::kClusterId;
    CHECK_TRUE(agent::form(observed, kConfig).initialMasterNodes.empty());
}

TEST(Formation, ANodeWhoseDatabaseAlreadyReportsAnIdDoesNotVote) {
    auto observed = memberWithoutData();
    observed.etcd.registry.edit().bootstrap = {"n1"};
    observed.database.answer = values::answer();
    CHECK_TRUE(agent::form(observed, kConfig).initialMasterNodes.empty());
}

TEST(Formation, DataForbidsTheVoteWhateverEtcdSays) {
    auto observed = memberWithoutData();
    observed.etcd.registry.edit().bootstrap = {"n1"};
    observed.dataHoldsDatabase = true;
    CHECK_TRUE(agent::form(observed, kConfig).initialMasterNodes.empty());
}

TEST(Formation, DataThatCannotBeLookedIntoForbidsTheVoteToo) {
    auto observed = memberWithoutData();
    observed.etcd.registry.edit().bootstrap = {"n1"};
    observed.dataHoldsDatabase.reset();
    const auto formation = agent::form(observed, kConfig);
    CHECK_TRUE(formation.initialMasterNodes.empty());
    STRCMP_CONTAINS("/data/crate/data", formation.waitingFor.value_or("").c_str());
}

TEST(Formation, ANodeWithDataDecidesNoVoteForOthers) {
    auto observed = memberWithoutData();
    observed.dataHoldsDatabase = true;
    CHECK_TRUE(!agent::form(observed, configFor(1)).claim);
}

TEST(Formation, WithoutEtcdABlankNodeDoesNotVote) {
    auto observed = blankObserved();
    observed.persistent.slot = 1;
    observed.etcd.registry.reset();
    const auto formation = agent::form(observed, configFor(1));
    CHECK_TRUE(formation.initialMasterNodes.empty() && !formation.claim);
    CHECK_EQUAL("etcd, to learn whether the cluster was ever formed", formation.waitingFor.value_or(""));
}

TEST(Formation, AWipedEtcdCausesNoSecondVote) {
    auto observed = values::observed();
    observed.etcd.registry = blankObserved().etcd.registry;
    auto formation = agent::form(observed, configFor(1));
    CHECK_EQUAL(kKeys.member(kMachineId), createOnly(formation.claim).first);
    CHECK_TRUE(formation.initialMasterNodes.empty());

    observed.etcd.registry.edit().members = {{kMachineId, "n1", 1}};
    formation = agent::form(observed, configFor(1));
    CHECK_EQUAL_TEXT(kKeys.clusterId(), createOnly(formation.claim).first,
                     "the id is written again, the vote is not");
    CHECK_TRUE(formation.initialMasterNodes.empty());
}

// ---- a first start that did not come to its end ----

TEST(Formation, AFirstStartThatWasBegunIsRepeatedWithTheSameListThoughThereAreFiles) {
    auto observed = memberWithoutData();
    observed.persistent.vote = {"n1", "n2"};
    observed.dataHoldsDatabase = true;
    observed.etcd.registry.edit().bootstrap = {"n1", "n2"};
    CHECK_TRUE((Names{"n1", "n2"}) == agent::form(observed, kConfig).initialMasterNodes);
    observed.dataHoldsDatabase.reset();
    CHECK_TRUE((Names{"n1", "n2"}) == agent::form(observed, kConfig).initialMasterNodes);
}

TEST(Formation, ItIsNotRepeatedWithoutEtcdWhichMayKnowThatTheClusterWasFormed) {
    auto observed = memberWithoutData();
    observed.persistent = values::persistent(1, {});
    observed.persistent.vote = {"n1"};
    observed.etcd.registry.reset();
    const auto formation = agent::form(observed, kConfig);
    CHECK_TRUE(formation.initialMasterNodes.empty() && !formation.refusal);
    CHECK_EQUAL("etcd, to learn whether the cluster was formed in the meantime",
                formation.waitingFor.value_or(""));
}

TEST(Formation, ItIsNotRepeatedOnceThereIsAnId) {
    auto observed = memberWithoutData();
    observed.persistent.vote = {"n1"};
    observed.etcd.registry.edit().bootstrap = {"n1"};
    observed.etcd.registry.edit().clusterId = values::kClusterId;
    CHECK_TRUE(agent::form(observed, kConfig).initialMasterNodes.empty());
    observed.etcd.registry.edit().clusterId.reset();
    observed.persistent.clusterId = values::kClusterId;
    CHECK_TRUE(agent::form(observed, kConfig).initialMasterNodes.empty());
    observed.persistent.clusterId.reset();
    observed.database.answer = values::answer();
    CHECK_TRUE(agent::form(observed, kConfig).initialMasterNodes.empty());
}

TEST(Formation, AnotherListInEtcdIsRefusedAndNeverVotedFor) {
    auto observed = memberWithoutData();
    observed.persistent.vote = {"n1"};
    observed.etcd.registry.edit().bootstrap = {"n1", "n2"};
    const auto formation = agent::form(observed, kConfig);
    CHECK_TRUE(formation.initialMasterNodes.empty() && !formation.claim);
    STRCMP_CONTAINS("other first voters", formation.refusal.value_or("").c_str());
}

TEST(Formation, AListThatWasLostWithEtcdIsWrittenAgainAsItWas) {
    auto observed = memberWithoutData();
    observed.persistent.vote = {"n1", "n2"};
    const auto formation = agent::form(observed, configFor(1));
    CHECK_TRUE((Names{"n1", "n2"}) == formation.initialMasterNodes);
    const auto [key, value] = createOnly(formation.claim);
    CHECK_EQUAL(kKeys.bootstrap(), key);
    CHECK_EQUAL(R"(["n1","n2"])", value.at("initial_master_nodes").dump());
}
