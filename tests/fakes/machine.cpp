// The container reads the very files the agent rendered: without a vote in crate.yml a blank database forms nothing.
#include "tests/fakes/machine.hpp"

#include "tests/unit/values.hpp"

namespace fakes {

using namespace std::chrono_literals;

Machine::Machine(Loop& loop, EtcdStore& etcd)
    : units(loop), processes(loop), probe(values::probe()), loop_(loop), etcd_(etcd) {
    units.onRunning = [this](const std::string& unit) { containerStarted(unit); };
    units.onStop = [this](const std::string&) { containerGone(); };
}

Machine::~Machine() { killAgent(); }

agent::Dependencies Machine::dependencies() {
    return {.loop = loop_,
            .units = units,
            .processes = processes,
            .server = *server,
            .notifier = notifier,
            .files = *files_,
            .probe =
                [this](const std::string&) {
                    ++probes;
                    return probe;
                },
            .watchHardware =
                [this](std::function<void()> lookAgain) {
                    hardwareChanged = std::move(lookAgain);
                    return hal::Status{};
                },
            .isReadOnly = [this](const std::string& path) -> hal::Result<bool> {
                if (!dataReadOnly) {
                    return hal::failure({std::make_error_code(std::errc::no_such_file_or_directory), path});
                }
                return *dataReadOnly;
            },
            .hasEntries = [this](const std::string&) -> hal::Result<bool> { return volumeHasData; },
            .lastLogLines = [this](const std::string&) -> hal::Result<std::vector<std::string>> {
                return logLines;
            },
            .wallClock =
                [this] {
                    return std::chrono::sys_seconds(
                        std::chrono::floor<std::chrono::seconds>(loop_.now().time_since_epoch()));
                },
            .loadConfig = [this] { return nextConfig; },
            .crateEnvironmentChanged = [this] { return std::exchange(crateEnvironmentChanged, false); },
            .connectEtcd = [this](const agent::EtcdConfig&) -> hal::Result<std::unique_ptr<hal::Etcd>> {
                if (etcdConnectError) {
                    return hal::failure(*etcdConnectError);
                }
                return std::make_unique<Etcd>(loop_, etcd_, link);
            },
            .connectCrate = [this](const agent::CrateConfig&) -> std::unique_ptr<hal::Crate> {
                return std::make_unique<Crate>(loop_, database);
            }};
}

hal::Status Machine::startAgent() {
    server = std::make_unique<HttpServer>();
    files_ =
        std::make_unique<agent::StateFiles>(disk.functions(), "/var/lib/cratekeeper", "/run/cratekeeper");
    node = std::make_unique<agent::Agent>(dependencies(), config);
    return node->start();
}

void Machine::killAgent() {
    node.reset();
    units.forgetWatchers();
    hardwareChanged = nullptr;
}

void Machine::restartAgent() {
    killAgent();
    (void)startAgent();
}

std::string Machine::slotOf(const std::string& unit) const {
    const auto at = unit.find('@') + 1;
    return unit.substr(at, unit.find('.') - at);
}

void Machine::containerStarted(const std::string& unit) {
    unit_ = unit;
    ++containerStarts_;
    const std::string number = std::to_string(containerStarts_);
    containerId_ = std::string(64 - number.size(), 'c') + number;
    disk.files["/run/crate-" + slotOf(unit) + "/cid"] = containerId_ + "\n";
    processes.containers[containerId_] = 4000 + static_cast<int>(containerStarts_);
    if (!databaseRefusesToStart) {
        loop_.post(databaseStartTime, [this, container = containerId_] { databaseUp(container); });
    }
}

void Machine::databaseUp(const std::string& container) {
    if (container != containerId_) {
        return; // killed while it started
    }
    const auto settings = disk.files["/var/lib/cratekeeper/crate@" + slotOf(unit_) + "/config/crate.yml"];
    if (!volumeClusterId && settings.find("cluster.initial_master_nodes: ") != std::string::npos) {
        volumeClusterId = "cluster-of-container-" + container.substr(60);
    }
    volumeHasData = true;
    auto answer = values::answer();
    answer.clusterId = volumeClusterId;
    if (!volumeClusterId) {
        answer.masterNode.reset(); // it waits for a cluster to join
        answer.sqlAnswers = false;
        answer.sqlError = "no master";
    }
    database.answer = answer;
}

void Machine::containerGone() {
    processes.end(std::exchange(containerId_, {}));
    database.die();
}

void Machine::killContainer(int exitCode, bool systemdRestarts) {
    if (containerId_.empty()) {
        return; // there is no process to kill
    }
    containerGone();
    loop_.post(dockerDelay, [this, unit = unit_, exitCode, systemdRestarts, boot = powerCuts_] {
        if (boot == powerCuts_) {
            units.exited(unit, exitCode, systemdRestarts);
        }
    });
}

void Machine::cutPower() {
    killAgent();
    containerGone();
    units.units.clear();
    std::erase_if(disk.files, [](const auto& file) { return file.first.starts_with("/run/"); });
    probe.host->value.bootId = "boot-" + std::to_string(++powerCuts_);
}

} // namespace fakes
