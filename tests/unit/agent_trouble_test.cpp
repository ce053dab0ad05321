// What a node does when something around it breaks: the database, etcd, systemd, the disk, the wires.
#include "tests/unit/agent_fixture.hpp"

#include "tests/unit/values.hpp"

using namespace std::chrono_literals;

TEST_GROUP_BASE(AgentTrouble, AgentFixture){[[nodiscard]] std::string component(const std::string& name){
    const auto health = nlohmann::json::parse(machine.server->body("/health"));
return health.at("checks").at(name).at(0).at("status").get<std::string>();
}
}
;

// ---- the database ----

TEST(AgentTrouble, TheEndOfTheProcessIsReportedAtOnceAndNotAtTheNextTick) {
    bootToReady();
    loop.advance(300ms); // somewhere between two ticks
    machine.killContainer();
    loop.settle();
    CHECK_EQUAL_TEXT(503, machine.server->status(), "before systemd and before any clock");
    loop.advance(10ms);
    CHECK_TRUE(!announcesService());
    CHECK_TRUE(announcesNode());
}

TEST(AgentTrouble, AnAnswerThatWasUnderWayWhenTheProcessEndedIsNotBelieved) {
    bootToReady();
    machine.database.latency = 200ms;
    loop.advance(1900ms); // a question is under way at every moment from now on
    for (int round = 0; round < 8; ++round) {
        loop.advance(37ms);
        machine.processes.end(machine.containerId());
        machine.database.answer.reset();
        machine.server->readyStatuses.clear();
        loop.advance(3s);
        CHECK_TRUE_TEXT(std::set<int>{503} == machine.server->readyStatuses, std::to_string(round).c_str());
    }
}

TEST(AgentTrouble, ADatabaseThatSystemdRestartsIsReadyAgain) {
    bootToReady();
    machine.killContainer(137, true);
    loop.advance(500ms);
    CHECK_EQUAL("restarting", phase());
    loop.advance(5s);
    CHECK_EQUAL(200, machine.server->status());
    CHECK_TRUE(announcesService());
    LONGS_EQUAL(1, machine.units.requests.size());
}

TEST(AgentTrouble, TheSecondDeathIsSeenAsFastAsTheFirst) {
    bootToReady();
    for (int death = 0; death < 3; ++death) {
        machine.killContainer(137, true);
        loop.settle();
        CHECK_EQUAL(503, machine.server->status());
        loop.advance(8s);
        CHECK_EQUAL(200, machine.server->status());
    }
}

TEST(AgentTrouble, ALostConnectionAloneMakesItAskAndNotPanic) {
    bootToReady();
    loop.advance(100ms);
    machine.server->readyStatuses.clear();
    const auto asks = machine.database.asks;
    machine.database.breakHeldConnections();
    loop.advance(10ms);
    LONGS_EQUAL(asks + 1, machine.database.asks);
    loop.advance(10s);
    CHECK_TRUE(std::set<int>{200} == machine.server->readyStatuses);
}

TEST(AgentTrouble, ADeathWithoutAPidIsHeardByTheLostConnection) {
    machine.processes.watchError = hal::Error::fromErrno(1, "pidfd_open");
    bootToReady();
    loop.advance(300ms);
    machine.killContainer();
    loop.advance(10ms);
    CHECK_EQUAL(503, machine.server->status());
}

TEST(AgentTrouble, AFrozenDatabaseIsNotReadyAfterOneDeadline) {
    bootToReady();
    machine.database.frozen = true;
    loop.advance(2600ms); // until the next question, and its deadline
    CHECK_EQUAL(503, machine.server->status());
    CHECK_TRUE(!announcesService());
    machine.database.frozen = false;
    loop.advance(3s);
    CHECK_EQUAL(200, machine.server->status());
}

