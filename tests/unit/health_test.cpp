// The verdict: each component passing, failing and warning, and what it says to the person who has to act.
#include "agent/health/health.hpp"

#include "tests/cpputest.hpp"
#include "tests/unit/values.hpp"

using agent::Level;
using agent::Verdict;
using values::component;
using namespace std::chrono_literals;

namespace {

Verdict judge(const agent::Observed& observed, const std::optional<Verdict>& previous = {}) {
    const auto stages = values::stages(observed);
    return agent::judge(observed, stages.formation, stages.supervision, previous);
}

/// Judges and expects that exactly this component fails, with this text, and that the node is not ready.
void checkFails(const std::string& name, const std::string& output, const std::string& advice,
                const agent::Observed& observed) {
    const auto verdict = judge(observed);
    const auto& part = component(verdict, name);
    CHECK_EQUAL(std::string("fail"), std::string(agent::name(part.level)));
    CHECK_EQUAL(output, part.output.value_or(""));
    STRCMP_CONTAINS(advice.c_str(), part.advice.value_or("").c_str());
    CHECK_TRUE(!verdict.ready && verdict.overall == Level::fail);
}

/// Idem for a warning, which leaves the node ready.
void checkWarns(const std::string& name, const std::string& output, const std::string& advice,
                const agent::Observed& observed) {
    const auto verdict = judge(observed);
    const auto& part = component(verdict, name);
    CHECK_EQUAL(std::string("warn"), std::string(agent::name(part.level)));
    CHECK_EQUAL(output, part.output.value_or(""));
    STRCMP_CONTAINS(advice.c_str(), part.advice.value_or("").c_str());
    CHECK_TRUE(verdict.ready && verdict.overall == Level::warn);
}

} // namespace

TEST_GROUP(Health) { agent::Observed observed = values::observed(); };

TEST(Health, AHealthyNodePassesInEveryComponent) {
    const auto verdict = judge(observed);
    std::string names;
    for (const auto& part : verdict.components) {
        names += part.name + " ";
        CHECK_TRUE_TEXT(part.level == Level::pass, part.output.value_or(part.name).c_str());
        CHECK_TRUE(!part.output && !part.advice && !part.measurement.empty() && !part.type.empty());
    }
    CHECK_EQUAL("unit http sql master cluster-id data-volume network etcd ", names);
    CHECK_TRUE(verdict.ready && verdict.startedOnce && verdict.overall == Level::pass);
}

TEST(Health, TheObservedValueIsShownAlsoWhenItPasses) {
    const auto verdict = judge(observed);
    CHECK_EQUAL("active/running", component(verdict, "unit").observed.value_or(""));
    CHECK_EQUAL("CrateDB 6.0.3", component(verdict, "http").observed.value_or(""));
    CHECK_EQUAL("m4sT3rN0d3", component(verdict, "master").observed.value_or(""));
    CHECK_EQUAL(std::string(values::kClusterId), component(verdict, "cluster-id").observed.value_or(""));
    CHECK_EQUAL("btrfs", component(verdict, "data-volume").observed.value_or(""));
    CHECK_EQUAL("enp87s0 10.0.0.1", component(verdict, "network").observed.value_or(""));
}

// ---- unit ----

TEST(Health, AUnitThatDoesNotRunFailsWithTheWordsOfTheSupervision) {
    observed.crateUnits = {values::unit("crate@1.service", "inactive", "dead")};
    checkFails("unit", "crate@1.service was stopped manually", "systemctl start", observed);
    CHECK_EQUAL("inactive/dead", component(judge(observed), "unit").observed.value_or(""));
}

TEST(Health, WithoutAUnitThePhaseIsWhatWasSeen) {
    observed.crateUnits.reset();
    CHECK_EQUAL("probing", component(judge(observed), "unit").observed.value_or(""));
}

TEST(Health, AMainProcessThatEndedFailsTheUnitBeforeSystemdNotices) {
    observed.database.ended = true;
    checkFails("unit", "the database's main process ended", "journalctl -u crate@1.service", observed);
}

// ---- http, sql, master, cluster-id ----

TEST(Health, AnAnswerSpeaksForFiveSeconds) {
    observed.database.answeredAt = observed.now - 5s;
    CHECK_TRUE(judge(observed).ready);
    observed.database.answeredAt = observed.now - 5s - 1us;
    checkFails("http", "the database has not answered in the last 5 s", "", observed);
    checkFails("sql", "unknown while the database does not answer", "", observed);
    checkFails("master", "unknown while the database does not answer", "", observed);
    checkFails("cluster-id", "the database has not reported its cluster id", "", observed);
}

