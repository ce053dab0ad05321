// What the agent does about the crate unit in every state, its messages, and what it never does.
#include "agent/database/supervise.hpp"

#include "tests/cpputest.hpp"
#include "tests/unit/values.hpp"

using agent::Formation;
using agent::Phase;
using agent::Supervision;
using values::unit;
using namespace std::chrono_literals;

namespace {

using Requests = std::vector<agent::UnitRequest>;

const std::string kUnit = "crate@1.service";
const Requests kStart{{hal::UnitVerb::start, kUnit}};
const Requests kResetAndStart{{hal::UnitVerb::resetFailed, kUnit}, {hal::UnitVerb::start, kUnit}};

/// A machine whose database may start and was never started.
agent::Observed readyToStart() {
    auto observed = values::observed();
    observed.crateUnits = std::vector<hal::Unit>{};
    observed.startedInThisBoot = false;
    observed.database = {};
    return observed;
}

Formation formed() {
    Formation formation;
    formation.slot = 1;
    return formation;
}

agent::Observed with(const hal::Unit& own) {
    auto observed = values::observed();
    observed.crateUnits = {own};
    return observed;
}

hal::Unit failedUnit(std::optional<int> exitCode, std::chrono::seconds ago) {
    auto failed = unit(kUnit, "failed", "failed");
    failed.result = "exit-code";
    failed.exitCode = exitCode;
    failed.stateSince = values::observed().now - ago;
    return failed;
}

void check(Phase phase, const std::string& words, const Supervision& supervision) {
    CHECK_EQUAL(std::string(agent::name(phase)), std::string(agent::name(supervision.phase)));
    CHECK_EQUAL(words, supervision.words);
}

} // namespace

TEST_GROUP(Supervise){};

TEST(Supervise, BeforeTheFirstProbeItProbesTheHardware) {
    auto observed = readyToStart();
    observed.inventory.reset();
    const auto supervision = agent::supervise(observed, formed(), true);
    check(Phase::probing, "probing the hardware", supervision);
    CHECK_TRUE(supervision.requests.empty());
}

TEST(Supervise, WithoutSystemdItWaitsAndSaysWhy) {
    auto observed = readyToStart();
    observed.crateUnits.reset();
    check(Phase::probing, "waiting for systemd: no answer yet", agent::supervise(observed, formed(), true));
    observed.unitsError = "connection refused";
    const auto supervision = agent::supervise(observed, formed(), true);
    check(Phase::probing, "waiting for systemd: connection refused", supervision);
    CHECK_TRUE(supervision.requests.empty());
}

TEST(Supervise, WithoutASlotThereIsNothingToStart) {
    Formation formation;
    formation.waitingFor = "etcd, to get its slot";
    const auto supervision = agent::supervise(readyToStart(), formation, true);
    check(Phase::waiting, "waiting for etcd, to get its slot", supervision);
    CHECK_TRUE(supervision.requests.empty() && !supervision.unit);
}

TEST(Supervise, ARefusalWithoutASlotIsReported) {
    Formation formation;
    formation.refusal = "a clone";
    check(Phase::refused, "a clone", agent::supervise(readyToStart(), formation, true));
}

TEST(Supervise, AUnitThatWasNeverStartedIsStarted) {
    const auto supervision = agent::supervise(readyToStart(), formed(), true);
    check(Phase::starting, "starting crate@1.service", supervision);
    CHECK_TRUE(kStart == supervision.requests);
}

TEST(Supervise, AnInactiveUnitThatWasNeverStartedIsStarted) {
    auto observed = readyToStart();
    observed.crateUnits = {unit(kUnit, "inactive", "dead")};
    CHECK_TRUE(kStart == agent::supervise(observed, formed(), true).requests);
}

TEST(Supervise, TheUnitOfTheSlotIsStarted) {
    auto formation = formed();
    formation.slot = 12;
    const auto supervision = agent::supervise(readyToStart(), formation, true);
    CHECK_TRUE((Requests{{hal::UnitVerb::start, "crate@12.service"}}) == supervision.requests);
}