TEST(AgentTrouble, ACrashLoopIsReportedWithItsReasonAndRetried) {
    machine.databaseRefusesToStart = true;
    start();
    loop.advance(5s);
    machine.logLines = {"bootstrap check failure [1] of [1]: max virtual memory areas is too low"};
    machine.killContainer(78);
    loop.advance(1s);
    CHECK_EQUAL("restarting", phase());
    STRCMP_CONTAINS("exit 78: a CrateDB bootstrap check failed", machine.notifier.statusText.c_str());
    STRCMP_CONTAINS("max virtual memory areas", machine.notifier.statusText.c_str());
    loop.advance(9min);
    LONGS_EQUAL(1, machine.containerStarts());
    loop.advance(1min + 5s);
    LONGS_EQUAL(2, machine.containerStarts());
}

// CrateDB makes its directories before it checks the host: a first start that failed leaves files behind.
TEST(AgentTrouble, AFirstStartThatFailedIsRepeatedAndFormsTheCluster) {
    machine.databaseRefusesToStart = true;
    start();
    loop.advance(5s);
    machine.volumeHasData = true;
    machine.killContainer(1);
    loop.advance(5s);
    STRCMP_CONTAINS("cluster.initial_master_nodes: [\"n1\"]", machine.disk.files[crateYml].c_str());
    machine.databaseRefusesToStart = false;
    machine.restartAgent();
    loop.advance(70s);
    LONGS_EQUAL(2, machine.containerStarts());
    CHECK_EQUAL_TEXT(200, machine.server->status(), machine.notifier.statusText.c_str());
    CHECK_TRUE(machine.disk.files[crateYml].find("initial_master_nodes") == std::string::npos);
}

TEST(AgentTrouble, AFailedStartIsRetriedAndNotMistakenForAManualStop) {
    machine.units.startJobsFail = true; // docker.service does not start, say
    start();
    loop.advance(1min);
    CHECK_TRUE(machine.units.requests.size() >= 10);
    machine.units.startJobsFail = false;
    loop.advance(10s);
    CHECK_EQUAL(200, machine.server->status());
}

TEST(AgentTrouble, ADeniedStartIsTriedEveryFiveSeconds) {
    machine.units.refusal = hal::Error::invalid("polkit says no");
    start();
    loop.advance(63s);
    CHECK_TRUE(machine.units.requests.size() >= 10 && machine.units.requests.size() <= 13);
    LONGS_EQUAL(0, machine.containerStarts());
    machine.units.refusal.reset();
    loop.advance(10s);
    CHECK_EQUAL(200, machine.server->status());
}

TEST(AgentTrouble, AnotherInstanceKeepsOursDown) {
    machine.units.unit("crate@7.service").activeState = "active";
    start();
    loop.advance(1min);
    LONGS_EQUAL(0, machine.containerStarts());
    CHECK_EQUAL("refused", phase());
    machine.units.unit("crate@7.service").activeState = "inactive";
    machine.units.changed();
    loop.advance(10s);
    CHECK_EQUAL(200, machine.server->status());
}

// ---- etcd ----

TEST(AgentTrouble, MinutesWithoutEtcdChangeNoAnswerAndTouchNoUnit) {
    bootToReady();
    const auto requests = machine.units.requests.size();
    const auto peers = machine.disk.files["/var/lib/cratekeeper/crate@1/config/unicast_hosts.txt"];
    machine.server->readyStatuses.clear();
    etcd.stop();
    loop.advance(2min);
    CHECK_TRUE(std::set<int>{200} == machine.server->readyStatuses);
    CHECK_EQUAL("warn", component("etcd:reachable"));
    LONGS_EQUAL(requests, machine.units.requests.size());
    LONGS_EQUAL(1, machine.containerStarts());
    CHECK_EQUAL(peers, machine.disk.files["/var/lib/cratekeeper/crate@1/config/unicast_hosts.txt"]);
    etcd.start();
    loop.advance(2s);
    CHECK_TRUE(announcesService() && announcesNode());
    CHECK_EQUAL("pass", component("etcd:reachable"));
}

