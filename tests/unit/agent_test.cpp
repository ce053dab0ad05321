// The life of a node: first boot, daily work, restarts of the agent, reloads and stops.
#include "tests/unit/agent_fixture.hpp"

using namespace std::chrono_literals;

TEST_GROUP_BASE(Agent, AgentFixture){};

// ---- boot ----

TEST(Agent, ABlankMachineBootsToReady) {
    start();
    CHECK_EQUAL_TEXT(0, machine.server->status(), "nothing is served before everything was checked");
    loop.advance(8s);
    CHECK_EQUAL(200, machine.server->status());
    LONGS_EQUAL(1, machine.containerStarts());
    for (const char* const key : {"/cratekeeper/crate/members/11111111111111111111111111111111",
                                  "/cratekeeper/crate/bootstrap", "/cratekeeper/crate/cluster-id"}) {
        CHECK_TRUE_TEXT(etcd.value(key).has_value(), key);
    }
    CHECK_TRUE(announcesNode() && announcesService());
    CHECK_TRUE(std::vector<std::string>{"READY"} == machine.notifier.events);
    STRCMP_CONTAINS("ready: crate@1.service is running CrateDB 6.0.3, slot 1",
                    machine.notifier.statusText.c_str());
    CHECK_EQUAL("{\"cluster_id\":\"cluster-of-container-ccc1\",\"slot\":1,\"v\":1}\n", [this] {
        auto saved = nlohmann::json::parse(machine.disk.files["/var/lib/cratekeeper/node.json"]);
        saved.erase("peers");
        return saved.dump() + "\n";
    }());
}

TEST(Agent, TheVoteIsRenderedForTheFirstStartAndTakenBackAfterwards) {
    machine.databaseStartTime = 5s;
    start();
    loop.advance(5s);
    STRCMP_CONTAINS("cluster.initial_master_nodes: [\"n1\"]", machine.disk.files[crateYml].c_str());
    loop.advance(10s);
    CHECK_TRUE(machine.disk.files[crateYml].find("initial_master_nodes") == std::string::npos);
    LONGS_EQUAL_TEXT(1, machine.containerStarts(), "a file that changed restarts nothing");
}

TEST(Agent, WithoutEtcdABlankMachineWaitsAndReportsForWhat) {
    etcd.stop();
    start();
    loop.advance(60s);
    LONGS_EQUAL(0, machine.containerStarts());
    CHECK_EQUAL(503, machine.server->status());
    STRCMP_CONTAINS("waiting for etcd: 10.0.0.9:2379: Connection refused",
                    machine.notifier.statusText.c_str());
    etcd.start();
    loop.advance(10s);
    CHECK_EQUAL(200, machine.server->status());
}

TEST(Agent, AfterAPowerCutTheDatabaseStartsWithoutEtcd) {
    bootToReady();
    machine.cutPower();
    etcd.stop();
    loop.advance(60s);
    start();
    loop.advance(8s);
    CHECK_EQUAL(200, machine.server->status());
    LONGS_EQUAL(2, machine.containerStarts());
    CHECK_TRUE("cluster-of-container-ccc1" == machine.volumeClusterId);
}

TEST(Agent, AMachineWithoutAnIdDoesNotStart) {
    machine.probe.host->value.machineId.reset();
    CHECK_FAILS("/etc/machine-id: expected 32 hexadecimal digits", machine.startAgent());
}

TEST(Agent, AMachineWithoutANameDoesNotStart) {
    machine.probe.host->value.hostname.reset();
    CHECK_FAILS("[Node] Name", machine.startAgent());
    machine.config.nodeName = "n7";
    CHECK_OK(machine.startAgent());
}

TEST(Agent, ABrokenPastStartsNoDatabaseAndIsLeftAsItIs) {
    machine.disk.files["/var/lib/cratekeeper/node.json"] = "{";
    start();
    loop.advance(1min);
    CHECK_EQUAL("refused", phase());
    STRCMP_CONTAINS("n1 cannot read its saved state: /var/lib/cratekeeper/node.json: expected",
                    machine.notifier.statusText.c_str());
    CHECK_EQUAL("{", machine.disk.files["/var/lib/cratekeeper/node.json"]);
    LONGS_EQUAL(0, machine.containerStarts());
}

TEST(Agent, ADamagedStateIsRestoredFromEtcdIfThatKnowsSlotAndCluster) {
    bootToReady();
    const auto before = machine.disk.files["/var/lib/cratekeeper/node.json"];
    machine.killAgent();
    machine.disk.files["/var/lib/cratekeeper/node.json"] = "{";
    start();
    loop.advance(8s);
    CHECK_EQUAL(200, machine.server->status());
    CHECK_EQUAL(before, machine.disk.files["/var/lib/cratekeeper/node.json"]);
}

