// Whose node this is: the one cluster id, the one machine-id and the one name, and all that contradicts them.
#include "agent/cluster/formation.hpp"

#include "agent/cluster/guards.hpp"
#include "agent/cluster/identity.hpp"
#include "tests/cpputest.hpp"
#include "tests/unit/values.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

using nlohmann::json;
using values::blankObserved;
using values::createOnly;
using values::kMachineId;
using values::kOtherMachineId;
using values::memberWithoutData;
using values::otherNode;

namespace {

const agent::Keys kKeys("crate");
const agent::Config kConfig;

} // namespace

TEST_GROUP(FormationIdentity){};

// ---- the cluster's id ----

TEST(FormationIdentity, TheFirstIdTheDatabaseReportsIsWrittenCreateOnly) {
    auto observed = values::observed();
    observed.etcd.registry.edit().clusterId.reset();
    observed.persistent.clusterId.reset();
    const auto [key, value] = createOnly(agent::form(observed, kConfig).claim);
    CHECK_EQUAL(kKeys.clusterId(), key);
    CHECK_EQUAL(std::string(values::kClusterId), value.at("id").get<std::string>());
}

TEST(FormationIdentity, AnIdIsNotWrittenTwice) {
    CHECK_TRUE(!agent::form(values::observed(), kConfig).claim);
}

TEST(FormationIdentity, ADatabaseOfAnotherClusterThanEtcdsIsRefused) {
    auto observed = values::observed();
    observed.database.answer->clusterId = "other";
    observed.persistent.clusterId = "other";
    const auto formation = agent::form(observed, kConfig);
    STRCMP_CONTAINS("the database of n1 belongs to cluster id other", formation.refusal.value_or("").c_str());
    STRCMP_CONTAINS("empty data directory", formation.refusal.value_or("").c_str());
}

TEST(FormationIdentity, ANodeThatBelongedToAnotherClusterThanEtcdsIsRefused) {
    auto observed = values::observed();
    observed.database.answer.reset();
    observed.persistent.clusterId = "other";
    const auto formation = agent::form(observed, kConfig);
    STRCMP_CONTAINS("n1 belonged to cluster id other", formation.refusal.value_or("").c_str());
    STRCMP_CONTAINS("/var/lib/cratekeeper/node.json", formation.refusal.value_or("").c_str());
}

TEST(FormationIdentity, AnExchangedDataDirectoryIsRefusedAlsoWithoutEtcd) {
    auto observed = values::observed();
    observed.etcd.registry.reset();
    observed.database.answer->clusterId = "other";
    const auto formation = agent::form(observed, kConfig);
    STRCMP_CONTAINS("the data directory was replaced", formation.refusal.value_or("").c_str());
}

TEST(FormationIdentity, AnAnswerWithoutAnIdContradictsNothing) {
    auto observed = values::observed();
    observed.database.answer->clusterId.reset();
    CHECK_TRUE(!agent::form(observed, kConfig).refusal);
}

TEST(FormationIdentity, ARefusedNodeClaimsNothingAndDoesNotVote) {
    auto observed = memberWithoutData();
    observed.etcd.registry.edit().bootstrap = {"n1"};
    observed.etcd.registry.edit().clusterId = values::kClusterId;
    observed.persistent.clusterId = "other";
    const auto formation = agent::form(observed, kConfig);
    CHECK_TRUE(formation.refusal.has_value());
    CHECK_TRUE(!formation.claim && formation.initialMasterNodes.empty());
}

// ---- one machine, one name ----

TEST(FormationIdentity, AClonedMachineIdIsRefusedLoudly) {
    auto observed = blankObserved();
    observed.etcd.registry.edit().nodes = {otherNode("n9", kMachineId)};
    const auto formation = agent::form(observed, kConfig);
    STRCMP_CONTAINS("another machine (n9, 10.0.0.2) announces our machine-id",
                    formation.refusal.value_or("").c_str());
    STRCMP_CONTAINS("systemd-machine-id-setup", formation.refusal.value_or("").c_str());
    CHECK_TRUE(!formation.claim);
}

