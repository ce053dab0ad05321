// What is believed of the keys in etcd, whoever wrote them.
#include "agent/registry.hpp"

#include "tests/cpputest.hpp"

#include <nlohmann/json.hpp>

using nlohmann::json;

namespace {

const agent::Keys kKeys("lab");

hal::KeyValue at(const std::string& key, const std::string& value, std::optional<hal::LeaseId> lease = {}) {
    return {.key = key, .value = value, .createRevision = 5, .modRevision = 7, .version = 1, .lease = lease};
}

agent::Registry read(std::vector<hal::KeyValue> cluster, std::vector<hal::KeyValue> services = {}) {
    const hal::Header header{.clusterId = 9, .memberId = 8, .revision = 77};
    return agent::readRegistry(kKeys, {header, std::move(cluster)}, {hal::Header{}, std::move(services)});
}

std::string nodeValue(const json& changes = json::object()) {
    json node{{"v", 1},
              {"name", "n2"},
              {"boot_id", "b2"},
              {"address", "10.0.0.2"},
              {"endpoints", {{"http", 4200}, {"transport", 4301}}}};
    node.merge_patch(changes);
    return node.dump();
}

/// Reads the one pair; it must be left out and reported with these words.
void checkRejected(const std::string& key, const std::string& value, const std::string& reason) {
    const auto registry = read({at(key, value)});
    LONGS_EQUAL_TEXT(1, registry.problems.size(), value.substr(0, 80).c_str());
    CHECK_EQUAL("etcd " + key, registry.problems.front().source);
    CHECK_EQUAL(reason + "; correct or delete the key with etcdctl", registry.problems.front().reason);
    CHECK_TRUE(registry.members.empty() && registry.nodes.empty() && !registry.bootstrap &&
               !registry.clusterId);
    CHECK_TRUE_TEXT(registry.raw.contains(key), "a guarded write has to know the key all the same");
}

} // namespace

TEST_GROUP(Registry){};

TEST(Registry, TheKeysAreThoseOfTheDesign) {
    CHECK_EQUAL("/cratekeeper/lab/", kKeys.prefix());
    CHECK_EQUAL("/cratekeeper/lab/nodes/abc", kKeys.node("abc"));
    CHECK_EQUAL("/cratekeeper/lab/members/abc", kKeys.member("abc"));
    CHECK_EQUAL("/cratekeeper/lab/bootstrap", kKeys.bootstrap());
    CHECK_EQUAL("/cratekeeper/lab/cluster-id", kKeys.clusterId());
    CHECK_EQUAL("/services/crate/n1", agent::Keys::service("n1"));
}

TEST(Registry, AnEmptyEtcdIsAnEmptyRegistryAtItsRevision) {
    const auto registry = read({});
    LONGS_EQUAL(77, registry.header.revision);
    CHECK_TRUE(registry.members.empty() && registry.nodes.empty() && registry.services.empty());
    CHECK_TRUE(!registry.bootstrap && !registry.clusterId && registry.raw.empty() &&
               registry.problems.empty());
}

TEST(Registry, WhatWeWriteIsWhatWeRead) {
    const auto registry = read({at(kKeys.member("m1"), agent::memberValue({"m1", "n1", 3})),
                                at(kKeys.bootstrap(), agent::bootstrapValue({"n1", "n2"}, "n1")),
                                at(kKeys.clusterId(), agent::clusterIdValue("abc", "n2"))});
    CHECK_TRUE(registry.problems.empty());
    CHECK_TRUE((std::vector<agent::Member>{{"m1", "n1", 3}}) == registry.members);
    CHECK_TRUE((std::vector<std::string>{"n1", "n2"}) == registry.bootstrap);
    CHECK_TRUE("abc" == registry.clusterId);
}

TEST(Registry, TheTextsWeWriteAreFixed) {
    CHECK_EQUAL(R"({"name":"n1","slot":3,"v":1})", agent::memberValue({"m1", "n1", 3}));
    CHECK_EQUAL(R"({"initial_master_nodes":["n1"],"v":1,"written_by":"n1"})",
                agent::bootstrapValue({"n1"}, "n1"));
    CHECK_EQUAL(R"({"id":"abc","v":1,"written_by":"n1"})", agent::clusterIdValue("abc", "n1"));
}

