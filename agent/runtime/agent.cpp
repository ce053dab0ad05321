// Events only mean "look again"; every look ends in schedule(), and recompute() runs once for all of them.
#include "agent/runtime/agent.hpp"

#include "agent/runtime/log.hpp"

#include <algorithm>
#include <utility>

namespace agent {
namespace {

using namespace std::chrono_literals;

constexpr const char* kCrateUnits = "crate@*.service";
constexpr hal::Duration kTick = 1s; // how often the agent queries the database and checks the volume
constexpr hal::Duration kAskDeadline = 1500ms; // a database slower than this cannot serve traffic either
constexpr hal::Duration kProbeInterval = 180s; // a safety net for lost hardware events
constexpr hal::Duration kSettleTime = 250ms;   // merges a burst of hardware events into one probe
constexpr hal::Duration kSettleLimit = 3s; // then the agent reports what it knows, even if a source is silent
constexpr hal::Duration kRequestPause = 5s; // between two requests for a unit, whatever the outcome
constexpr hal::Duration kStuck = 10s; // a round of a stage takes far less; after this the watchdog is not fed
constexpr const char* kTickStage = "the clock tick";
constexpr const char* kDatabaseStage = "the database's answer";
constexpr const char* kUnitsStage = "systemd's answer";
constexpr const char* kProbeStage = "the hardware probe";
constexpr hal::Duration kWaitingRefresh = 5s; // a safety net for the watch while we wait for other nodes

std::string holdsDatabasePath(const Config& config) { return config.dataDirectory + "/data"; }

} // namespace

Agent::Agent(Dependencies dependencies, Config config)
    : dependencies_(std::move(dependencies)), config_(std::move(config)) {}

hal::Status Agent::start() {
    startedAt_ = dependencies_.loop.now();
    if (auto persistent = dependencies_.files.loadPersistent()) {
        observed_.persistent = std::move(*persistent);
    } else {
        observed_.persistentProblem = persistent.error().text();
    }
    observed_.startedInThisBoot = dependencies_.files.loadStarted();
    probeHardware();
    if (observed_.identity.nodeId.empty()) {
        return hal::failure(hal::Error::invalid("/etc/machine-id: expected 32 hexadecimal digits; "
                                                "run `systemd-machine-id-setup`"));
    }
    if (observed_.identity.nodeName.empty()) {
        return hal::failure(
            hal::Error::invalid("expected a host name or [Node] Name; run `hostnamectl hostname NAME`"));
    }
    logOnce_.report("watching the hardware", dependencies_.watchHardware([this] {
        hardwareSoon_ = dependencies_.loop.after(kSettleTime, [this] { probeHardware(); });
    }));
    prober_ = dependencies_.loop.every(kProbeInterval, [this] { probeHardware(); });
    dependencies_.units.watch(kCrateUnits, [this] { lookAtUnits(); });
    crate_ = dependencies_.connectCrate(config_.crate);
    if (auto status = openSession(dependencies_.files.loadLease()); !status) {
        return status;
    }
    ticker_ = dependencies_.loop.every(kTick, [this] { tick(); });
    if (const auto timeout = dependencies_.notifier.watchdogTimeout()) {
        watchdog_ = dependencies_.loop.every(*timeout / 4, [this] { feedWatchdog(); });
    }
    lookAtUnits();
    tick();
    return {};
}

hal::Status Agent::openSession(std::optional<hal::LeaseId> lease) {
    auto etcd = dependencies_.connectEtcd(config_.etcd);
    if (!etcd) {
        return hal::failure(etcd.error());
    }
    // Destroy the old session first: its callbacks must not outlive the client they belong to.
    session_.reset();
    etcd_ = std::move(*etcd);
    session_ = std::make_unique<Session>(
        dependencies_.loop, *etcd_,
        SessionOptions{.keys = Keys(config_.clusterName),
                       .leaseTtl = config_.etcd.lease,
                       .previousLease = lease,
                       .jitterSeed = std::hash<std::string>{}(observed_.identity.bootId)},
        [this] { schedule(); });
    session_->start();
    return {};
}

void Agent::schedule() {
    if (!pending_) {
        pending_ = dependencies_.loop.soon([this] {
            const auto done = std::exchange(pending_, nullptr);
            recompute();
        });
    }
}

void Agent::recompute() {
    observed_.now = dependencies_.loop.now();
    observed_.wallClock = dependencies_.wallClock();
    observed_.etcd = session_->state();
    plan_ = plan(observed_, config_, plan_, rendered_);
    execute(*plan_);
}

bool Agent::settled() const {
    const bool databaseHeard = observed_.database.answer.has_value();
    return (observed_.inventory && observed_.crateUnits && databaseHeard) ||
           dependencies_.loop.now() - startedAt_ >= kSettleLimit;
}

void Agent::execute(const Plan& plan) {
    keepFiles(plan);
    // Until the first complete look, the previous process knew more: its answers and keys stay.
    if (settled()) {
        dependencies_.server.publish(plan.pages);
        const bool waitsForOthers = plan.formation.waitingFor || plan.formation.refusal;
        session_->setDesired({.announcement = plan.announcement,
                              .claim = plan.formation.claim,
                              .refreshEvery = waitsForOthers ? kWaitingRefresh : hal::Duration(30s)});
        if (rendered_) { // the plan was made before the write of its files failed
            requestUnits(plan.supervision);
        }
        logVerdict(plan);
    }
    dependencies_.notifier.status(plan.status);
    if (!std::exchange(announcedReady_, true)) {
        dependencies_.notifier.ready();
    }
    if (plan.supervision.lookAgainAt) {
        lookAgain_ =
            dependencies_.loop.after(*plan.supervision.lookAgainAt - observed_.now, [this] { schedule(); });
    }
}

void Agent::logVerdict(const Plan& plan) {
    if (std::exchange(loggedReady_, plan.verdict.ready) == plan.verdict.ready) {
        return;
    }
    if (plan.verdict.ready) {
        log().info("{}", plan.status);
    } else {
        log().warn("{}", plan.status);
    }
}

void Agent::keepFiles(const Plan& plan) {
    // Our state first: a start without etcd would revert rendered files that are not in it.
    if (!keepPersistent(plan.persistent)) {
        takeRendered(false); // a database must not be started with a vote that is not saved
        return;
    }
    logOnce_.report("saving the lease", dependencies_.files.keepLease(observed_.etcd.lease));
    keepRendered(plan);
}

bool Agent::keepPersistent(const PersistentState& persistent) {
    if (persistent == observed_.persistent) {
        return true;
    }
    const auto status = dependencies_.files.keepPersistent(persistent);
    logOnce_.report("saving the node's place in the cluster", status);
    if (status) {
        observed_.persistent = persistent;
        observed_.persistentProblem.reset();
    }
    return status.has_value();
}

void Agent::keepRendered(const Plan& plan) {
    if (plan.formation.slot) {
        const auto complete = dependencies_.files.keepRendered(*plan.formation.slot, plan.files);
        logOnce_.report("writing the database's configuration",
                        complete ? hal::Status{} : hal::failure(complete.error()));
        takeRendered(complete && *complete);
    }
}

void Agent::takeRendered(bool rendered) {
    if (rendered != std::exchange(rendered_, rendered)) {
        schedule();
    }
}

void Agent::requestUnits(const Supervision& supervision) {
    if (supervision.requests.empty() ||
        (requestedAt_ && dependencies_.loop.now() - *requestedAt_ < kRequestPause)) {
        return;
    }
    requestedAt_ = dependencies_.loop.now();
    for (const auto& request : supervision.requests) {
        log().info("{} {}",
                   request.verb == hal::UnitVerb::start ? "starting" : "resetting the failed state of",
                   request.unit);
        dependencies_.units.request(request.verb, request.unit, [this, request](const hal::Status& status) {
            logOnce_.report("asking systemd for " + request.unit, status);
            lookAtUnits();
        });
    }
}

void Agent::tick() {
    stages_.end(kTickStage);
    stages_.begin(kTickStage, kStuck, dependencies_.loop.now());
    if (dependencies_.crateEnvironmentChanged()) {
        reload(); // another image may know other settings, and an operator may start the unit at any time
    }
    logOnce_.report("determining the CrateDB version", crateVersionKnown(config_.crate));
    lookAtData();
    followProcess();
    askDatabase();
    schedule();
}

void Agent::probeHardware() {
    observed_.inventory = foldInventory(dependencies_.probe(config_.dataDirectory), config_.interface);
    const auto& host = observed_.inventory->host;
    // A value that cannot be read for a moment keeps its last content: a machine does not become another one.
    const Identity before = observed_.identity;
    observed_.identity = {.nodeId = host.machineId.value_or(before.nodeId),
                          .nodeName = config_.nodeName.value_or(host.hostname.value_or(before.nodeName)),
                          .bootId = host.bootId.value_or(before.bootId),
                          .address = observed_.inventory->announcedAddress
                                         ? observed_.inventory->announcedAddress
                                         : before.address};
    stages_.end(kProbeStage);
    stages_.begin(kProbeStage, 2 * kProbeInterval, dependencies_.loop.now());
    schedule();
}

void Agent::lookAtUnits() {
    stages_.begin(kUnitsStage, kStuck, dependencies_.loop.now());
    dependencies_.units.list(kCrateUnits,
                             [this](const hal::Result<std::vector<hal::Unit>>& units) { unitsSeen(units); });
}

void Agent::unitsSeen(const hal::Result<std::vector<hal::Unit>>& units) {
    stages_.end(kUnitsStage);
    if (!units) {
        // Keep the last states: a bus restart does not stop a database.
        observed_.unitsError = units.error().text();
        schedule();
        return;
    }
    observed_.unitsError.reset();
    const bool changed = observed_.crateUnits != *units;
    observed_.crateUnits = *units;
    if (changed) {
        rememberStart();
        readLogLines();
        followProcess();
        askDatabase();
    }
    schedule();
}

const hal::Unit* Agent::ownUnit() const {
    const auto slot = plan_ ? plan_->formation.slot : observed_.persistent.slot;
    if (!slot || !observed_.crateUnits) {
        return nullptr;
    }
    const auto unit = std::ranges::find(*observed_.crateUnits, crateUnitName(*slot), &hal::Unit::name);
    return unit == observed_.crateUnits->end() ? nullptr : &*unit;
}

/// Only a unit that was seen up counts as started: a job that systemd accepted may still come to nothing.
void Agent::rememberStart() {
    const auto* const unit = ownUnit();
    if (unit != nullptr && unit->activeState != "inactive" && !observed_.startedInThisBoot) {
        observed_.startedInThisBoot = true;
        logOnce_.report("recording the start", dependencies_.files.keepStarted());
    }
}

void Agent::readLogLines() {
    const auto* const unit = ownUnit();
    if (unit == nullptr || (unit->activeState != "failed" && unit->subState != "auto-restart")) {
        return;
    }
    if (auto lines = dependencies_.lastLogLines(unit->name)) {
        observed_.lastLogLines = std::move(*lines);
        log().warn("{} failed ({}); its last log lines:", unit->name, exitMeaning(*unit));
        for (const auto& line : observed_.lastLogLines) {
            log().warn("  {}", line);
        }
    } else {
        logOnce_.report("reading the last lines of " + unit->name, hal::failure(lines.error()));
    }
}

void Agent::askDatabase() {
    if (asking_) {
        return;
    }
    asking_ = true;
    stages_.begin(kDatabaseStage, kStuck, dependencies_.loop.now());
    crate_->ask(kAskDeadline, [this, life = databaseLife_](const hal::CrateAnswer& answer) {
        asking_ = false;
        stages_.end(kDatabaseStage);
        if (life != databaseLife_) {
            askDatabase(); // the process ended during the query: the answer is obsolete
            return;
        }
        observed_.database.answer = answer;
        observed_.database.answeredAt = dependencies_.loop.now();
        observed_.database.ended = false;
        if (answer.sqlAnswers && !std::exchange(held_, true)) {
            // A lost connection proves nothing by itself, so query at once.
            crate_->hold([this] {
                held_ = false;
                askDatabase();
            });
        }
        schedule();
    });
}

void Agent::followProcess() {
    const auto slot = plan_ ? plan_->formation.slot : observed_.persistent.slot;
    const auto container = slot ? dependencies_.files.containerId(*slot) : std::nullopt;
    if (!container || (container == watchedContainer_ && process_)) {
        return;
    }
    const auto pid = dependencies_.processes.mainProcess(*container);
    if (!pid || !*pid) {
        return; // not started yet, or already gone: the next tick looks again
    }
    auto watch = dependencies_.processes.watch(**pid, [this] { databaseEnded("its main process ended"); });
    if (!watch) {
        logOnce_.report("watching the database's process", hal::failure(watch.error()));
        return;
    }
    watchedContainer_ = container;
    process_ = std::move(*watch);
    observed_.database.mainProcess = *pid;
    schedule();
}

void Agent::databaseEnded(const char* how) {
    log().warn("the database is gone: {}", how);
    ++databaseLife_;
    observed_.database.ended = true;
    observed_.database.mainProcess.reset();
    // Do not destroy the watch from its own callback: the next look replaces it.
    held_ = false;
    watchedContainer_.reset();
    recompute();
}

void Agent::lookAtData() {
    const auto readOnly = dependencies_.isReadOnly(config_.dataDirectory);
    const auto before =
        std::exchange(observed_.dataReadOnly, readOnly ? std::optional(*readOnly) : std::nullopt);
    if (before != observed_.dataReadOnly) {
        log().info("the data volume is {}", !observed_.dataReadOnly   ? "unknown"
                                            : *observed_.dataReadOnly ? "read-only"
                                                                      : "writable");
    }
    const auto entries = dependencies_.hasEntries(holdsDatabasePath(config_));
    observed_.dataHoldsDatabase = entries && observed_.dataReadOnly ? std::optional(*entries) : std::nullopt;
}

void Agent::feedWatchdog() {
    auto stage = stages_.stuck(dependencies_.loop.now());
    // The session sends something at least once a heartbeat, whether etcd answers or not.
    if (const auto last = session_->lastAttempt();
        last && dependencies_.loop.now() - *last > 3 * config_.etcd.lease) {
        stage = "the session with etcd";
    }
    if (stage) {
        log().error("{} is making no progress: the watchdog is not fed", *stage);
        return;
    }
    dependencies_.notifier.feedWatchdog();
}

} // namespace agent