TEST(FormationIdentity, OurOwnKeyOfThisBootIsNotAConflict) {
    auto observed = values::observed();
    auto own = otherNode("n1", kMachineId);
    own.bootId = values::kBootId; // a lease of the process before us
    observed.etcd.registry.edit().nodes = {own};
    CHECK_TRUE(!agent::form(observed, kConfig).refusal);
}

TEST(FormationIdentity, OurOwnKeyOfAnEarlierBootIsRecognisedByItsAddress) {
    auto observed = values::observed();
    auto own = otherNode("n1", kMachineId);
    own.address = observed.identity.address;
    observed.etcd.registry.edit().nodes = {own};
    CHECK_TRUE(!agent::form(observed, kConfig).refusal);
    own.address = "10.0.0.66";
    observed.etcd.registry.edit().nodes = {own};
    CHECK_TRUE(agent::form(observed, kConfig).refusal.has_value());
    own.address.reset();
    observed.identity.address.reset();
    observed.etcd.registry.edit().nodes = {own};
    CHECK_TRUE(agent::form(observed, kConfig).refusal.has_value());
}

TEST(FormationIdentity, ACloneBesideUsInAContainerIsRecognisedByItsName) {
    auto observed = values::observed();
    auto clone = otherNode("n2", kMachineId);
    clone.bootId = values::kBootId; // containers of one machine share it
    observed.etcd.registry.edit().nodes = {clone};
    STRCMP_CONTAINS("announces our machine-id", agent::form(observed, kConfig).refusal.value_or("").c_str());
}

TEST(FormationIdentity, AKeyUnderOurOwnLeaseIsOursWhateverItSays) {
    auto observed = values::observed();
    auto own = otherNode("n1", kMachineId);
    own.lease = values::kLease;
    observed.etcd.registry.edit().nodes = {own};
    CHECK_TRUE(!agent::form(observed, kConfig).refusal);
}

TEST(FormationIdentity, AKeyWithoutALeaseIsNotOursBecauseWeHaveNone) {
    auto observed = blankObserved();
    observed.etcd.lease.reset();
    auto clone = otherNode("n9", kMachineId);
    clone.lease.reset();
    observed.etcd.registry.edit().nodes = {clone};
    CHECK_TRUE(agent::form(observed, kConfig).refusal.has_value());
}

TEST(FormationIdentity, AnotherMachineOfOurNameIsRefused) {
    auto observed = blankObserved();
    observed.etcd.registry.edit().nodes = {otherNode("n1")};
    const auto formation = agent::form(observed, kConfig);
    STRCMP_CONTAINS("announces our name n1", formation.refusal.value_or("").c_str());
    STRCMP_CONTAINS("[Node] Name", formation.refusal.value_or("").c_str());
}

TEST(FormationIdentity, TheNameOfAMemberThatIsAwayIsRefused) {
    auto observed = blankObserved();
    observed.etcd.registry.edit().members = {{kOtherMachineId, "n1", 1}};
    const auto formation = agent::form(observed, kConfig);
    STRCMP_CONTAINS("`cratectl forget n1`", formation.refusal.value_or("").c_str());
    CHECK_TRUE(!formation.claim);
}

TEST(FormationIdentity, AMemberKeepsItsNameAgainstANewcomer) {
    auto observed = values::observed();
    observed.etcd.registry.edit().nodes = {otherNode("n1")};
    CHECK_TRUE(!agent::form(observed, kConfig).refusal);
}

TEST(FormationIdentity, AMemberKeepsItsNameAgainstAMemberThatCameLater) {
    auto observed = values::observed();
    observed.etcd.registry.edit().members = {{kMachineId, "n1", 1, 10}, {kOtherMachineId, "n1", 2, 20}};
    CHECK_TRUE(!agent::form(observed, kConfig).refusal);
    observed.etcd.registry.edit().members[1].createdAt = 5;
    CHECK_TRUE(agent::form(observed, kConfig).refusal.has_value());
}