TEST(Agent, AnEtcdThatCannotBeConfiguredStopsTheStart) {
    machine.etcdConnectError = hal::Error::invalid("[Etcd] PasswordFile: expected a file");
    CHECK_FAILS("[Etcd] PasswordFile", machine.startAgent());
}

// ---- restarts of the agent ----

TEST(Agent, ARestartOfTheAgentChangesNothingThatIsSeenFromOutside) {
    bootToReady();
    const auto revision = etcd.header().revision;
    const auto lease = machine.disk.files["/run/cratekeeper/lease"];
    machine.disk.written.clear();
    const auto requests = machine.units.requests.size();
    for (const auto pause : {0ms, 100ms, 3000ms}) {
        machine.killAgent();
        loop.advance(pause);
        start();
        loop.advance(5s);
        CHECK_TRUE_TEXT(std::set<int>{200} == machine.server->readyStatuses, "an answer flapped");
        CHECK_TRUE(lease == machine.disk.files["/run/cratekeeper/lease"]);
        LONGS_EQUAL_TEXT(revision, etcd.header().revision, "nothing was written");
    }
    LONGS_EQUAL(requests, machine.units.requests.size());
    CHECK_TRUE_TEXT(machine.disk.written.empty(), "no file was written");
    LONGS_EQUAL(1, etcd.leases());
}

TEST(Agent, ARestartedAgentReportsNothingBeforeTheDatabaseAnswers) {
    bootToReady();
    machine.database.latency = 1s;
    machine.restartAgent();
    loop.advance(900ms);
    LONGS_EQUAL(0, machine.server->published);
    CHECK_TRUE(announcesService());
    loop.advance(5s);
    CHECK_TRUE(std::set<int>{200} == machine.server->readyStatuses);
}

TEST(Agent, ARestartedAgentWithoutAnswersReportsWhatItKnowsAfterThreeSeconds) {
    bootToReady();
    machine.units.deaf = true;
    machine.restartAgent();
    loop.advance(2900ms);
    LONGS_EQUAL(0, machine.server->published);
    loop.advance(1200ms);
    CHECK_EQUAL(503, machine.server->status());
    CHECK_TRUE(machine.containerRuns());
}

TEST(Agent, ALongAbsenceOfTheAgentCostsTheKeysAndNotTheDatabase) {
    bootToReady();
    machine.killAgent();
    loop.advance(2min);
    CHECK_TRUE(!announcesNode() && !announcesService() && machine.containerRuns());
    start();
    loop.advance(2s);
    CHECK_TRUE(announcesNode() && announcesService());
    LONGS_EQUAL(1, machine.containerStarts());
}

// ---- manual changes ----

TEST(Agent, AManualStopIsRespectedByTheNextAgentToo) {
    bootToReady();
    machine.units.stopByHand(kUnit);
    loop.advance(100ms);
    CHECK_EQUAL(503, machine.server->status());
    CHECK_TRUE(!announcesService() && announcesNode());
    loop.advance(2min);
    CHECK_EQUAL("stopped-by-hand", phase());
    machine.restartAgent();
    loop.advance(2min);
    LONGS_EQUAL(1, machine.containerStarts());
    CHECK_EQUAL("stopped-by-hand", phase());
}

TEST(Agent, AManualStartIsFollowed) {
    bootToReady();
    machine.units.stopByHand(kUnit);
    loop.advance(1min);
    machine.units.startByHand(kUnit);
    loop.advance(5s);
    CHECK_EQUAL(200, machine.server->status());
    CHECK_TRUE(announcesService());
}

TEST(Agent, ADatabaseStartedManuallyBeforeTheAgentIsAdopted) {
    bootToReady();
    machine.disk.files.erase("/run/cratekeeper/started");
    machine.restartAgent();
    loop.advance(2s);
    machine.units.stopByHand(kUnit);
    loop.advance(1min);
    LONGS_EQUAL(1, machine.containerStarts());
}

// ---- reload ----

TEST(Agent, AnotherImageOfRootsIsRenderedForByItself) {
    bootToReady();
    STRCMP_CONTAINS("for CrateDB 6.4", machine.disk.files[crateYml].c_str());
    machine.nextConfig.config = machine.config;
    machine.nextConfig.config.crate.environment.image = "crate:4.6.8";
    machine.crateEnvironmentChanged = true;
    loop.advance(2s);
    STRCMP_CONTAINS("for CrateDB 4.6", machine.disk.files[crateYml].c_str());
    STRCMP_CONTAINS("gateway.expected_nodes: 1\n", machine.disk.files[crateYml].c_str());
    CHECK_EQUAL(200, machine.server->status());
    LONGS_EQUAL_TEXT(1, machine.containerStarts(), "a file that changed restarts nothing");
}

