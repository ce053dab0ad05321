// A whole node while an operator changes etcd manually, or forgets the machine: it reports that, and goes on.
#include "tests/cpputest.hpp"
#include "tests/unit/agent_fixture.hpp"

#include <set>
#include <string>

using namespace std::chrono_literals;

TEST_GROUP_BASE(AgentByHand, AgentFixture){};

TEST(AgentByHand, AManuallyChangedClusterIdIsIgnored) {
    bootToReady();
    machine.server->readyStatuses.clear();
    etcd.put("/cratekeeper/crate/cluster-id", R"({"v":1,"id":"another"})");
    loop.advance(10s);
    CHECK_TRUE(std::set<int>{200} == machine.server->readyStatuses);
    STRCMP_CONTAINS("changed manually", machine.server->body("/health").c_str());
    CHECK_TRUE(announcesService() && machine.containerRuns());
}

TEST(AgentByHand, KeysThatCannotBeReadMakeNoNoise) {
    for (const std::string key : {"bootstrap", "cluster-id", "members/11111111111111111111111111111111"}) {
        etcd.put("/cratekeeper/crate/" + key, "scribble");
    }
    start();
    loop.advance(1min);
    CHECK_EQUAL("waiting", phase());
    STRCMP_CONTAINS("members/11111111111111111111111111111111 with etcdctl",
                    machine.notifier.statusText.c_str());
    const auto revision = etcd.header().revision;
    loop.advance(1min);
    CHECK_TRUE_TEXT(etcd.header().revision == revision, "a claim that cannot hold is not tried");
}

TEST(AgentByHand, AForgottenMachineStopsNothingAndAnnouncesNothing) {
    bootToReady();
    etcd.put("/cratekeeper/crate/forgotten/11111111111111111111111111111111",
             R"({"v":1,"name":"n1","slot":1,"by":"admin@n2","at":"today"})");
    loop.advance(2s);
    CHECK_EQUAL(503, machine.server->status());
    STRCMP_CONTAINS("cratectl forget --undo 11111111111111111111111111111111",
                    machine.server->body("/health").c_str());
    CHECK_TRUE(!announcesService() && !announcesNode() && machine.containerRuns());
    LONGS_EQUAL(1, machine.units.requests.size());
}
