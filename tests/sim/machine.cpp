// All answers of the unit tests' fakes go through deliver(): the process receives them on its own loop.
#include "tests/sim/machine.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace sim {

using namespace std::chrono_literals;

namespace {

constexpr const char* kState = "/var/lib/cratekeeper";
constexpr const char* kRuntime = "/run/cratekeeper";
constexpr hal::Duration kDockerDelay = 50ms; // from the end of the process to systemd's news of it

std::string digits(unsigned number, size_t width) {
    const std::string text = std::to_string(number);
    return std::string(width - text.size(), '0') + text;
}

} // namespace

Machine::Machine(Shared& shared, unsigned itsIndex, agent::Config itsConfig)
    : index(itsIndex), name("n" + std::to_string(itsIndex + 1)), machineId(digits(itsIndex + 1, 32)),
      address("10.0.0." + std::to_string(itsIndex + 1)), endpoint(address + ":4300"),
      config(std::move(itsConfig)), units(shared.loop), shared_(shared), processes_(shared.loop) {
    nextConfig_.config = config;
    volume.nodeId = shared_.databases.newNodeId();
    units.onRunning = [this](const std::string& unit) { containerStarted(unit); };
    units.onStop = [this](const std::string&) { containerGone(); };
    units.deliver = [this](std::function<void()> call) { deliver(std::move(call)); };
    processes_.deliver = units.deliver;
}

Machine::~Machine() { killAgent(); }

void Machine::deliver(std::function<void()> call) {
    if (process_) {
        process_->loop.post(0ms, std::move(call));
    }
}

// ---- its loop ----

std::optional<hal::TimePoint> Machine::due() {
    if (stalledUntil_ && shared_.loop.now() >= *stalledUntil_) {
        stalledUntil_.reset();
        awakeSince_ = shared_.loop.now();
    }
    if (!process_ || frozen_) {
        return std::nullopt;
    }
    const auto due = process_->loop.due();
    if (!due) {
        return std::nullopt;
    }
    const auto time = std::max(*due + behind_, shared_.loop.now());
    return stalledUntil_ ? std::max(time, *stalledUntil_) : time;
}

void Machine::step() {
    const auto process = process_.get();
    process->loop.moveTo(machineTime());
    const auto written = disk.written.size();
    process->loop.step(process->loop.now());
    if (slowWrites > 0ms && disk.written.size() > written) {
        // The process waits for its disk; the machine's clock goes on.
        stalledUntil_ = shared_.loop.now() + slowWrites * static_cast<int64_t>(disk.written.size() - written);
    }
}

bool Machine::agentIdle() {
    const auto next = due();
    return !next || *next > shared_.loop.now();
}

// ---- hands ----

void Machine::powerOn() {
    if (!powered_ && plugged) {
        powered_ = true;
        ++boots_;
        shared_.say("{}: power on, boot {}", name, boots_);
        startAgent();
    }
}

void Machine::cutPower() {
    if (!powered_) {
        return;
    }
    shared_.say("{}: power cut", name);
    killAgent();
    containerGone();
    powered_ = false;
    stoppedByHand_ = false;
    units.units.clear();
    std::erase_if(disk.files, [](const auto& file) { return file.first.starts_with("/run/"); });
}

void Machine::startAgent() {
    if (!powered_ || process_) {
        return;
    }
    frozen_ = false;
    stalledUntil_.reset();
    awakeSince_ = shared_.loop.now();
    process_ = std::make_unique<Process>(machineTime());
    process_->server = std::make_unique<fakes::HttpServer>();
    process_->files = std::make_unique<agent::StateFiles>(disk.functions(), kState, kRuntime);
    process_->node = std::make_unique<agent::Agent>(dependencies(), config);
    shared_.say("{}: agent starts", name);
    startError.clear();
    if (const auto status = process_->node->start(); !status) {
        startError = status.error().text();
        shared_.say("{}: agent ends by itself: {}", name, startError);
        killAgent();
    }
}

void Machine::killAgent() {
    if (!process_) {
        return;
    }
    shared_.say("{}: agent is gone", name);
    units.forgetWatchers();
    process_->node.reset();
    process_.reset();
    heardNodes.clear();
    heardForgotten.clear();
    heardClusterId = false;
    heardAt.reset();
    frozen_ = false;
}

void Machine::thawAgent() {
    if (frozen_) {
        frozen_ = false;
        awakeSince_ = shared_.loop.now();
        shared_.say("{}: agent thaws", name);
    }
}

void Machine::stall(hal::Duration duration) {
    if (!stalledUntil_) {
        behind_ += duration;
        stalledUntil_ = shared_.loop.now() + duration;
    }
}

void Machine::killContainer(int exitCode, bool systemdRestarts) {
    if (!containerRuns() || stalledUntil_) {
        return;
    }
    shared_.say("{}: container ends with {}{}", name, exitCode,
                systemdRestarts ? ", systemd restarts it" : "");
    containerGone();
    shared_.loop.post(kDockerDelay, [this, unit = unit_, exitCode, systemdRestarts, boot = boots_] {
        if (powered_ && boots_ == boot && units.unit(unit).activeState == "active") {
            units.exited(unit, exitCode, systemdRestarts);
        }
    });
}