TEST(Supervise, NothingStartsBeforeItsConfigurationIsWritten) {
    const auto supervision = agent::supervise(readyToStart(), formed(), false);
    check(Phase::waiting, "waiting for the database's configuration to be written", supervision);
    CHECK_TRUE(supervision.requests.empty());
}

TEST(Supervise, NothingStartsWhileTheFormationWaits) {
    auto formation = formed();
    formation.waitingFor = "3 nodes";
    const auto supervision = agent::supervise(readyToStart(), formation, true);
    check(Phase::waiting, "waiting for 3 nodes", supervision);
    CHECK_TRUE(supervision.requests.empty());
}

TEST(Supervise, NothingStartsAgainstARefusal) {
    auto formation = formed();
    formation.refusal = "another cluster";
    const auto supervision = agent::supervise(readyToStart(), formation, true);
    check(Phase::refused, "another cluster", supervision);
    CHECK_TRUE(supervision.requests.empty());
}

TEST(Supervise, ARefusalKeepsAFailedUnitDownToo) {
    auto formation = formed();
    formation.refusal = "another cluster";
    CHECK_TRUE(agent::supervise(with(failedUnit(1, 1h)), formation, true).requests.empty());
}

TEST(Supervise, NothingStartsOnAReadOnlyVolume) {
    auto observed = readyToStart();
    observed.dataReadOnly = true;
    const auto supervision = agent::supervise(observed, formed(), true);
    check(Phase::waiting, "waiting for a writable data volume: it is mounted read-only", supervision);
    CHECK_TRUE(supervision.requests.empty() && supervision.advice.has_value());
}

TEST(Supervise, AMissingTemplateIsNamedWithTheNextStep) {
    auto missing = unit(kUnit, "inactive", "dead");
    missing.loadState = "not-found";
    const auto supervision = agent::supervise(with(missing), formed(), true);
    check(Phase::refused, "crate@1.service cannot be loaded (not-found)", supervision);
    STRCMP_CONTAINS("systemctl daemon-reload", supervision.advice.value_or("").c_str());
    CHECK_TRUE(supervision.requests.empty());
}

TEST(Supervise, ARunningUnitRuns) {
    const auto own = unit(kUnit, "active", "running");
    const auto supervision = agent::supervise(with(own), formed(), true);
    check(Phase::running, "crate@1.service is running", supervision);
    CHECK_TRUE(own == supervision.unit);
    CHECK_TRUE(supervision.requests.empty() && !supervision.advice);
}

TEST(Supervise, ARunningUnitIsLeftAloneWhateverIsWrong) {
    auto observed = values::observed();
    observed.dataReadOnly = true;
    observed.etcd.registry.reset();
    auto formation = formed();
    formation.refusal = "another cluster";
    formation.waitingFor = "something";
    const auto supervision = agent::supervise(observed, formation, false);
    check(Phase::running, "crate@1.service is running", supervision);
    CHECK_TRUE(supervision.requests.empty());
}

TEST(Supervise, AStartingUnitShowsItsStatusText) {
    auto own = unit(kUnit, "activating", "start-pre");
    check(Phase::starting, "crate@1.service is starting", agent::supervise(with(own), formed(), true));
    own.statusText = "waiting for the image: 61 %";
    check(Phase::starting, "waiting for the image: 61 %", agent::supervise(with(own), formed(), true));
}

TEST(Supervise, AStoppingUnitIsWaitedFor) {
    const auto supervision = agent::supervise(with(unit(kUnit, "deactivating", "stop")), formed(), true);
    check(Phase::restarting, "crate@1.service is stopping", supervision);
    CHECK_TRUE(supervision.requests.empty());
}

TEST(Supervise, AManuallyStoppedUnitStaysStopped) {
    const auto supervision = agent::supervise(with(unit(kUnit, "inactive", "dead")), formed(), true);
    check(Phase::stoppedByHand, "crate@1.service was stopped manually", supervision);
    STRCMP_CONTAINS("systemctl start crate@1.service", supervision.advice.value_or("").c_str());
    CHECK_TRUE(supervision.requests.empty());
}

