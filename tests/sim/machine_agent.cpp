// The dependencies of a machine's real agent.
#include "tests/sim/machine.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

namespace sim {

using namespace std::chrono_literals;

namespace {

const std::string kNodes = "/cratekeeper/crate/nodes/";
const std::string kForgotten = "/cratekeeper/crate/forgotten/";
constexpr const char* kClusterIdKey = "/cratekeeper/crate/cluster-id";

/// The text between these words and the next quotation mark.
std::optional<std::string> textOf(const std::string& value, std::string_view words) {
    const auto at = value.find(words);
    if (at == std::string::npos) {
        return {};
    }
    const auto begin = at + words.size();
    return value.substr(begin, value.find('"', begin) - begin);
}

hal::NetworkState network(const std::string& address) {
    hal::Nic nic;
    nic.index = 2;
    nic.name = "eth0";
    nic.physical = true;
    nic.adminUp = true;
    nic.carrier = true;
    nic.addresses = {{.family = hal::AddressFamily::ipv4, .text = address, .prefixLength = 24}};
    hal::NetworkState state;
    state.nics = {nic};
    state.defaultRoutes = {{.nicIndex = 2, .gateway = "10.0.0.254", .source = std::nullopt}};
    return state;
}

hal::Volume btrfs() {
    hal::Volume volume;
    volume.path = "/data/crate";
    volume.mountPoint = "/data/crate";
    volume.filesystem = "btrfs";
    volume.isBtrfs = true;
    volume.readOnly = false;
    volume.sizeBytes = uint64_t{400} << 30U;
    volume.effectiveFreeBytes = uint64_t{350} << 30U;
    volume.deviceCount = 1;
    volume.missingDevices = 0;
    return volume;
}

} // namespace

agent::ProbeResult Machine::probe() const {
    hal::Host host;
    host.machineId = machineId;
    host.bootId = "boot-" + name + "-" + std::to_string(boots_);
    host.hostname = name;
    host.threads = 4;
    host.memoryBytes = uint64_t{16} << 30U;
    return {.host = hal::Reading<hal::Host>{host, {}},
            .network = hal::Reading<hal::NetworkState>{network(address), {}},
            .disks = hal::Reading<std::vector<hal::Disk>>{{}, {}},
            .volume = hal::Reading<hal::Volume>{btrfs(), {}}};
}

agent::Dependencies Machine::dependencies() {
    auto& loop = process_->loop;
    return {
        .loop = loop,
        .units = units,
        .processes = processes_,
        .server = *process_->server,
        .notifier = notifier_,
        .files = *process_->files,
        .probe = [this](const std::string&) { return probe(); },
        .watchHardware = [](const std::function<void()>&) { return hal::Status{}; },
        .isReadOnly = [this](const std::string& path) -> hal::Result<bool> {
            if (!dataReadOnly) {
                return hal::failure({std::make_error_code(std::errc::no_such_file_or_directory), path});
            }
            return *dataReadOnly;
        },
        .hasEntries = [this](const std::string&) -> hal::Result<bool> { return volume.hasFiles; },
        .lastLogLines = [](const std::string&) -> hal::Result<std::vector<std::string>> {
            return std::vector<std::string>{};
        },
        .wallClock =
            [this] {
                const auto time = shared_.loop.now().time_since_epoch() + wallOffset;
                return std::chrono::sys_seconds(std::chrono::floor<std::chrono::seconds>(time));
            },
        .loadConfig = [this] { return nextConfig_; },
        .connectEtcd = [this, &loop](const agent::EtcdConfig&) -> hal::Result<std::unique_ptr<hal::Etcd>> {
            return std::make_unique<EtcdClient>(
                shared_, loop, wire,
                Listener{.heard = [this](const hal::TransactionReply& reply) { heard(reply); },
                         .wrote = [this](const hal::Transaction& wrote) { onWrite(*this, wrote); },
                         .granted = [this](std::chrono::seconds ttl) { onGrant(*this, ttl); }});
        },
        .connectCrate = [this, &loop](const agent::CrateConfig&) -> std::unique_ptr<hal::Crate> {
            return std::make_unique<CrateClient>(shared_, loop, [this] { return askDatabase(); }, held_);
        }};
}

std::optional<std::string> Machine::savedClusterId() const {
    const auto file = disk.files.find("/var/lib/cratekeeper/node.json");
    if (file == disk.files.end()) {
        return {};
    }
    const auto saved = nlohmann::json::parse(file->second, nullptr, false);
    if (!saved.is_object() || !saved.contains("cluster_id")) {
        return {};
    }
    return saved["cluster_id"].get<std::string>();
}

/// What the process now knows. The addresses are those of this simulation, so no code of the agent reads them for us.
void Machine::heard(const hal::TransactionReply& reply) {
    heardNodes.clear();
    heardForgotten.clear();
    heardClusterId = false;
    heardAt = shared_.loop.now();
    auto ours = savedClusterId();
    std::map<std::string, const std::string*> records; // by machine-id
    for (const auto& range : reply.ranges) {
        for (const auto& keyValue : range.keyValues) {
            const auto& [key, value] = std::tie(keyValue.key, keyValue.value);
            if (key == kClusterIdKey) {
                heardClusterId = value.starts_with(R"({"id":"cluster)");
                ours = ours ? ours : textOf(value, R"("id":")");
            } else if (key.starts_with(kForgotten)) {
                heardForgotten.insert(key.substr(kForgotten.size()));
            } else if (key.starts_with(kNodes) && keyValue.lease) { // without a lease it was put manually
                records[key.substr(kNodes.size())] = &value;
            }
        }
    }
    for (const auto& [id, record] : records) {
        const auto theirs = textOf(*record, R"("cluster_id":")");
        const auto where = textOf(*record, R"("address":")");
        const bool stranger =
            ours && theirs && ours != theirs; // a node with another cluster's id is not a peer
        if (where && !stranger && !heardForgotten.contains(id)) {
            heardNodes.insert(*where + ":4300");
        }
    }
}

} // namespace sim
