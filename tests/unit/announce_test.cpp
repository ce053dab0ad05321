// The keys of this node in etcd: always its document, the 2014 key only while the database may be used.
#include "agent/health/announce.hpp"

#include "agent/version.hpp"
#include "tests/cpputest.hpp"
#include "tests/unit/values.hpp"

#include <nlohmann/json.hpp>

using nlohmann::json;
using namespace std::chrono_literals;

namespace {

const std::string kNodeKey = std::string("/cratekeeper/crate/nodes/") + values::kMachineId;
const std::string kServiceKey = "/services/crate/n1";

agent::Announcement announce(const agent::Observed& observed, const agent::Config& config = {}) {
    const auto stages = values::stages(observed, config);
    const auto document = agent::nodeDocument(observed, stages.formation, stages.supervision, stages.verdict,
                                              config, agent::hardwareDocument(observed.inventory, nullptr));
    return agent::announce(observed, document, stages.verdict, config);
}

json nodeDocument(const agent::Observed& observed, const agent::Config& config = {}) {
    return json::parse(announce(observed, config).at(kNodeKey));
}

} // namespace

TEST_GROUP(Announce) { agent::Observed observed = values::observed(); };

TEST(Announce, AReadyNodeAnnouncesItselfAndItsService) {
    const auto announcement = announce(observed);
    LONGS_EQUAL(2, announcement.size());
    CHECK_TRUE(announcement.contains(kNodeKey));
    CHECK_EQUAL(R"({"http":4200,"transport":4300,"psql":5432,"health":4480,"address":"10.0.0.1",)"
                R"("node_id":"11111111111111111111111111111111","cluster":"crate"})",
                announcement.at(kServiceKey));
}

TEST(Announce, TheServiceBeginsAsTheSidekickOf2014WroteIt) {
    agent::Config config;
    config.crate.httpPort = 4201;
    config.crate.transportPort = 4301;
    STRCMP_CONTAINS(R"({"http":4201,"transport":4301,)", announce(observed, config).at(kServiceKey).c_str());
}

TEST(Announce, ANodeThatIsNotReadyAnnouncesNoServiceButItself) {
    observed.database.ended = true;
    const auto announcement = announce(observed);
    LONGS_EQUAL(1, announcement.size());
    CHECK_TRUE(announcement.contains(kNodeKey));
}

TEST(Announce, EveryReasonNotToBeReadyWithdrawsTheService) {
    const auto withdrawn = [](const auto& change) {
        auto changed = values::observed();
        change(changed);
        return !announce(changed).contains(kServiceKey);
    };
    CHECK_TRUE(withdrawn([](auto& o) { o.database.answer.reset(); }));
    CHECK_TRUE(withdrawn([](auto& o) { o.database.answer->sqlAnswers = false; }));
    CHECK_TRUE(withdrawn([](auto& o) { o.database.answer->masterNode.reset(); }));
    CHECK_TRUE(withdrawn([](auto& o) { o.dataReadOnly = true; }));
    CHECK_TRUE(withdrawn([](auto& o) { o.inventory->announcedAddress.reset(); }));
    CHECK_TRUE(withdrawn([](auto& o) { o.crateUnits->front().activeState = "failed"; }));
    CHECK_TRUE(withdrawn([](auto& o) { o.etcd.registry.edit().clusterId = "other"; }));
}

TEST(Announce, AWarningWithdrawsNothing) {
    observed.etcd.error = "connection refused";
    observed.inventory->volume->isBtrfs = false;
    CHECK_TRUE(announce(observed).contains(kServiceKey));
}

TEST(Announce, NothingIsAnnouncedBeforeTheFirstProbe) {
    observed.inventory.reset();
    CHECK_TRUE(announce(observed).empty());
}

TEST(Announce, NothingIsWrittenOverAnotherMachineOfOurIdentity) {
    observed.etcd.registry.edit().nodes = {values::otherNode("n9", values::kMachineId)};
    CHECK_TRUE(announce(observed).empty());
    observed.etcd.registry.edit().members.clear();
    observed.etcd.registry.edit().nodes = {values::otherNode("n1")};
    CHECK_TRUE(announce(observed).empty());
    observed.etcd.registry.edit().nodes = {};
    observed.etcd.registry.edit().members = {{values::kOtherMachineId, "n1", 1}};
    CHECK_TRUE(announce(observed).empty());
}

TEST(Announce, ARefusalForAnotherReasonIsAnnouncedAsTheNodesState) {
    observed.etcd.registry.edit().clusterId = "other";
    observed.crateUnits = {values::unit("crate@1.service", "inactive", "dead")};
    CHECK_EQUAL("refused", nodeDocument(observed).at("unit").at("phase").get<std::string>());
}

TEST(Announce, TheDocumentSaysWhatOthersMustKnowBeforeAFirstElection) {
    CHECK_EQUAL(R"({"holds_data":true,"initial_master_nodes":[]})",
                nodeDocument(observed).at("formation").dump());
    observed = values::memberWithoutData();
    observed.etcd.registry.edit().bootstrap = {"n1", "n2"};
    CHECK_EQUAL(R"({"holds_data":false,"initial_master_nodes":["n1","n2"]})",
                nodeDocument(observed).at("formation").dump());
    observed.dataHoldsDatabase.reset();
    observed.persistent.vote = {"n1", "n3"};
    CHECK_EQUAL(R"({"holds_data":null,"initial_master_nodes":["n1","n3"]})",
                nodeDocument(observed).at("formation").dump());
}