TEST(Supervise, AUnitThatSystemdForgotAfterAStopStaysStoppedToo) {
    auto observed = readyToStart();
    observed.startedInThisBoot = true;
    check(Phase::stoppedByHand, "crate@1.service was stopped manually",
          agent::supervise(observed, formed(), true));
}

TEST(Supervise, AnotherInstanceIsRefusedAndNotFought) {
    for (const char* const state : {"active", "activating", "deactivating", "reloading"}) {
        auto observed = readyToStart();
        observed.crateUnits = {unit("crate@7.service", state, "running")};
        const auto supervision = agent::supervise(observed, formed(), true);
        check(Phase::refused,
              "crate@7.service already runs on this machine, so crate@1.service is not started", supervision);
        STRCMP_CONTAINS("`systemctl stop crate@7.service`", supervision.advice.value_or("").c_str());
        CHECK_TRUE(supervision.requests.empty());
    }
}

TEST(Supervise, AnotherInstanceThatIsDownDoesNotMatter) {
    auto observed = readyToStart();
    observed.crateUnits = {unit("crate@7.service", "inactive", "dead"),
                           unit("crate@8.service", "failed", "failed")};
    CHECK_TRUE(kStart == agent::supervise(observed, formed(), true).requests);
}

TEST(Supervise, OurDatabaseIsNotRefusedBecauseAnotherWasStartedBesideIt) {
    auto observed = values::observed();
    observed.crateUnits = {unit(kUnit, "active", "running"), unit("crate@7.service", "active", "running")};
    check(Phase::running, "crate@1.service is running", agent::supervise(observed, formed(), true));
}

TEST(Supervise, ACrashIsReportedWithItsMeaningAndTheLastLine) {
    auto own = unit(kUnit, "activating", "auto-restart");
    own.exitCode = 137;
    own.restarts = 2;
    auto observed = with(own);
    observed.lastLogLines = {"first", "java.lang.OutOfMemoryError"};
    const auto supervision = agent::supervise(observed, formed(), true);
    check(Phase::restarting,
          "crate@1.service failed (exit 137: killed, manually or for lack of memory); last log line: "
          "java.lang.OutOfMemoryError; restart 3 scheduled by systemd",
          supervision);
    STRCMP_CONTAINS("journalctl -u crate@1.service", supervision.advice.value_or("").c_str());
    CHECK_TRUE(supervision.requests.empty());
}

TEST(Supervise, AfterSystemdGaveUpTheNextTryIsAMinuteLater) {
    const auto supervision = agent::supervise(with(failedUnit(1, 18s)), formed(), true);
    check(Phase::restarting,
          "crate@1.service failed (exit 1: CrateDB refused its settings or its data); next try in 42 s",
          supervision);
    CHECK_TRUE(supervision.requests.empty());
    CHECK_TRUE(values::observed().now + 42s == supervision.lookAgainAt);
}

TEST(Supervise, ARetryForgetsTheFailureAndStarts) {
    for (const auto ago : {60s, 61s, 3600s}) {
        const auto supervision = agent::supervise(with(failedUnit(1, ago)), formed(), true);
        CHECK_TRUE(kResetAndStart == supervision.requests);
        CHECK_TRUE(!supervision.lookAgainAt);
    }
}

TEST(Supervise, AFailedBootstrapCheckIsTriedAgainEveryTenMinutesOnly) {
    auto supervision = agent::supervise(with(failedUnit(78, 61s)), formed(), true);
    STRCMP_CONTAINS("exit 78: a CrateDB bootstrap check failed", supervision.words.c_str());
    STRCMP_CONTAINS("next try in 539 s", supervision.words.c_str());
    STRCMP_CONTAINS("fix the cause shown in the log", supervision.advice.value_or("").c_str());
    CHECK_TRUE(supervision.requests.empty());
    CHECK_TRUE(kResetAndStart == agent::supervise(with(failedUnit(78, 600s)), formed(), true).requests);
}