TEST(Health, AnAnswerFromBeforeTheEndIsObsolete) {
    observed.database.ended = true;
    checkFails("http", "the database has not answered in the last 5 s", "", observed);
    checkFails("sql", "unknown while the database does not answer", "", observed);
}

TEST(Health, ADatabaseThatNeverAnsweredFails) {
    observed.database.answer.reset();
    checkFails("http", "the database has not answered in the last 5 s", "", observed);
}

TEST(Health, ARefusedConnectionFailsHttpWithItsReason) {
    hal::CrateAnswer refused;
    refused.sqlError = "127.0.0.1:4200: connection refused";
    observed.database.answer = refused;
    checkFails("http", "127.0.0.1:4200: connection refused", "", observed);
    observed.database.answer->sqlError.reset();
    checkFails("http", "the database did not answer GET /", "", observed);
}

TEST(Health, AnAnswerWithoutAVersionIsAnAnswer) {
    observed.database.answer->version.reset();
    CHECK_EQUAL("answers", component(judge(observed), "http").observed.value_or(""));
}

TEST(Health, SqlThatFailsIsNotReadyThoughHttpAnswers) {
    observed.database.answer->sqlAnswers = false;
    observed.database.answer->sqlError = "no master";
    checkFails("sql", "no master", "", observed);
    CHECK_TRUE(component(judge(observed), "http").level == Level::pass);
    observed.database.answer->sqlError.reset();
    checkFails("sql", "a statement on a new connection failed", "", observed);
}

TEST(Health, WithoutAMasterNothingIsReady) {
    observed.database.answer->masterNode.reset();
    checkFails("master", "the database has no elected master", "more than half", observed);
}

TEST(Health, AnUnknownClusterIdIsNotReady) {
    observed.database.answer->clusterId.reset();
    checkFails("cluster-id", "the database has not reported its cluster id", "", observed);
}

TEST(Health, AnotherClustersDatabaseIsNotReady) {
    observed.database.answer->clusterId = "other";
    observed.persistent.clusterId = "other";
    const auto verdict = judge(observed);
    const auto& part = component(verdict, "cluster-id");
    CHECK_TRUE(part.level == Level::fail && !verdict.ready);
    STRCMP_CONTAINS("belongs to cluster id other", part.output.value_or("").c_str());
}

// ---- data-volume ----

TEST(Health, AReadOnlyVolumeFails) {
    observed.dataReadOnly = true;
    checkFails("data-volume", "the data volume is read-only", "dmesg", observed);
}

TEST(Health, AVolumeThatMayOrMayNotBeWritableFails) {
    observed.dataReadOnly.reset();
    checkFails("data-volume", "the data directory cannot be inspected", "[Node] DataDirectory", observed);
}

TEST(Health, AMissingVolumeFails) {
    observed.inventory->volume.reset();
    checkFails("data-volume", "the data directory was not found", "[Node] DataDirectory", observed);
}

TEST(Health, AnotherFileSystemThanBtrfsWarns) {
    observed.inventory->volume->isBtrfs = false;
    observed.inventory->volume->filesystem = "ext4";
    checkWarns("data-volume", "the data directory is not on Btrfs but on ext4", "cratekeeper.conf(5)",
               observed);
    observed.inventory->volume->filesystem.reset();
    checkWarns("data-volume", "the data directory is not on Btrfs but on an unknown file system", "",
               observed);
}

TEST(Health, MissingDevicesWarn) {
    observed.inventory->volume->missingDevices = 1;
    checkWarns("data-volume", "1 device(s) of the volume are missing", "btrfs replace", observed);
}

TEST(Health, EachKindOfDeviceErrorWarns) {
    using Errors = hal::DeviceErrors;
    for (const auto counter :
         {&Errors::write, &Errors::read, &Errors::flush, &Errors::corruption, &Errors::generation}) {
        observed.inventory->volume->devices.front().errors = Errors{};
        (*observed.inventory->volume->devices.front().errors).*counter = 1;
        checkWarns("data-volume", "the device /dev/nvme0n1p3 has reported errors", "btrfs scrub start",
                   observed);
    }
    observed.inventory->volume->devices.front().path.reset();
    checkWarns("data-volume", "the device of the volume has reported errors", "", observed);
}

TEST(Health, UnknownErrorCountersAreNoErrors) {
    observed.inventory->volume->devices.front().errors.reset();
    CHECK_TRUE(judge(observed).overall == Level::pass);
}

// ---- network ----

TEST(Health, WithoutAnAddressNothingIsReady) {
    observed.inventory->announcedAddress.reset();
    checkFails("network", "there is no address to announce", "[Node] Interface", observed);
}