void Machine::freezeDatabase(bool frozen) {
    if (auto* const database = shared_.databases.find(index)) {
        database->frozen = frozen;
    }
}

void Machine::stopByHand() {
    // On a machine that is frozen nothing happens: no command of an operator, and no end of a process.
    if (!stalledUntil_ && !unit_.empty() && units.unit(unit_).activeState == "active") {
        shared_.say("{}: systemctl stop {}", name, unit_);
        stoppedByHand_ = true;
        units.stopByHand(unit_);
    }
}

void Machine::startByHand() {
    if (std::exchange(stoppedByHand_, false)) {
        shared_.say("{}: systemctl start {}", name, unit_);
        units.startByHand(unit_);
    }
}

void Machine::reload(const agent::ConfigResult& next) {
    nextConfig_ = next;
    if (next.errors.empty()) {
        config = next.config;
    }
    if (process_) {
        shared_.say("{}: SIGHUP", name);
        process_->loop.post(0ms, [this] { process_->node->reload(); });
    }
}

void Machine::wipeData() {
    shared_.say("{}: data disk is wiped", name);
    volume = {.nodeId = shared_.databases.newNodeId(), .hasFiles = false, .clusterId = std::nullopt};
}

void Machine::wipeState() {
    shared_.say("{}: /var/lib/cratekeeper is wiped", name);
    disk.files.clear();
}

// ---- what is so ----

std::optional<int> Machine::ready() const {
    if (!agentAwake() || !process_->server->pages) {
        return std::nullopt;
    }
    return process_->server->status();
}

std::string Machine::page(const std::string& path) const {
    return process_ && process_->server->pages ? process_->server->body(path) : "";
}

bool Machine::databaseAnswers() const {
    const auto* const database = shared_.databases.find(index);
    return database != nullptr && database->answers();
}

std::string Machine::stateFile(const std::string& file) const {
    const auto found = disk.files.find(std::string(kState) + "/" + file);
    return found == disk.files.end() ? "" : found->second;
}

std::optional<unsigned> Machine::slotOnDisk() const {
    const auto saved = nlohmann::json::parse(stateFile("node.json"), nullptr, false);
    const auto slot = saved.is_object() ? saved.find("slot") : saved.end();
    return saved.is_object() && slot != saved.end() ? std::optional(slot->get<unsigned>()) : std::nullopt;
}

std::string Machine::instancePath(const std::string& file) const {
    const auto slot = slotOnDisk();
    return slot ? std::string(kState) + "/crate@" + std::to_string(*slot) + "/" + file : "";
}

// ---- the container ----

void Machine::containerStarted(const std::string& unit) {
    secondContainers += containerRuns() ? 1U : 0U;
    const auto at = unit.find('@') + 1;
    const std::string slot = unit.substr(at, unit.find('.') - at);
    unit_ = unit;
    containerId_ = digits(index + 1, 4) + digits(++containers, 60);
    disk.files["/run/crate-" + slot + "/cid"] = containerId_ + "\n";
    processes_.containers[containerId_] = 4000 + static_cast<int>(containers);
    const std::string directory = std::string(kState) + "/crate@" + slot + "/config/";
    const std::string crateYml = disk.files[directory + "crate.yml"];
    shared_.say("{}: {} runs, {}", name, unit,
                crateYml.find("initial_master") == std::string::npos ? "no vote" : "with a vote");
    shared_.loop.post(shared_.between(300ms, 2500ms),
                      [this, container = containerId_, crateYml, hosts = directory + "unicast_hosts.txt"] {
                          databaseUp(container, crateYml, hosts);
                      });
}

void Machine::databaseUp(const std::string& container, const std::string& crateYml,
                         const std::string& hostsPath) {
    if (container != containerId_) {
        return; // ended while it started
    }
    auto settings = parseSettings(crateYml);
    if (!settings) {
        killContainer(1, true);
        return;
    }
    volume.hasFiles = true;
    shared_.databases.start(index, {.settings = std::move(*settings),
                                    .volume = &volume,
                                    .seeds = [this, hostsPath] { return parseHosts(disk.files[hostsPath]); },
                                    .lastKnown = {}});
}

void Machine::containerGone() {
    if (!containerRuns()) {
        return;
    }
    shared_.databases.end(index);
    processes_.end(std::exchange(containerId_, {}));
    for (const auto& connection : std::exchange(held_, {})) {
        if (const auto lost = connection.lock()) {
            (*lost)();
        }
    }
}

/// Nothing listens: refused. Frozen: no answer. Without a master: GET / answers, SQL does not.
std::optional<hal::CrateAnswer> Machine::askDatabase() const {
    const auto* const database = shared_.databases.find(index);
    hal::CrateAnswer answer;
    if (database == nullptr) {
        answer.sqlError = "127.0.0.1:4200: connection refused";
        return answer;
    }
    if (database->frozen) {
        return std::nullopt;
    }
    answer.nodeName = database->settings.nodeName;
    answer.clusterName = database->settings.clusterName;
    answer.version = "6.4.5";
    answer.sqlAnswers = database->hasMaster;
    if (database->hasMaster) {
        answer.masterNode = "master";
        answer.clusterId = volume.clusterId;
    } else {
        answer.sqlError = "no master";
    }
    return answer;
}

} // namespace sim