TEST(Registry, ALiveNodeTellsWhoAndWhereItIs) {
    const auto registry = read({at(kKeys.node("m2"), nodeValue(), 55)});
    CHECK_TRUE(registry.problems.empty());
    LONGS_EQUAL(1, registry.nodes.size());
    CHECK_TRUE((agent::LiveNode{"m2", "n2", "b2", "10.0.0.2", 4301, 55}) == registry.nodes.front());
}

TEST(Registry, ANodeMayBeWithoutAnAddressAndPorts) {
    const auto registry =
        read({at(kKeys.node("m2"), nodeValue({{"address", nullptr}, {"endpoints", nullptr}}))});
    LONGS_EQUAL(1, registry.nodes.size());
    CHECK_TRUE(!registry.nodes.front().address && !registry.nodes.front().transportPort);
}

TEST(Registry, APortThatIsNoneIsUnknown) {
    for (const json& port :
         {json(0), json(65536), json(-1), json("4300"), json(1.5), json(uint64_t{1} << 40U)}) {
        const auto registry = read({at(kKeys.node("m2"), nodeValue({{"endpoints", {{"transport", port}}}}))});
        LONGS_EQUAL(1, registry.nodes.size());
        CHECK_TRUE_TEXT(!registry.nodes.front().transportPort, port.dump().c_str());
    }
    const auto registry = read({at(kKeys.node("m2"), nodeValue({{"endpoints", json::array({4300})}}))});
    CHECK_TRUE(!registry.nodes.front().transportPort);
}

TEST(Registry, MembersAreSortedBySlotAndNodesByName) {
    const auto registry = read({at(kKeys.member("a"), agent::memberValue({"a", "z", 2})),
                                at(kKeys.member("b"), agent::memberValue({"b", "y", 1})),
                                at(kKeys.node("a"), nodeValue({{"name", "z"}})),
                                at(kKeys.node("b"), nodeValue({{"name", "y"}}))});
    CHECK_EQUAL("b", registry.members.front().nodeId);
    CHECK_EQUAL("b", registry.nodes.front().nodeId);
}

TEST(Registry, UnknownFieldsAndUnknownKeysAreLeftInPeace) {
    const auto registry = read({at(kKeys.clusterId(), R"({"v":1,"id":"abc","colour":"green"})"),
                                at(kKeys.prefix() + "spec", "not even JSON"),
                                at(kKeys.prefix() + "maintenance", R"({"v":9})")});
    CHECK_TRUE(registry.problems.empty());
    CHECK_TRUE("abc" == registry.clusterId);
    LONGS_EQUAL(3, registry.raw.size());
}

TEST(Registry, AnotherVersionIsReportedAndNotRead) {
    const std::string reason = "expected \"v\": 1; a newer cratekeeper may have written it";
    for (const std::string value :
         {R"({"v":2,"id":"abc"})", R"({"id":"abc"})", R"({"v":"1","id":"abc"})", R"({"v":1.0,"id":"abc"})",
          R"({"v":true,"id":"abc"})", R"({"v":-1,"id":"abc"})"}) {
        checkRejected(kKeys.clusterId(), value, reason);
    }
    checkRejected(kKeys.bootstrap(), R"({"v":2,"initial_master_nodes":["n1"]})", reason);
    checkRejected(kKeys.member("m"), R"({"v":2,"name":"n","slot":1})", reason);
    checkRejected(kKeys.node("m"), nodeValue({{"v", 2}}), reason);
}

TEST(Registry, WhatIsNoJsonObjectIsReported) {
    for (const std::string value :
         {"", "hello", "42", "null", "[1]", "\"text\"", "{\"v\":1", "{'v':1}", "{\"v\":1,\"id\":\"\xff\"}"}) {
        for (const auto& key : {kKeys.clusterId(), kKeys.bootstrap(), kKeys.member("m"), kKeys.node("m")}) {
            checkRejected(key, value, "expected a JSON object");
        }
    }
}

TEST(Registry, AnOversizedValueIsReported) {
    const std::string head = R"({"v":1,"id":"abc","pad":")";
    const std::string largest = head + std::string(64 * 1024 - head.size() - 2, 'x') + "\"}";
    CHECK_TRUE("abc" == read({at(kKeys.clusterId(), largest)}).clusterId);
    checkRejected(kKeys.clusterId(), head + std::string(64 * 1024 - head.size() - 1, 'x') + "\"}",
                  "expected at most 64 KiB");
}