TEST(AgentTrouble, AFrozenEtcdIsNoneToo) {
    bootToReady();
    machine.server->readyStatuses.clear();
    machine.link.frozen = true;
    loop.advance(2min);
    CHECK_TRUE(std::set<int>{200} == machine.server->readyStatuses);
    LONGS_EQUAL(1, machine.link.mostInFlight);
    machine.link.frozen = false;
    loop.advance(4s);
    CHECK_TRUE(announcesService() && announcesNode());
}

TEST(AgentTrouble, AWipedEtcdIsFilledAgainAndCausesNoSecondVote) {
    bootToReady();
    machine.server->readyStatuses.clear();
    const auto votes = etcd.keys("/cratekeeper/crate/bootstrap").size();
    LONGS_EQUAL(1, votes);
    etcd.wipe();
    loop.advance(15s);
    CHECK_TRUE(announcesService() && announcesNode());
    CHECK_TRUE(etcd.value("/cratekeeper/crate/cluster-id").has_value());
    CHECK_TRUE_TEXT(!etcd.value("/cratekeeper/crate/bootstrap"),
                    "the cluster is formed: no node votes again");
    CHECK_TRUE(machine.disk.files[crateYml].find("initial_master_nodes") == std::string::npos);
    CHECK_TRUE(std::set<int>{200} == machine.server->readyStatuses);
    LONGS_EQUAL(1, machine.containerStarts());
}

TEST(AgentTrouble, AnEtcdOfAnotherClusterIsReportedAndTheDatabaseLeftAlone) {
    bootToReady();
    etcd.wipe();
    etcd.put("/cratekeeper/crate/cluster-id", R"({"v":1,"id":"another"})");
    loop.advance(5s);
    CHECK_EQUAL(503, machine.server->status());
    CHECK_TRUE(!announcesService() && machine.containerRuns());
    LONGS_EQUAL(1, machine.units.requests.size());
}

TEST(AgentTrouble, ACloneOfOursIsNotOverwritten) {
    const auto other = etcd.grant(3600s);
    const std::string document = R"({"v":1,"name":"n1","boot_id":"another-boot","address":"10.0.0.66"})";
    etcd.put(nodeKey, document, other.id);
    start();
    loop.advance(1min);
    CHECK_TRUE(document == etcd.value(nodeKey));
    LONGS_EQUAL(0, machine.containerStarts());
    CHECK_EQUAL("refused", phase());
    STRCMP_CONTAINS("is a clone of the other", machine.notifier.statusText.c_str());
    etcd.revoke(other.id);
    loop.advance(10s);
    CHECK_EQUAL(200, machine.server->status());
}

// ---- the machine ----

TEST(AgentTrouble, AReadOnlyVolumeIsSeenWithinASecond) {
    bootToReady();
    machine.dataReadOnly = true;
    loop.advance(1100ms);
    CHECK_EQUAL(503, machine.server->status());
    CHECK_TRUE(!announcesService() && machine.containerRuns());
    machine.dataReadOnly = false;
    loop.advance(1100ms);
    CHECK_EQUAL(200, machine.server->status());
}

TEST(AgentTrouble, AVanishedVolumeIsNotReady) {
    bootToReady();
    machine.dataReadOnly.reset();
    loop.advance(1100ms);
    CHECK_EQUAL(503, machine.server->status());
}

TEST(AgentTrouble, ABurstOfHardwareEventsIsOneProbe) {
    bootToReady();
    const auto probes = machine.probes;
    machine.probe.network->value.nics.front().carrier = false;
    for (int event = 0; event < 20; ++event) {
        machine.hardwareChanged();
        loop.advance(10ms);
    }
    loop.advance(300ms);
    LONGS_EQUAL(probes + 1, machine.probes);
    CHECK_EQUAL(503, machine.server->status());
    CHECK_EQUAL("fail", component("network:link"));
}

TEST(AgentTrouble, TheHardwareIsLookedAtEveryFewMinutesWithoutAnEvent) {
    bootToReady();
    const auto probes = machine.probes;
    loop.advance(3min);
    LONGS_EQUAL(probes + 1, machine.probes);
}