TEST(FormationIdentity, AMemberThatTookAnotherNameHasNoRightToItYet) {
    auto observed = values::observed();
    observed.etcd.registry.edit().members = {{kMachineId, "n0", 1, 10}, {kOtherMachineId, "n1", 2, 20}};
    CHECK_TRUE(agent::form(observed, kConfig).refusal.has_value());
}

TEST(FormationIdentity, OfTwoNewcomersOfOneNameExactlyTheLaterIsRefused) {
    auto observed = blankObserved();
    auto own = otherNode("n1", kMachineId);
    own.lease = values::kLease;
    observed.etcd.registry.edit().nodes = {own, otherNode("n1")};
    observed.etcd.registry.edit().nodes[0].createdAt = 29;
    CHECK_TRUE(!agent::form(observed, kConfig).refusal);
    observed.etcd.registry.edit().nodes[0].createdAt = 31;
    CHECK_TRUE(agent::form(observed, kConfig).refusal.has_value());
}

TEST(FormationIdentity, AForgottenMachineIsRefusedWithTheWayToRejoin) {
    auto observed = values::observed();
    observed.etcd.registry.edit().members.clear();
    observed.etcd.registry.edit().forgotten = {
        {.nodeId = kMachineId, .name = "n1", .slot = 1, .by = "admin@n2", .at = "2026-11-22T16:00:00Z"}};
    const auto formation = agent::form(observed, kConfig);
    STRCMP_CONTAINS("n1 was removed from the cluster by admin@n2 at 2026-11-22T16:00:00Z",
                    formation.refusal.value_or("").c_str());
    STRCMP_CONTAINS("`cratectl forget --undo 11111111111111111111111111111111`",
                    formation.refusal.value_or("").c_str());
    CHECK_TRUE(!formation.claim);
    observed.etcd.registry.reset();
    CHECK_TRUE_TEXT(!agent::form(observed, kConfig).refusal,
                    "without etcd it starts from its last good files");
}

TEST(FormationIdentity, AForgottenMachineClaimsNoSlotThoughItHasNotReadOfItYet) {
    const auto claim = agent::form(blankObserved(), kConfig).claim;
    CHECK_TRUE(std::ranges::find(claim->when, agent::absent(kKeys.forgotten(kMachineId))) !=
               claim->when.end());
}

// ---- what this node remembers ----

TEST(FormationIdentity, APastThatCannotBeReadIsRefusedUnlessEtcdKnowsItAll) {
    auto observed = values::observed();
    observed.persistent = {};
    observed.persistentProblem = "node.json: expected a JSON object";
    CHECK_TRUE(!agent::form(observed, kConfig).refusal);
    observed.etcd.registry.edit().clusterId.reset();
    STRCMP_CONTAINS("n1 cannot read its saved state: node.json",
                    agent::form(observed, kConfig).refusal->c_str());
    observed.etcd.registry.reset();
    CHECK_TRUE(agent::form(observed, kConfig).refusal.has_value());
}

TEST(FormationIdentity, TheEmptyDiskOfAClustersOnlyNodeIsRefused) {
    auto observed = memberWithoutData();
    observed.persistent = values::persistent(1, values::kClusterId);
    STRCMP_CONTAINS("the data directory of n1 is empty",
                    agent::form(observed, kConfig).refusal.value_or("").c_str());
    observed.persistent.peers = {{kOtherMachineId, "10.0.0.2:4300"}};
    CHECK_TRUE_TEXT(!agent::form(observed, kConfig).refusal, "the other one has the data");
    observed.persistent.peers.clear();
    observed.database.answer = values::answer();
    CHECK_TRUE_TEXT(!agent::form(observed, kConfig).refusal, "the look is older than the database");
}

TEST(FormationIdentity, OtherMachinesWithOtherNamesAreNoConflict) {
    auto observed = values::observed();
    observed.etcd.registry.edit().nodes = {otherNode("n2")};
    observed.etcd.registry.edit().members.push_back({kOtherMachineId, "n2", 2});
    CHECK_TRUE(!agent::identityConflict(observed.identity, observed.etcd));
}

TEST(FormationIdentity, WithoutEtcdThereIsNoConflict) {
    CHECK_TRUE(!agent::identityConflict(values::identity(), agent::EtcdState{}));
}
