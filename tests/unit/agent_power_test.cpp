// A node whose power was cut, and what it finds afterwards: an etcd that remembers the boot before, a disk without room.
#include "tests/unit/agent_fixture.hpp"
#include "tests/unit/values.hpp"

#include <nlohmann/json.hpp>

using namespace std::chrono_literals;

TEST_GROUP_BASE(AgentPower, AgentFixture){};

TEST(AgentPower, ItsOwnRecordOfThePreviousBootDoesNotDelayIt) {
    bootToReady();
    etcd.stop();
    machine.cutPower();
    start();
    loop.advance(8s);
    CHECK_EQUAL(200, machine.server->status());
    etcd.start(); // and gives the lease of the boot before its whole time again
    for (unsigned tenth = 0; tenth < 60; ++tenth) {
        loop.advance(100ms);
        CHECK_EQUAL_TEXT(200, machine.server->status(), machine.notifier.statusText.c_str());
    }
    CHECK_TRUE(announcesService());
}

TEST(AgentPower, AFullDiskStartsNothingWithAVoteThatIsNotWantedAnyMore) {
    machine.databaseRefusesToStart = true;
    start();
    loop.advance(4s);
    STRCMP_CONTAINS("initial_master_nodes", machine.disk.files[crateYml].c_str());
    machine.cutPower();
    machine.units.requests.clear();
    machine.databaseRefusesToStart = false;
    machine.volumeHasData = true;
    machine.volumeClusterId = values::kClusterId;
    etcd.put("/cratekeeper/crate/cluster-id", R"({"v":1,"id":")" + std::string(values::kClusterId) + "\"}");
    machine.disk.writesLeft = 1;
    start();
    loop.advance(10s);
    LONGS_EQUAL(0, machine.units.requests.size());
    machine.disk.writesLeft.reset();
    loop.advance(10s);
    CHECK_EQUAL(200, machine.server->status());
    CHECK_TRUE(machine.disk.files[crateYml].find("initial_master_nodes") == std::string::npos);
}

TEST(AgentPower, NoPeerIsListedThatIsForgottenWhenTheDiskIsFullAndEtcdGone) {
    const std::string hosts = "/var/lib/cratekeeper/crate@1/config/unicast_hosts.txt";
    bootToReady();
    for (unsigned writes = 0; writes < 3; ++writes) {
        const auto other = "10.0.0." + std::to_string(10 + writes);
        machine.disk.writesLeft = writes;
        etcd.put("/cratekeeper/crate/nodes/" + std::string(values::kOtherMachineId),
                 values::nodeValue({{"address", other}}), values::kLease + 1);
        loop.advance(2s);
        const bool listed = machine.disk.files[hosts].find(other) != std::string::npos;
        etcd.stop();
        machine.cutPower();
        machine.disk.writesLeft.reset();
        start();
        loop.advance(8s);
        CHECK_TRUE(!listed || machine.disk.files[hosts].find(other) != std::string::npos);
        etcd.start();
        loop.advance(8s);
        STRCMP_CONTAINS(other.c_str(), machine.disk.files[hosts].c_str());
    }
}
