// How the keys in etcd are read, no matter who wrote them.
#include "agent/cluster/registry.hpp"

#include "tests/cpputest.hpp"
#include "tests/unit/seed.hpp"
#include "tests/unit/values.hpp"

#include <nlohmann/json.hpp>
#include <random>

using nlohmann::json;
using values::nodeValue;

namespace {

const agent::Keys kKeys("lab");

/// As the agents write them: the record of a node under a lease, all else without.
hal::KeyValue at(const std::string& key, const std::string& value, std::optional<hal::LeaseId> lease = {}) {
    if (!lease && key.starts_with(kKeys.node(""))) {
        lease = 55;
    }
    return {.key = key, .value = value, .createRevision = 5, .modRevision = 7, .version = 1, .lease = lease};
}

agent::Registry read(std::vector<hal::KeyValue> cluster, std::vector<hal::KeyValue> services = {}) {
    const hal::Header header{.revision = 77};
    return agent::readRegistry(
        kKeys,
        {.header = header, .succeeded = true, .ranges = {{std::move(cluster)}, {std::move(services)}}});
}

/// Reads the one pair; it must be ignored and reported with this reason.
void checkRejected(const std::string& key, const std::string& value, const std::string& reason) {
    const auto registry = read({at(key, value)});
    LONGS_EQUAL_TEXT(1, registry.problems.size(), value.substr(0, 80).c_str());
    CHECK_EQUAL("etcd " + key, registry.problems.front().source);
    CHECK_EQUAL(reason + "; correct or delete the key with etcdctl", registry.problems.front().reason);
    CHECK_TRUE(registry.members.empty() && registry.nodes.empty() && registry.forgotten.empty() &&
               !registry.bootstrap && !registry.clusterId);
    CHECK_TRUE_TEXT(registry.raw.contains(key), "a guarded write must know the key anyway");
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
    CHECK_TRUE((std::vector<agent::Member>{{"m1", "n1", 3, 5}}) == registry.members);
    CHECK_TRUE((std::vector<std::string>{"n1", "n2"}) == registry.bootstrap);
    CHECK_TRUE("abc" == registry.clusterId);
}

TEST(Registry, TheTextsWeWriteAreFixed) {
    CHECK_EQUAL(R"({"name":"n1","slot":3,"v":1})", agent::memberValue({"m1", "n1", 3}));
    CHECK_EQUAL(R"({"initial_master_nodes":["n1"],"v":1,"written_by":"n1"})",
                agent::bootstrapValue({"n1"}, "n1"));
    CHECK_EQUAL(R"({"id":"abc","v":1,"written_by":"n1"})", agent::clusterIdValue("abc", "n1"));
}

TEST(Registry, ALiveNodeAnnouncesItsIdentityAndAddress) {
    const auto registry = read({at(kKeys.node("m2"), nodeValue(), 55)});
    CHECK_TRUE(registry.problems.empty());
    LONGS_EQUAL(1, registry.nodes.size());
    CHECK_TRUE((agent::LiveNode{"m2", "n2", "b2", "10.0.0.2", 4301, 55, 5, {}, {}, {}, {}}) ==
               registry.nodes.front());
}

TEST(Registry, ANodeMayBeWithoutAnAddressAndPorts) {
    const auto registry =
        read({at(kKeys.node("m2"), nodeValue({{"address", nullptr}, {"endpoints", nullptr}}))});
    LONGS_EQUAL(1, registry.nodes.size());
    CHECK_TRUE(!registry.nodes.front().address && !registry.nodes.front().transportPort);
}

TEST(Registry, APortThatIsNoneIsUnknown) {
    std::vector<json> wrong{json::array({4300}), "4300", 4300};
    for (const json& port :
         {json(0), json(65536), json(-1), json("4300"), json(1.5), json(uint64_t{1} << 40U)}) {
        wrong.push_back({{"transport", port}});
    }
    for (const auto& endpoints : wrong) {
        const auto registry = read({at(kKeys.node("m2"), nodeValue({{"endpoints", endpoints}}))});
        LONGS_EQUAL(1, registry.nodes.size());
        CHECK_TRUE_TEXT(!registry.nodes.front().transportPort, endpoints.dump().c_str());
        LONGS_EQUAL_TEXT(1, registry.problems.size(), endpoints.dump().c_str());
        STRCMP_CONTAINS("a port \"transport\" from 1 to 65535", registry.problems.front().reason.c_str());
    }
}

TEST(Registry, AnAddressThatIsNoneIsUnknownAndReported) {
    for (const json& wrong : {json("n2.lan"), json(""), json("10.0.0.2\n10.0.0.3"), json("10.0.0.256"),
                              json(7), json("10.0.0.2:4300"), json(json::array({"10.0.0.2"}))}) {
        const auto registry = read({at(kKeys.node("m2"), nodeValue({{"address", wrong}}))});
        LONGS_EQUAL(1, registry.nodes.size());
        CHECK_TRUE_TEXT(!registry.nodes.front().address, wrong.dump().c_str());
        LONGS_EQUAL_TEXT(1, registry.problems.size(), wrong.dump().c_str());
        CHECK_EQUAL("etcd " + kKeys.node("m2"), registry.problems.front().source);
    }
}

TEST(Registry, ARecordWithoutALeaseIsNotThatOfALivingNode) {
    auto record = at(kKeys.node("m2"), nodeValue());
    record.lease.reset();
    const auto registry = read({record});
    CHECK_TRUE(registry.nodes.empty());
    LONGS_EQUAL(1, registry.problems.size());
    STRCMP_CONTAINS("expected a lease", registry.problems.front().reason.c_str());
}

TEST(Registry, AKeyThatEndsInNoNodeIdIsReported) {
    for (const std::string& id :
         {std::string(), std::string("a/b"), std::string("a b"), std::string("a\nb"), std::string("\xff\xfe"),
          std::string("ü"), std::string("a\0b", 3), std::string(256, 'a')}) {
        for (const auto& [key, value] : {std::pair{kKeys.node(id), nodeValue()},
                                         std::pair{kKeys.member(id), agent::memberValue({"m", "n", 1})}}) {
            const auto registry = read({at(key, value)});
            CHECK_TRUE_TEXT(registry.nodes.empty() && registry.members.empty(), key.c_str());
            LONGS_EQUAL_TEXT(1, registry.problems.size(), key.c_str());
            STRCMP_CONTAINS("expected a node id after the last '/'",
                            registry.problems.front().reason.c_str());
        }
    }
}

TEST(Registry, TwoMembersWithOneSlotAreBothKeptAndReported) {
    const auto registry = read({at(kKeys.member("a"), agent::memberValue({"a", "n1", 1})),
                                at(kKeys.member("b"), agent::memberValue({"b", "n2", 1})),
                                at(kKeys.member("c"), agent::memberValue({"c", "n3", 2}))});
    LONGS_EQUAL(3, registry.members.size());
    LONGS_EQUAL(1, registry.problems.size());
    CHECK_EQUAL("etcd " + kKeys.member("b"), registry.problems.front().source);
    STRCMP_CONTAINS("crate@1 also belongs to n1", registry.problems.front().reason.c_str());
}

TEST(Registry, TextsAreOfOneLineAndNotAbsurdlyLong) {
    for (const std::string& wrong : {std::string("n2\nn3"), std::string("n2\x7f"), std::string("n2\0", 3),
                                     std::string("\x1b[31m"), std::string(256, 'n')}) {
        const auto quoted = json(wrong).dump();
        checkRejected(kKeys.node("m"), nodeValue({{"name", wrong}}),
                      "expected strings \"name\" and \"boot_id\"");
        checkRejected(kKeys.clusterId(), R"({"v":1,"id":)" + quoted + "}", "expected a string \"id\"");
        checkRejected(kKeys.bootstrap(), R"({"v":1,"initial_master_nodes":["n1",)" + quoted + "]}",
                      "expected a list of names \"initial_master_nodes\"");
        checkRejected(kKeys.member("m"), R"({"v":1,"slot":1,"name":)" + quoted + "}",
                      "expected a string \"name\" and a number \"slot\" from 1 to 999");
    }
}

TEST(Registry, AProblemIsOneLineWhateverTheKeyIsMadeOf) {
    const auto registry =
        read({at(kKeys.node("a\n<3>forged\xff\x1b[0m"), "?"), at(kKeys.node(std::string(5000, 'k')), "?")});
    LONGS_EQUAL(2, registry.problems.size());
    CHECK_EQUAL("etcd " + kKeys.node("a?<3>forged??[0m"), registry.problems[0].source);
    CHECK_TRUE(registry.problems[1].source.size() < 200);
}

TEST(Registry, TenThousandForeignKeysAreAFewProblemsAndHideNothing) {
    std::vector<hal::KeyValue> cluster{at(kKeys.clusterId(), agent::clusterIdValue("abc", "n")),
                                       at(kKeys.member("m1"), agent::memberValue({"m1", "n1", 1}))};
    for (int i = 0; i < 10'000; ++i) {
        cluster.push_back(at(kKeys.node("junk" + std::to_string(i)), "by hand"));
    }
    cluster.push_back(at(kKeys.node("m2"), nodeValue()));
    const auto registry = read(std::move(cluster));
    LONGS_EQUAL(21, registry.problems.size());
    STRCMP_CONTAINS("more values are malformed", registry.problems.back().reason.c_str());
    CHECK_TRUE("abc" == registry.clusterId);
    LONGS_EQUAL(1, registry.members.size());
    LONGS_EQUAL(1, registry.nodes.size());
}

TEST(Registry, WhateverIsDoneToAValueNothingButThatValueIsLost) {
    const std::string words = "UNIT_SEED=" + std::to_string(seed::ofThisRun());
    std::mt19937 random(seed::ofThisRun());
    const auto below = [&random](size_t limit) { return random() % limit; };
    const std::vector<hal::KeyValue> good{at(kKeys.node("m2"), nodeValue()),
                                          at(kKeys.member("m2"), agent::memberValue({"m2", "n2", 2})),
                                          at(kKeys.bootstrap(), agent::bootstrapValue({"n1", "n2"}, "n1")),
                                          at(kKeys.clusterId(), agent::clusterIdValue("abc", "n2"))};
    const auto intact = at(kKeys.node("m9"), nodeValue({{"name", "n9"}, {"address", "fd00::9"}}));
    for (int round = 0; round < 20'000; ++round) {
        auto broken = good[below(good.size())];
        for (size_t times = 1 + below(4); times > 0; --times) {
            auto& text = below(8) == 0 ? broken.key : broken.value;
            const size_t start = &text == &broken.key ? kKeys.prefix().size() : 0;
            const size_t place = start + below(text.size() - start + 1);
            switch (below(4)) {
            case 0: text.insert(place, 1, static_cast<char>(random())); break;
            case 1: text.erase(place, 1 + below(3)); break;
            case 2: text.insert(place, text.substr(start + below(text.size() - start + 1), below(40))); break;
            default:
                if (place < text.size()) {
                    text[place] = static_cast<char>(random());
                }
            }
        }
        const auto registry = read({intact, broken});
        const auto& nodes = registry.nodes;
        CHECK_TRUE_TEXT(std::ranges::any_of(nodes, [](const auto& node) { return node.name == "n9"; }),
                        words.c_str());
        for (const auto& node : nodes) {
            CHECK_TRUE_TEXT(!node.nodeId.empty() && !node.name.empty() && !node.name.contains('\n'),
                            words.c_str());
            CHECK_TRUE_TEXT(!node.address || node.address->find_first_of(" \n/") == std::string::npos,
                            words.c_str());
        }
        for (const auto& problem : registry.problems) {
            CHECK_TRUE_TEXT(!problem.source.contains('\n') && !problem.reason.contains('\n'), words.c_str());
        }
    }
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

TEST(Registry, AValueThatIsNotAJsonObjectIsReported) {
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
    const auto nested = [](size_t depth) {
        return R"({"v":1,"id":"abc","x":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
    };
    CHECK_TRUE("abc" == read({at(kKeys.clusterId(), nested(60))}).clusterId);
    for (const size_t depth : {64U, 1500U, 30000U}) {
        checkRejected(kKeys.clusterId(), nested(depth), "expected a JSON object");
        checkRejected(kKeys.clusterId(), std::string(depth, '['), "expected a JSON object");
    }
}

TEST(Registry, AClusterIdIsAText) {
    for (const std::string value :
         {R"({"v":1})", R"({"v":1,"id":""})", R"({"v":1,"id":5})", R"({"v":1,"id":null})"}) {
        checkRejected(kKeys.clusterId(), value, "expected a string \"id\"");
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
    const std::string reason = "expected a string \"name\" and a number \"slot\" from 1 to 999";
    for (const std::string rest :
         {R"("slot":1)", R"("name":"","slot":1)", R"("name":5,"slot":1)", R"("name":"n")",
          R"("name":"n","slot":0)", R"("name":"n","slot":1000)", R"("name":"n","slot":-1)",
          R"("name":"n","slot":"1")", R"("name":"n","slot":1.0)", R"("name":"n","slot":4294967297)"}) {
        checkRejected(kKeys.member("m"), R"({"v":1,)" + rest + "}", reason);
    }
    LONGS_EQUAL(999, read({at(kKeys.member("m"), R"({"v":1,"name":"n","slot":999})")}).members.front().slot);
}

TEST(Registry, ANodeHasANameAndABoot) {
    const std::string reason = "expected strings \"name\" and \"boot_id\"";
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

TEST(Registry, TheServicesOf2014AreReadNoMatterWhoWroteThem) {
    const auto registry =
        read({}, {at("/services/crate/n1", R"({"http":4200,"transport":4300,"node_id":"m1"})", 55),
                  at("/services/crate/old", R"({"http": 4200, "transport": 4300})"),
                  at("/services/crate/odd", R"({"node_id":7})")});
    CHECK_TRUE(registry.problems.empty());
    CHECK_TRUE((std::vector<agent::Service>{{"n1", "m1", 55}, {"old", "", {}}, {"odd", "", {}}}) ==
               registry.services);
    LONGS_EQUAL(3, registry.raw.size());
}

TEST(Registry, AServiceOf2014ThatIsNotAnObjectIsReported) {
    const auto registry =
        read({}, {at("/services/crate/n1", "4200"), at("/services/crate/n2", std::string(64 * 1024 + 1, ' ')),
                  at("/services/crate/n3", "{}")});
    LONGS_EQUAL(2, registry.problems.size());
    CHECK_EQUAL("etcd /services/crate/n1", registry.problems[0].source);
    STRCMP_CONTAINS("expected a JSON object; correct or delete", registry.problems[0].reason.c_str());
    STRCMP_CONTAINS("expected at most 64 KiB", registry.problems[1].reason.c_str());
    LONGS_EQUAL(1, registry.services.size());
    LONGS_EQUAL(3, registry.raw.size());
}

TEST(Registry, WhatAGuardComparesWithIsKeptAsItWas) {
    const auto value = at(kKeys.node("m2"), nodeValue(), 55);
    const auto registry = read({value});
    CHECK_TRUE(registry.raw.at(value.key) == value);
}