TEST(Health, AnAnnouncedNicWithoutACarrierFails) {
    observed.inventory->nics.front().nic.carrier = false;
    checkFails("network", "no carrier on enp87s0", "check the cable", observed);
}

TEST(Health, ABridgesCarrierIsThatOfTheNicUnderIt) {
    observed.inventory->nics.front().above = {{.name = "br0", .kind = "bridge", .addresses = {}}};
    observed.inventory->announcedNic = "br0";
    CHECK_TRUE(judge(observed).ready);
    observed.inventory->nics.front().nic.carrier = false;
    checkFails("network", "no carrier on enp87s0", "", observed);
}

TEST(Health, AnUnknownCarrierIsNoReasonToFail) {
    observed.inventory->nics.front().nic.carrier.reset();
    CHECK_TRUE(judge(observed).ready);
}

TEST(Health, AnotherNicsCarrierDoesNotMatter) {
    auto second = observed.inventory->nics.front();
    second.nic.name = "enp88s0";
    second.nic.carrier = false;
    observed.inventory->nics.push_back(second);
    CHECK_TRUE(judge(observed).ready);
}

// ---- etcd: never more than a warning ----

TEST(Health, AnUnreachableEtcdWarnsAndLeavesTheNodeReady) {
    observed.etcd.error = "10.0.0.2:2379: connection refused";
    checkWarns("etcd", "10.0.0.2:2379: connection refused", "readiness does not depend on it", observed);
}

TEST(Health, AnEtcdThatNeverAnsweredWarns) {
    observed.etcd.registry.reset();
    checkWarns("etcd", "etcd has not answered yet", "[Etcd] Endpoints", observed);
}

TEST(Health, AWrongValueInEtcdWarnsWithItsKey) {
    observed.etcd.registry.edit().problems = {
        {"etcd /cratekeeper/crate/bootstrap", "expected a JSON object"}};
    checkWarns("etcd", "etcd /cratekeeper/crate/bootstrap: expected a JSON object", "", observed);
}

// ---- since, started once ----

TEST(Health, TheTimeOfAChangeIsKeptWhileTheLevelStays) {
    const auto first = judge(observed);
    CHECK_TRUE(component(first, "sql").since == observed.wallClock);
    const auto begin = observed.wallClock;
    observed.wallClock += 60s;
    CHECK_TRUE(component(judge(observed, first), "sql").since == begin);

    observed.database.answer->sqlAnswers = false;
    const auto second = judge(observed, first);
    CHECK_TRUE(component(second, "sql").since == begin + 60s);
    CHECK_TRUE(component(second, "http").since == begin);

    observed.wallClock += 60s;
    observed.database.answer->sqlError = "for another reason";
    CHECK_TRUE(component(judge(observed, second), "sql").since == begin + 60s);
}

TEST(Health, StartedMeansReadyOnceSinceTheUnitWasLastStarted) {
    observed.database.answer->masterNode.reset();
    const auto starting = judge(observed);
    CHECK_TRUE(!starting.startedOnce);

    observed.database.answer = values::answer();
    const auto ready = judge(observed, starting);
    CHECK_TRUE(ready.startedOnce);

    observed.database.answer->masterNode.reset();
    const auto hiccup = judge(observed, ready);
    CHECK_TRUE(!hiccup.ready && hiccup.startedOnce);

    observed.crateUnits = {values::unit("crate@1.service", "activating", "start-pre")};
    CHECK_TRUE(!judge(observed, hiccup).startedOnce);
}

TEST(Health, ReadyOnlyIfNoComponentFails) {
    observed.inventory->nics.front().nic.carrier = false;
    observed.database.answer->masterNode.reset();
    observed.etcd.error = "away";
    const auto verdict = judge(observed);
    CHECK_TRUE(!verdict.ready && verdict.overall == Level::fail);
    LONGS_EQUAL(8, verdict.components.size());
}

TEST(Health, NothingObservedIsNotReady) {
    const auto verdict = judge(agent::Observed{});
    CHECK_TRUE(!verdict.ready && !verdict.startedOnce);
    for (const auto& part : verdict.components) {
        CHECK_TRUE_TEXT(part.level == Level::pass || !part.output.value_or("").empty(), part.name.c_str());
    }
}

TEST(Health, LevelsHaveTheNamesOfHealthJson) {
    CHECK_EQUAL(std::string("pass warn fail"), std::string(agent::name(Level::pass)) + " " +
                                                   agent::name(Level::warn) + " " + agent::name(Level::fail));
}