TEST(Supervise, AFailureOfUnknownAgeIsTriedAgainAMinuteFromNow) {
    auto failed = failedUnit(1, 0s);
    failed.stateSince.reset();
    const auto supervision = agent::supervise(with(failed), formed(), true);
    CHECK_TRUE(supervision.requests.empty());
    CHECK_TRUE(values::observed().now + 60s == supervision.lookAgainAt);
}

TEST(Supervise, ExitsHaveMeanings) {
    const auto meaning = [](int code) { return agent::exitMeaning(failedUnit(code, 0s)); };
    STRCMP_CONTAINS("bootstrap check", meaning(78).c_str());
    CHECK_EQUAL("exit 143: ended by SIGTERM", meaning(143));
    CHECK_EQUAL("exit 137: killed, manually or for lack of memory", meaning(137));
    CHECK_EQUAL("exit 125: Docker could not create the container", meaning(125));
    CHECK_EQUAL("exit 126: the image contains no executable program", meaning(126));
    CHECK_EQUAL("exit 127: the image contains no executable program", meaning(127));
    CHECK_EQUAL("exit 1: CrateDB refused its settings or its data", meaning(1));
    CHECK_EQUAL("exit 42", meaning(42));
}

TEST(Supervise, EndsWithoutAnExitHaveMeaningsToo) {
    auto ended = failedUnit({}, 0s);
    CHECK_EQUAL("exit-code", agent::exitMeaning(ended));
    ended.result = "start-limit-hit";
    CHECK_EQUAL("start-limit-hit", agent::exitMeaning(ended));
    ended.result = "";
    CHECK_EQUAL("unknown reason", agent::exitMeaning(ended));
    ended.exitSignal = 9;
    CHECK_EQUAL("ended by signal 9", agent::exitMeaning(ended));
    ended.result = "timeout";
    CHECK_EQUAL("it did not stop in time", agent::exitMeaning(ended));
}

TEST(Supervise, PhasesHaveNamesForPrograms) {
    std::string names;
    for (const auto phase : {Phase::probing, Phase::waiting, Phase::refused, Phase::starting, Phase::running,
                             Phase::restarting, Phase::stoppedByHand}) {
        names += std::string(agent::name(phase)) + " ";
    }
    CHECK_EQUAL("probing waiting refused starting running restarting stopped-by-hand ", names);
}

// Over every combination there is. Nothing takes a database down: hal::UnitVerb has no verb for it.
TEST(Supervise, NoStateWhatsoeverStartsARefusedDatabase) {
    int combinations = 0;
    for (const char* const active :
         {"", "active", "activating", "deactivating", "inactive", "failed", "reloading", "?"}) {
        for (const char* const sub : {"running", "auto-restart", "dead", "stop"}) {
            for (unsigned bits = 0; bits < 256; ++bits) {
                const auto bit = [bits](unsigned which) { return (bits >> which & 1U) != 0; };
                auto observed = values::observed();
                observed.crateUnits = {unit(kUnit, active, sub)};
                observed.crateUnits->front().exitCode = bit(0) ? std::optional(78) : std::nullopt;
                observed.startedInThisBoot = bit(1);
                observed.dataReadOnly = bit(2);
                if (bit(3)) {
                    observed.etcd = {};
                }
                if (bit(4)) {
                    observed.crateUnits->push_back(unit("crate@7.service", "active", "running"));
                }
                Formation formation;
                formation.slot = bit(5) ? std::optional(1U) : std::nullopt;
                formation.refusal = bit(6) ? std::optional<std::string>("no") : std::nullopt;
                const auto requests = agent::supervise(observed, formation, bit(7)).requests;
                CHECK_TRUE_TEXT(!formation.refusal || requests.empty(), "a refused database was started");
                ++combinations;
            }
        }
    }
    LONGS_EQUAL(8 * 4 * 256, combinations);
}