// An unreadable file for a moment must not make this machine another one, or none.
TEST(AgentTrouble, AFailedProbeChangesNoIdentity) {
    bootToReady();
    machine.probe.host->value.machineId.reset();
    machine.probe.host->value.bootId.reset();
    machine.probe.host->value.hostname.reset();
    machine.hardwareChanged();
    loop.advance(5s);
    CHECK_TRUE(announcesNode() && announcesService());
    LONGS_EQUAL(1, etcd.keys("/cratekeeper/crate/nodes/").size());
    LONGS_EQUAL(1, etcd.keys("/services/crate/").size());
}

TEST(AgentTrouble, AProbeThatFailsAltogetherHidesNothingElse) {
    bootToReady();
    machine.probe.disks = hal::failure(hal::Error::fromErrno(5, "/sys/block"));
    machine.hardwareChanged();
    loop.advance(5s);
    CHECK_EQUAL(200, machine.server->status());
}

TEST(AgentTrouble, AFullDiskKeepsTheDatabaseDownUntilItsFilesAreWritten) {
    machine.disk.writeError = hal::Error::fromErrno(28, "/var/lib/cratekeeper");
    start();
    loop.advance(1min);
    LONGS_EQUAL(0, machine.containerStarts());
    machine.disk.writeError.reset();
    loop.advance(10s);
    CHECK_EQUAL(200, machine.server->status());
}

TEST(AgentTrouble, ABusThatIsAwayForgetsNoUnit) {
    bootToReady();
    machine.server->readyStatuses.clear();
    machine.units.busError = fakes::refused("/run/dbus/system_bus_socket");
    machine.units.changed();
    loop.advance(1min);
    CHECK_TRUE(std::set<int>{200} == machine.server->readyStatuses);
}

// ---- the watchdog ----

TEST(AgentTrouble, TheWatchdogIsFedFourTimesInItsTime) {
    machine.notifier.timeout = 20s;
    bootToReady();
    machine.notifier.feeds = 0;
    loop.advance(100s);
    LONGS_EQUAL(20, machine.notifier.feeds);
}

TEST(AgentTrouble, WithoutAWatchdogNothingIsFed) {
    bootToReady();
    LONGS_EQUAL(0, machine.notifier.feeds);
}

TEST(AgentTrouble, TroubleOutsideIsNoReasonToStarveTheWatchdog) {
    machine.notifier.timeout = 20s;
    bootToReady();
    machine.link.frozen = true;
    machine.database.frozen = true;
    machine.units.busError = fakes::refused("bus");
    machine.notifier.feeds = 0;
    loop.advance(100s);
    LONGS_EQUAL(20, machine.notifier.feeds);
}

TEST(AgentTrouble, ADatabaseClientThatNeverEndsAQuestionStarvesTheWatchdog) {
    for (bool fakes::Database::* const deaf : {&fakes::Database::deaf}) {
        machine.notifier.timeout = 20s;
        bootToReady();
        machine.database.*deaf = true;
        loop.advance(20s);
        machine.notifier.feeds = 0;
        loop.advance(100s);
        LONGS_EQUAL(0, machine.notifier.feeds);
    }
}

TEST(AgentTrouble, ASystemdThatNeverAnswersStarvesTheWatchdog) {
    machine.notifier.timeout = 20s;
    bootToReady();
    machine.units.deaf = true;
    machine.units.changed();
    loop.advance(20s);
    machine.notifier.feeds = 0;
    loop.advance(100s);
    LONGS_EQUAL(0, machine.notifier.feeds);
}

TEST(AgentTrouble, AnEtcdClientThatNeverEndsACallStarvesTheWatchdog) {
    machine.notifier.timeout = 20s;
    bootToReady();
    machine.link.deaf = true;
    loop.advance(30s);
    machine.notifier.feeds = 0;
    loop.advance(100s);
    LONGS_EQUAL(0, machine.notifier.feeds);
}