TEST(Announce, ANodeOfAnotherClusterAnnouncesItsOwnId) {
    observed.etcd.registry.edit().clusterId = "other";
    CHECK_EQUAL(std::string(values::kClusterId), nodeDocument(observed).at("cluster_id").get<std::string>());
}

TEST(Announce, TheDocumentSaysWhoAndWhereTheNodeIs) {
    const auto node = nodeDocument(observed);
    LONGS_EQUAL(1, node.at("v").get<int>());
    CHECK_EQUAL(std::string(values::kMachineId), node.at("id").get<std::string>());
    CHECK_EQUAL("n1", node.at("name").get<std::string>());
    CHECK_EQUAL(std::string(values::kBootId), node.at("boot_id").get<std::string>());
    CHECK_EQUAL("crate", node.at("cluster").get<std::string>());
    CHECK_EQUAL(std::string(values::kClusterId), node.at("cluster_id").get<std::string>());
    LONGS_EQUAL(1, node.at("slot").get<int>());
    CHECK_EQUAL("10.0.0.1", node.at("address").get<std::string>());
    CHECK_EQUAL(R"({"health":4480,"http":4200,"psql":5432,"transport":4300})", node.at("endpoints").dump());
    CHECK_EQUAL(
        R"({"active":"active","load":"loaded","name":"crate@1.service","phase":"running","sub":"running"})",
        node.at("unit").dump());
    CHECK_TRUE(node.at("verdict").at("ready").get<bool>());
    LONGS_EQUAL(8, node.at("verdict").at("components").size());
    CHECK_EQUAL(std::string(agent::kVersion), node.at("versions").at("cratekeeper").get<std::string>());
    CHECK_EQUAL("6.0.3", node.at("versions").at("crate").get<std::string>());
    CHECK_EQUAL("6.4", node.at("versions").at("crate_line").get<std::string>());
    CHECK_EQUAL("n1", node.at("hardware").at("host").at("hostname").get<std::string>());
}

TEST(Announce, TheCapacityIsInNumbers) {
    const auto capacity = nodeDocument(observed).at("capacity");
    LONGS_EQUAL(8, capacity.at("threads").get<int>());
    CHECK_TRUE((uint64_t{16} << 30U) == capacity.at("memory_bytes").get<uint64_t>());
    CHECK_TRUE((uint64_t{4} << 30U) == capacity.at("heap_bytes").get<uint64_t>());
    CHECK_TRUE((uint64_t{400} << 30U) == capacity.at("data_bytes").get<uint64_t>());
    CHECK_TRUE(capacity.at("data_free_bytes").get<uint64_t>() > 0);
}

TEST(Announce, WhatIsUnknownIsNull) {
    observed.inventory->host = {};
    observed.inventory->volume.reset();
    observed.inventory->announcedAddress.reset();
    observed.database.answer.reset();
    observed.persistent = {};
    observed.etcd.registry.reset();
    const auto node = nodeDocument(observed);
    for (const char* const field : {"cluster_id", "slot", "address"}) {
        CHECK_TRUE_TEXT(node.at(field).is_null(), field);
    }
    for (const char* const field :
         {"threads", "memory_bytes", "heap_bytes", "data_bytes", "data_free_bytes"}) {
        CHECK_TRUE_TEXT(node.at("capacity").at(field).is_null(), field);
    }
    for (const char* const field : {"crate", "kernel", "os"}) {
        CHECK_TRUE_TEXT(node.at("versions").at(field).is_null(), field);
    }
    CHECK_TRUE(node.at("hardware").at("volume").is_null());
    CHECK_TRUE(!node.at("unit").contains("name"));
}

TEST(Announce, EqualContentIsEqualText) {
    auto later = observed;
    later.now += 20s;
    later.wallClock += 20s;
    later.database.answeredAt = later.now;
    later.etcd.registry.edit().header.revision += 100;
    CHECK_TRUE(announce(observed) == announce(later));
}

TEST(Announce, AFewWrittenBytesAreNoNews) {
    auto later = observed;
    *later.inventory->volume->usedBytes += 4096;
    *later.inventory->volume->effectiveFreeBytes -= 1;
    later.inventory->volume->devices.front().allocatedBytes = 7;
    observed.inventory->volume->effectiveFreeBytes = *later.inventory->volume->effectiveFreeBytes + 1;
    *later.inventory->volume->effectiveFreeBytes += 1;
    CHECK_TRUE(announce(observed) == announce(later));
}

TEST(Announce, AChangedVerdictIsNews) {
    auto later = observed;
    later.etcd.error = "connection refused";
    CHECK_TRUE(announce(observed) != announce(later));
}

// Firmware, os-release and host names may hold any bytes; a node must not fall silent for it.
TEST(Announce, BytesThatAreNoUtf8DoNotSilenceTheNode) {
    observed.inventory->host.os = "Debian \xff\xfe";
    observed.inventory->host.kernel = "6.1\xc3";
    observed.identity.nodeName = "n\x80";
    const auto announcement = announce(observed);
    CHECK_TRUE(json::accept(announcement.at(kNodeKey)));
}
