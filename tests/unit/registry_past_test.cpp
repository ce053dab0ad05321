// How the keys about the past are read: first elections, forgotten machines, values written once.
#include "agent/cluster/registry.hpp"

#include "tests/cpputest.hpp"
#include "tests/unit/values.hpp"

#include <nlohmann/json.hpp>

using nlohmann::json;
using values::nodeValue;

namespace {

const agent::Keys kKeys("lab");

hal::KeyValue at(const std::string& key, const std::string& value) {
    return {.key = key, .value = value, .createRevision = 5, .modRevision = 7, .version = 1, .lease = 55};
}

agent::Registry read(std::vector<hal::KeyValue> keyValues) {
    const hal::Header header{.revision = 77};
    return agent::readRegistry(kKeys,
                               {.header = header, .succeeded = true, .ranges = {{std::move(keyValues)}}});
}

/// A mark of `cratectl forget` that is ignored and reported with this reason.
void checkRejected(const std::string& value, const std::string& reason) {
    const auto registry = read({at(kKeys.forgotten("m"), value)});
    LONGS_EQUAL(1, registry.problems.size());
    STRCMP_CONTAINS(reason.c_str(), registry.problems.front().reason.c_str());
    CHECK_TRUE(registry.forgotten.empty());
}

} // namespace

TEST_GROUP(RegistryPast){};

TEST(RegistryPast, ALiveNodeAnnouncesWhatItKnowsOfAFirstElection) {
    const json formation{{"holds_data", true}, {"initial_master_nodes", {"n1", "n2"}}};
    const auto registry = read(
        {at(kKeys.node("m2"), nodeValue({{"slot", 4}, {"cluster_id", "abc"}, {"formation", formation}}))});
    const auto& node = registry.nodes.front();
    LONGS_EQUAL(4, node.slot.value_or(0));
    CHECK_TRUE("abc" == node.clusterId);
    CHECK_TRUE(node.holdsData == true);
    CHECK_TRUE((std::vector<std::string>{"n1", "n2"}) == node.vote);
}

TEST(RegistryPast, MalformedFieldsOfALiveNodeAreUnknown) {
    for (const json& formation : {json(7), json{{"holds_data", "yes"}, {"initial_master_nodes", {1}}}}) {
        const auto registry = read(
            {at(kKeys.node("m2"), nodeValue({{"slot", 0}, {"cluster_id", 7}, {"formation", formation}}))});
        const auto& node = registry.nodes.front();
        CHECK_TRUE(!node.slot && !node.clusterId && !node.holdsData && node.vote.empty());
    }
}

TEST(RegistryPast, AForgottenMachineIsReadAsItWasWritten) {
    const agent::Forgotten whole{.nodeId = "m3", .name = "n3", .slot = 3, .by = "admin@n1", .at = "today"};
    const agent::Forgotten bare{.nodeId = "m4", .name = "", .slot = {}, .by = "admin@n1", .at = "today"};
    const auto registry = read({at(kKeys.forgotten("m3"), agent::forgottenValue(whole)),
                                at(kKeys.forgotten("m4"), agent::forgottenValue(bare))});
    CHECK_TRUE(registry.problems.empty());
    CHECK_TRUE((std::vector<agent::Forgotten>{whole, bare}) == registry.forgotten);
}

TEST(RegistryPast, AForgottenMachineWithoutASignatureIsReported) {
    const std::string reason = "expected strings \"by\" and \"at\"";
    checkRejected(R"({"v":1})", reason);
    checkRejected(R"({"v":1,"by":"admin","at":5})", reason);
    checkRejected(R"({"v":2,"by":"admin","at":"today"})",
                  "expected \"v\": 1; a newer cratekeeper may have written it");
    CHECK_TRUE(read({at(kKeys.forgotten("m"), "gone")}).forgotten.empty());
}

TEST(RegistryPast, AValueWrittenOnceIsIgnoredAfterAManualChange) {
    auto id = at(kKeys.clusterId(), agent::clusterIdValue("abc", "n2"));
    auto vote = at(kKeys.bootstrap(), agent::bootstrapValue({"n1"}, "n2"));
    id.version = vote.version = 2;
    const auto registry = read({id, vote});
    CHECK_TRUE(!registry.clusterId && !registry.bootstrap);
    LONGS_EQUAL(2, registry.problems.size());
    STRCMP_CONTAINS("changed manually", registry.problems.front().reason.c_str());
    STRCMP_CONTAINS("delete the key with etcdctl", registry.problems.front().reason.c_str());
}

TEST(RegistryPast, TwoMembersWithOneSlotOrOneNameAreReported) {
    const auto registry = read({at(kKeys.member("a"), agent::memberValue({"a", "n1", 1})),
                                at(kKeys.member("b"), agent::memberValue({"b", "n2", 1})),
                                at(kKeys.member("c"), agent::memberValue({"c", "n2", 3}))});
    LONGS_EQUAL(3, registry.members.size());
    LONGS_EQUAL(2, registry.problems.size());
    CHECK_EQUAL("etcd " + kKeys.member("b"), registry.problems[0].source);
    STRCMP_CONTAINS("expected a unique slot; crate@1 also belongs to n1",
                    registry.problems[0].reason.c_str());
    STRCMP_CONTAINS("expected a unique name; n2 is also member b", registry.problems[1].reason.c_str());
}
