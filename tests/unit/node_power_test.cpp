// A node whose power was cut, and what it finds afterwards: an etcd that remembers the boot before, a disk without room.
#include "tests/unit/node_fixture.hpp"
#include "tests/unit/values.hpp"

using namespace std::chrono_literals;

TEST_GROUP_BASE(NodePower, NodeFixture){};

TEST(NodePower, ItsOwnRecordOfTheBootBeforeKeepsNobodyWaiting) {
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

TEST(NodePower, AFullDiskStartsNothingWithAVoteThatIsNotWantedAnyMore) {
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
