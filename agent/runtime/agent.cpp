// Events only say "look again"; every look ends in schedule(), and recompute() runs once for all of them.
#include "agent/runtime/agent.hpp"

#include "agent/runtime/log.hpp"

#include <algorithm>
#include <utility>

namespace agent {
namespace {

using namespace std::chrono_literals;

constexpr const char* kCrateUnits = "crate@*.service";
constexpr hal::Duration kTick = 1s;            // how often the database is asked and the volume looked at
constexpr hal::Duration kAskDeadline = 1500ms; // a database slower than this cannot serve traffic either
constexpr hal::Duration kProbeInterval = 180s; // the net under the hardware events
constexpr hal::Duration kSettleTime = 250ms;   // bursts of hardware events make one probe
constexpr hal::Duration kSettleLimit = 3s;  // by then we say what we know, even if something never answered
constexpr hal::Duration kRequestPause = 5s; // between two requests for a unit, whatever came of the first
constexpr hal::Duration kStuck = 10s;       // a round of a stage takes far less; the watchdog waits this long
constexpr const char* kTickStage = "the clock tick";
constexpr const char* kDatabaseStage = "the database's answer";
constexpr const char* kUnitsStage = "systemd's answer";
constexpr const char* kProbeStage = "the hardware probe";
constexpr hal::Duration kWaitingRefresh = 5s; // the net under the watch while we wait for other nodes

std::string holdsDatabasePath(const Config& config) { return config.dataDirectory + "/data"; }

} // namespace

Node::Node(Surroundings surroundings, Config config)
    : around_(std::move(surroundings)), config_(std::move(config)) {}

hal::Status Node::start() {
    startedAt_ = around_.loop.now();
    if (auto saved = around_.files.loadSaved()) {
        observed_.saved = std::move(*saved);
    } else {
        observed_.savedProblem = saved.error().text();
    }
    observed_.startedInThisBoot = around_.files.loadStarted();
    probeHardware();
    if (observed_.identity.nodeId.empty()) {
        return hal::failure(hal::Error::invalid("/etc/machine-id: expected 32 hexadecimal digits; "
                                                "run `systemd-machine-id-setup`"));
    }
    if (observed_.identity.nodeName.empty()) {
        return hal::failure(
            hal::Error::invalid("expected a host name or [Node] Name; run `hostnamectl hostname NAME`"));
    }
    notes_.take("watching the hardware", around_.watchHardware([this] {
        hardwareSoon_ = around_.loop.after(kSettleTime, [this] { probeHardware(); });
    }));
    prober_ = around_.loop.every(kProbeInterval, [this] { probeHardware(); });
    around_.units.watch(kCrateUnits, [this] { lookAtUnits(); });
    crate_ = around_.connectCrate(config_.crate);
    if (auto status = openSession(around_.files.loadLease()); !status) {
        return status;
    }
    ticker_ = around_.loop.every(kTick, [this] { tick(); });
    if (const auto timeout = around_.notifier.watchdogTimeout()) {
        watchdog_ = around_.loop.every(*timeout / 4, [this] { feedWatchdog(); });
    }
    lookAtUnits();
    tick();
    return {};
}

hal::Status Node::openSession(std::optional<hal::LeaseId> lease) {
    auto etcd = around_.connectEtcd(config_.etcd);
    if (!etcd) {
        return hal::failure(etcd.error());
    }
    // The old session goes first: its callbacks must not outlive the client they belong to.
    session_.reset();
    etcd_ = std::move(*etcd);
    session_ = std::make_unique<Session>(
        around_.loop, *etcd_,
        SessionOptions{.keys = Keys(config_.clusterName),
                       .leaseTtl = config_.etcd.lease,
                       .previousLease = lease,
                       .jitterSeed = std::hash<std::string>{}(observed_.identity.bootId)},
        [this] { schedule(); });
    session_->start();
    return {};
}

void Node::schedule() {
    if (!pending_) {
        pending_ = around_.loop.soon([this] {
            const auto done = std::exchange(pending_, nullptr);
            recompute();
        });
    }
}

void Node::recompute() {
    observed_.now = around_.loop.now();
    observed_.wallClock = around_.wallClock();
    observed_.store = session_->store();
    const auto previous = plan_ ? std::optional(plan_->verdict) : std::nullopt;
    plan_ = plan(observed_, config_, previous, rendered_);
    execute(*plan_);
}

bool Node::settled() const {
    const bool databaseHeard = observed_.database.answer.has_value();
    return (observed_.inventory && observed_.crateUnits && databaseHeard) ||
           around_.loop.now() - startedAt_ >= kSettleLimit;
}

void Node::execute(const Plan& plan) {
    keepFiles(plan);
    // Before the first complete look a former process knew better than we do: its answers and keys stand.
    if (settled()) {
        around_.server.publish(plan.pages);
        const bool waitsForOthers = plan.formation.waitingFor || plan.formation.refusal;
        session_->want({.announcement = plan.announcement,
                        .claim = plan.formation.claim,
                        .refreshEvery = waitsForOthers ? kWaitingRefresh : hal::Duration(30s)});
        if (rendered_) { // the plan was made before its own files could not be written
            requestUnits(plan.supervision);
        }
        logVerdict(plan);
    }
    around_.notifier.status(plan.status);
    if (!std::exchange(announcedReady_, true)) {
        around_.notifier.ready();
    }
    if (plan.supervision.lookAgainAt) {
        lookAgain_ =
            around_.loop.after(*plan.supervision.lookAgainAt - observed_.now, [this] { schedule(); });
    }
}

void Node::logVerdict(const Plan& plan) {
    if (std::exchange(loggedReady_, plan.verdict.ready) == plan.verdict.ready) {
        return;
    }
    if (plan.verdict.ready) {
        log().info("{}", plan.status);
    } else {
        log().warn("{}", plan.status);
    }
}

void Node::keepFiles(const Plan& plan) {
    // Ours first: what was rendered and is not remembered would be taken back by a start without etcd.
    if (!keepSaved(plan.saved)) {
        takeRendered(false); // a database must not be started with a vote we could forget
        return;
    }
    notes_.take("keeping the lease", around_.files.keepLease(observed_.store.lease));
    keepRendered(plan);
}

bool Node::keepSaved(const Saved& saved) {
    if (saved == observed_.saved) {
        return true;
    }
    const auto status = around_.files.keepSaved(saved);
    notes_.take("keeping the node's place in the cluster", status);
    if (status) {
        observed_.saved = saved;
        observed_.savedProblem.reset();
    }
    return status.has_value();
}

void Node::keepRendered(const Plan& plan) {
    if (plan.formation.slot) {
        const auto complete = around_.files.keepRendered(*plan.formation.slot, plan.files);
        notes_.take("writing the database's configuration",
                    complete ? hal::Status{} : hal::failure(complete.error()));
        takeRendered(complete && *complete);
    }
}

void Node::takeRendered(bool rendered) {
    if (rendered != std::exchange(rendered_, rendered)) {
        schedule();
    }
}

void Node::requestUnits(const Supervision& supervision) {
    if (supervision.requests.empty() ||
        (requestedAt_ && around_.loop.now() - *requestedAt_ < kRequestPause)) {
        return;
    }
    requestedAt_ = around_.loop.now();
    for (const auto& request : supervision.requests) {
        log().info("{} {}", request.verb == hal::UnitVerb::start ? "starting" : "resetting the failure of",
                   request.unit);
        around_.units.request(request.verb, request.unit, [this, request](const hal::Status& status) {
            notes_.take("asking systemd for " + request.unit, status);
            lookAtUnits();
        });
    }
}

void Node::tick() {
    progress_.end(kTickStage);
    progress_.begin(kTickStage, kStuck, around_.loop.now());
    if (around_.crateEnvironmentChanged()) {
        reload(); // another image may know other settings, and the unit starts with it whenever somebody likes
    }
    notes_.take("telling CrateDB's version", crateVersionKnown(config_.crate));
    lookAtData();
    followProcess();
    askDatabase();
    schedule();
}

void Node::probeHardware() {
    observed_.inventory = foldInventory(around_.probe(config_.dataDirectory), config_.interface);
    const auto& host = observed_.inventory->host;
    // What cannot be read for a moment is what it was: a machine does not become another one.
    const Identity before = observed_.identity;
    observed_.identity = {.nodeId = host.machineId.value_or(before.nodeId),
                          .nodeName = config_.nodeName.value_or(host.hostname.value_or(before.nodeName)),
                          .bootId = host.bootId.value_or(before.bootId),
                          .address = observed_.inventory->announcedAddress
                                         ? observed_.inventory->announcedAddress
                                         : before.address};
    progress_.end(kProbeStage);
    progress_.begin(kProbeStage, 2 * kProbeInterval, around_.loop.now());
    schedule();
}

void Node::lookAtUnits() {
    progress_.begin(kUnitsStage, kStuck, around_.loop.now());
    around_.units.list(kCrateUnits,
                       [this](const hal::Result<std::vector<hal::Unit>>& units) { unitsSeen(units); });
}

void Node::unitsSeen(const hal::Result<std::vector<hal::Unit>>& units) {
    progress_.end(kUnitsStage);
    if (!units) {
        // The last states stay: a bus that restarts does not stop a database.
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

const hal::Unit* Node::ownUnit() const {
    const auto slot = plan_ ? plan_->formation.slot : observed_.saved.slot;
    if (!slot || !observed_.crateUnits) {
        return nullptr;
    }
    const auto unit = std::ranges::find(*observed_.crateUnits, crateUnitName(*slot), &hal::Unit::name);
    return unit == observed_.crateUnits->end() ? nullptr : &*unit;
}

/// Only a unit that was seen up was started: a job that systemd took may still come to nothing.
void Node::rememberStart() {
    const auto* const unit = ownUnit();
    if (unit != nullptr && unit->activeState != "inactive" && !observed_.startedInThisBoot) {
        observed_.startedInThisBoot = true;
        notes_.take("remembering the start", around_.files.keepStarted());
    }
}

void Node::readLogLines() {
    const auto* const unit = ownUnit();
    if (unit == nullptr || (unit->activeState != "failed" && unit->subState != "auto-restart")) {
        return;
    }
    if (auto lines = around_.lastLogLines(unit->name)) {
        observed_.lastLogLines = std::move(*lines);
        log().warn("{} failed ({}); its last lines were:", unit->name, exitMeaning(*unit));
        for (const auto& line : observed_.lastLogLines) {
            log().warn("  {}", line);
        }
    } else {
        notes_.take("reading the last lines of " + unit->name, hal::failure(lines.error()));
    }
}

void Node::askDatabase() {
    if (asking_) {
        return;
    }
    asking_ = true;
    progress_.begin(kDatabaseStage, kStuck, around_.loop.now());
    crate_->ask(kAskDeadline, [this, life = databaseLife_](const hal::CrateAnswer& answer) {
        asking_ = false;
        progress_.end(kDatabaseStage);
        if (life != databaseLife_) {
            askDatabase(); // the process ended while we asked: the answer speaks of the dead
            return;
        }
        observed_.database.answer = answer;
        observed_.database.answeredAt = around_.loop.now();
        observed_.database.ended = false;
        if (answer.sqlAnswers && !std::exchange(held_, true)) {
            // A lost connection proves nothing by itself, so it makes us ask at once.
            crate_->hold([this] {
                held_ = false;
                askDatabase();
            });
        }
        schedule();
    });
}

void Node::followProcess() {
    const auto slot = plan_ ? plan_->formation.slot : observed_.saved.slot;
    const auto container = slot ? around_.files.containerId(*slot) : std::nullopt;
    if (!container || (container == watchedContainer_ && process_)) {
        return;
    }
    const auto pid = around_.processes.mainProcess(*container);
    if (!pid || !*pid) {
        return; // not started yet, or gone already: the next tick looks again
    }
    auto watch = around_.processes.watch(**pid, [this] { databaseEnded("its main process ended"); });
    if (!watch) {
        notes_.take("watching the database's process", hal::failure(watch.error()));
        return;
    }
    watchedContainer_ = container;
    process_ = std::move(*watch);
    observed_.database.mainProcess = *pid;
    schedule();
}

void Node::databaseEnded(const char* how) {
    log().warn("the database is gone: {}", how);
    ++databaseLife_;
    observed_.database.ended = true;
    observed_.database.mainProcess.reset();
    // Not in the callback of the watch that calls us: the next look replaces it.
    held_ = false;
    watchedContainer_.reset();
    recompute();
}

void Node::lookAtData() {
    const auto readOnly = around_.isReadOnly(config_.dataDirectory);
    const auto before =
        std::exchange(observed_.dataReadOnly, readOnly ? std::optional(*readOnly) : std::nullopt);
    if (before != observed_.dataReadOnly) {
        log().info("the data volume is {}", !observed_.dataReadOnly   ? "unknown"
                                            : *observed_.dataReadOnly ? "read-only"
                                                                      : "writable");
    }
    const auto entries = around_.hasEntries(holdsDatabasePath(config_));
    observed_.dataHoldsDatabase = entries && observed_.dataReadOnly ? std::optional(*entries) : std::nullopt;
}

void Node::feedWatchdog() {
    auto stage = progress_.stuck(around_.loop.now());
    // The session tries at least once a heartbeat, whether etcd answers or not.
    if (const auto last = session_->lastAttempt();
        last && around_.loop.now() - *last > 3 * config_.etcd.lease) {
        stage = "the session with etcd";
    }
    if (stage) {
        log().error("{} makes no progress: the watchdog is not fed", *stage);
        return;
    }
    around_.notifier.feedWatchdog();
}

} // namespace agent