TEST(Registry, ADeeplyNestedValueDoesNoHarm) {
    constexpr size_t kDepth = 1500; // deeper is as fast, but not for the bookkeeping of leaks
    checkRejected(kKeys.clusterId(), std::string(kDepth, '['), "expected a JSON object");
    const std::string deep =
        R"({"v":1,"id":"abc","x":)" + std::string(kDepth, '[') + std::string(kDepth, ']') + "}";
    CHECK_TRUE("abc" == read({at(kKeys.clusterId(), deep)}).clusterId);
}

TEST(Registry, AClusterIdIsAText) {
    for (const std::string value :
         {R"({"v":1})", R"({"v":1,"id":""})", R"({"v":1,"id":5})", R"({"v":1,"id":null})"}) {
        checkRejected(kKeys.clusterId(), value, "expected a text \"id\"");
    }
}

TEST(Registry, TheVoteIsAListOfNamesWithoutGaps) {
    for (const std::string list : {"[]", "null", "\"n1\"", "{}", "[\"n1\",\"\"]", "[\"n1\",2]", "[null]"}) {
        checkRejected(kKeys.bootstrap(), R"({"v":1,"initial_master_nodes":)" + list + "}",
                      "expected a list of names \"initial_master_nodes\"");
    }
    checkRejected(kKeys.bootstrap(), R"({"v":1})", "expected a list of names \"initial_master_nodes\"");
}

TEST(Registry, AMemberHasANameAndASlotFrom1To999) {
    const std::string reason = "expected a text \"name\" and a number \"slot\"";
    for (const std::string rest :
         {R"("slot":1)", R"("name":"","slot":1)", R"("name":5,"slot":1)", R"("name":"n")",
          R"("name":"n","slot":0)", R"("name":"n","slot":1000)", R"("name":"n","slot":-1)",
          R"("name":"n","slot":"1")", R"("name":"n","slot":1.0)", R"("name":"n","slot":4294967297)"}) {
        checkRejected(kKeys.member("m"), R"({"v":1,)" + rest + "}", reason);
    }
    LONGS_EQUAL(999, read({at(kKeys.member("m"), R"({"v":1,"name":"n","slot":999})")}).members.front().slot);
}

TEST(Registry, ANodeHasANameAndABoot) {
    const std::string reason = "expected texts \"name\" and \"boot_id\"";
    checkRejected(kKeys.node("m"), nodeValue({{"name", nullptr}}), reason);
    checkRejected(kKeys.node("m"), nodeValue({{"name", 5}}), reason);
    checkRejected(kKeys.node("m"), nodeValue({{"boot_id", nullptr}}), reason);
    checkRejected(kKeys.node("m"), nodeValue({{"boot_id", ""}}), reason);
}

TEST(Registry, OneWrongValueHidesNoOther) {
    const auto registry =
        read({at(kKeys.bootstrap(), "broken"), at(kKeys.clusterId(), agent::clusterIdValue("abc", "n")),
              at(kKeys.member("m1"), "broken"), at(kKeys.member("m2"), agent::memberValue({"m2", "n2", 2}))});
    LONGS_EQUAL(2, registry.problems.size());
    CHECK_TRUE("abc" == registry.clusterId);
    LONGS_EQUAL(1, registry.members.size());
}

TEST(Registry, TheServicesOf2014AreReadWhoeverWroteThem) {
    const auto registry =
        read({}, {at("/services/crate/n1", R"({"http":4200,"transport":4300,"node_id":"m1"})", 55),
                  at("/services/crate/old", R"({"http": 4200, "transport": 4300})"),
                  at("/services/crate/odd", "4200"), at("/services/crate/worse", R"({"node_id":7})")});
    CHECK_TRUE(registry.problems.empty());
    CHECK_TRUE((std::vector<agent::Service>{
                   {"n1", "m1", 55}, {"old", "", {}}, {"odd", "", {}}, {"worse", "", {}}}) ==
               registry.services);
    LONGS_EQUAL(4, registry.raw.size());
}

TEST(Registry, WhatAGuardComparesWithIsKeptAsItWas) {
    const auto value = at(kKeys.node("m2"), nodeValue(), 55);
    const auto registry = read({value});
    CHECK_TRUE(registry.raw.at(value.key) == value);
}
