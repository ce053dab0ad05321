// The numbers are those of a real NUC where that is of any use to a reader, and round ones everywhere else.
#include "tests/unit/values.hpp"

#include "agent/cluster/guards.hpp"

#include "tests/cpputest.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace values {

using namespace std::chrono_literals;

agent::Identity identity() {
    return {.nodeId = kMachineId, .nodeName = "n1", .bootId = kBootId, .address = "10.0.0.1"};
}

hal::Host host() {
    hal::Host host;
    host.machineId = kMachineId;
    host.bootId = kBootId;
    host.hostname = "n1";
    host.vendor = "Intel(R) Client Systems";
    host.product = "NUC11PAHi5";
    host.cores = 4;
    host.threads = 8;
    host.memoryBytes = uint64_t{16} << 30U;
    host.kernel = "6.1.0-18-amd64";
    host.os = "Debian GNU/Linux 12 (bookworm)";
    host.architecture = "x86_64";
    return host;
}

agent::ProbeResult probe() {
    hal::Nic nic;
    nic.index = 2;
    nic.name = "enp87s0";
    nic.physical = true;
    nic.mac = "1c:69:7a:00:00:01";
    nic.driver = "igc";
    nic.adminUp = true;
    nic.carrier = true;
    nic.mtu = 1500;
    nic.addresses = {{.family = hal::AddressFamily::ipv4, .text = "10.0.0.1", .prefixLength = 24}};
    hal::NetworkState network;
    network.nics = {nic};
    network.defaultRoutes = {{.nicIndex = 2, .gateway = "10.0.0.254", .source = std::nullopt}};

    hal::Disk disk;
    disk.name = "nvme0n1";
    disk.transport = "nvme";
    disk.sizeBytes = uint64_t{500} << 30U;

    hal::Volume volume;
    volume.path = "/data/crate";
    volume.mountPoint = "/data/crate";
    volume.filesystem = "btrfs";
    volume.isBtrfs = true;
    volume.readOnly = false;
    volume.sizeBytes = uint64_t{400} << 30U;
    volume.usedBytes = uint64_t{40} << 30U;
    volume.effectiveFreeBytes = uint64_t{350} << 30U;
    volume.deviceCount = 1;
    volume.missingDevices = 0;
    hal::VolumeDevice device;
    device.id = 1;
    device.path = "/dev/nvme0n1p3";
    device.sizeBytes = volume.sizeBytes;
    device.errors = hal::DeviceErrors{};
    volume.devices = {device};

    return {.host = hal::Reading<hal::Host>{host(), {}},
            .network = hal::Reading<hal::NetworkState>{network, {}},
            .disks = hal::Reading<std::vector<hal::Disk>>{{disk}, {}},
            .volume = hal::Reading<hal::Volume>{volume, {}}};
}

agent::Inventory inventory() { return agent::foldInventory(probe(), std::nullopt); }

hal::Unit unit(const std::string& name, const std::string& active, const std::string& sub) {
    hal::Unit unit;
    unit.name = name;
    unit.loadState = "loaded";
    unit.activeState = active;
    unit.subState = sub;
    unit.result = "success";
    return unit;
}

hal::CrateAnswer answer() {
    hal::CrateAnswer answer;
    answer.sqlAnswers = true;
    answer.nodeName = "n1";
    answer.clusterName = "crate";
    answer.version = "6.0.3";
    answer.masterNode = "m4sT3rN0d3";
    answer.clusterId = kClusterId;
    return answer;
}

agent::LiveNode otherNode(const std::string& name, const std::string& nodeId) {
    return {.nodeId = nodeId,
            .name = name,
            .bootId = kOtherBootId,
            .address = "10.0.0.2",
            .transportPort = 4300,
            .lease = 8002,
            .createdAt = 30,
            .slot = std::nullopt,
            .clusterId = std::nullopt,
            .holdsData = false,
            .vote = {}};
}

std::string nodeValue(const nlohmann::json& changes) {
    nlohmann::json node{{"v", 1},
                        {"name", "n2"},
                        {"boot_id", "b2"},
                        {"address", "10.0.0.2"},
                        {"endpoints", {{"http", 4200}, {"transport", 4301}}}};
    node.merge_patch(changes);
    return node.dump();
}

agent::PersistentState persistent(std::optional<unsigned> slot, std::optional<std::string> clusterId) {
    agent::PersistentState persistent;
    persistent.slot = slot;
    persistent.clusterId = std::move(clusterId);
    return persistent;
}

agent::Registry registry() {
    agent::Registry registry;
    registry.header = {.revision = 40};
    registry.members = {{.nodeId = kMachineId, .name = "n1", .slot = 1}};
    registry.bootstrap = {"n1"};
    registry.clusterId = kClusterId;
    return registry;
}

agent::Observed observed() {
    agent::Observed observed;
    observed.now = hal::TimePoint(1000s);
    observed.wallClock = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + 12h;
    observed.identity = identity();
    observed.persistent = persistent(1, kClusterId);
    observed.inventory = inventory();
    observed.crateUnits = {unit("crate@1.service", "active", "running")};
    observed.startedInThisBoot = true;
    observed.database = {.answer = answer(), .answeredAt = observed.now, .mainProcess = 4711};
    observed.dataReadOnly = false;
    observed.dataHoldsDatabase = true;
    observed.etcd.registry = registry();
    observed.etcd.lease = kLease;
    return observed;
}

agent::Observed blankObserved() {
    agent::Observed blank = observed();
    blank.persistent = {};
    blank.crateUnits = std::vector<hal::Unit>{};
    blank.startedInThisBoot = false;
    blank.database = {};
    blank.dataHoldsDatabase = false;
    agent::Registry empty;
    empty.header = registry().header;
    blank.etcd.registry = std::move(empty);
    return blank;
}

agent::Observed memberWithoutData() {
    auto observed = blankObserved();
    observed.etcd.registry.edit().members = {{kMachineId, "n1", 1}};
    return observed;
}

std::pair<std::string, nlohmann::json> createOnly(const std::optional<hal::Transaction>& claim) {
    CHECK_TRUE_TEXT(claim.has_value(), "expected a claim");
    CHECK_TRUE(claim->otherwise.empty());
    for (const auto& operation : claim->then) {
        const auto& put = std::get<hal::PutRequest>(operation);
        CHECK_TRUE_TEXT(!put.lease, "a claim outlives the node's lease");
        CHECK_TRUE_TEXT(std::ranges::find(claim->when, agent::absent(put.key)) != claim->when.end(),
                        "a claim overwrites nothing");
    }
    const auto& put = std::get<hal::PutRequest>(claim->then.front());
    return {put.key, nlohmann::json::parse(put.value)};
}

Stages stages(const agent::Observed& observed, const agent::Config& config) {
    Stages stages;
    stages.formation = agent::form(observed, config);
    stages.supervision = agent::supervise(observed, stages.formation, true);
    stages.verdict = agent::judge(observed, stages.formation, stages.supervision, std::nullopt);
    return stages;
}

const agent::Component& component(const agent::Verdict& verdict, std::string_view name) {
    const auto found = std::ranges::find(verdict.components, name, &agent::Component::name);
    CHECK_TRUE_TEXT(found != verdict.components.end(),
                    ("there is no component " + std::string(name)).c_str());
    return *found;
}

} // namespace values