TEST(Agent, AReloadWithABadFileKeepsTheGoodOne) {
    bootToReady();
    const auto before = machine.disk.files[crateYml];
    machine.nextConfig.config.clusterName = "other";
    machine.nextConfig.errors = {{{"/etc/cratekeeper/agent.conf", 3}, "[Log] Level", "expected debug"}};
    machine.notifier.events.clear();
    machine.node->reload();
    loop.advance(2min);
    CHECK_TRUE((std::vector<std::string>{"RELOADING", "READY"}) == machine.notifier.events);
    CHECK_EQUAL(before, machine.disk.files[crateYml]);
    CHECK_TRUE(announcesService() && etcd.keys("/cratekeeper/other/").empty());
    CHECK_EQUAL(200, machine.server->status());
}

TEST(Agent, AReloadRendersNewSettingsAndRestartsNothing) {
    bootToReady();
    machine.nextConfig.config = machine.config;
    machine.nextConfig.config.crate.settings = {{"stats.enabled", "false"}};
    machine.node->reload();
    loop.advance(10s);
    STRCMP_CONTAINS("stats.enabled: \"false\"", machine.disk.files[crateYml].c_str());
    LONGS_EQUAL(1, machine.containerStarts());
    CHECK_TRUE(announcesService());
    CHECK_EQUAL(200, machine.server->status());
}

TEST(Agent, AReloadWithAnotherClusterLeavesNothingBehindInTheOldOne) {
    bootToReady();
    machine.nextConfig.config = machine.config;
    machine.nextConfig.config.clusterName = "other";
    machine.node->reload();
    loop.advance(10s);
    CHECK_TRUE(etcd.keys("/cratekeeper/crate/nodes/").empty());
    LONGS_EQUAL(1, etcd.keys("/cratekeeper/other/nodes/").size());
    LONGS_EQUAL(1, etcd.leases());
    CHECK_TRUE(machine.containerRuns());
}

TEST(Agent, AReloadWithAnUnusableEtcdConfigurationKeepsTheOldOneUntilItIsFixed) {
    bootToReady();
    machine.nextConfig.config = machine.config;
    machine.nextConfig.config.etcd.passwordFile = "/missing";
    machine.etcdConnectError = hal::Error::invalid("[Etcd] PasswordFile: expected a file");
    machine.node->reload();
    loop.advance(1min);
    CHECK_TRUE(announcesService());
    CHECK_EQUAL(200, machine.server->status());
    machine.etcdConnectError.reset();
    machine.link.calls.clear();
    machine.node->reload(); // the file is there now, the configuration reads the same
    const auto inFlight = machine.link.calls;
    CHECK_TRUE_TEXT(!inFlight.empty() && inFlight.front() == "keepAlive",
                    "a new session begins with its lease");
    loop.advance(10s);
    CHECK_TRUE(announcesService());
}

TEST(Agent, AReloadWithAnotherPortAsksTheDatabaseThere) {
    bootToReady();
    machine.nextConfig.config = machine.config;
    machine.nextConfig.config.crate.httpPort = 4201;
    machine.node->reload();
    loop.advance(3s);
    CHECK_EQUAL(200, machine.server->status());
    STRCMP_CONTAINS("\"http\":4201", etcd.value(serviceKey).value_or("").c_str());
    machine.killContainer();
    loop.advance(10ms);
    CHECK_EQUAL(503, machine.server->status());
}

// ---- stop ----

TEST(Agent, AStoppedAgentLeavesTheDatabaseAndTheKeysAlone) {
    bootToReady();
    machine.node->stop();
    loop.advance(1s);
    LONGS_EQUAL(0, loop.exitCode().value_or(-1));
    CHECK_TRUE(announcesNode() && announcesService() && machine.containerRuns());
    CHECK_EQUAL("STOPPING", machine.notifier.events.back());
    CHECK_TRUE(machine.server->drains);
}

TEST(Agent, WhenTheMachineGoesDownTheLeaseIsGivenBack) {
    bootToReady();
    machine.units.state = "stopping";
    machine.node->stop();
    loop.advance(100ms);
    CHECK_TRUE(!announcesNode() && !announcesService());
    LONGS_EQUAL(0, etcd.leases());
    loop.advance(5s);
    LONGS_EQUAL(0, loop.exitCode().value_or(-1));
    CHECK_TRUE(!announcesNode());
}
