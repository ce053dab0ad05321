// crate.yml is flat: one setting per line, quoted as JSON strings, which YAML reads unchanged.
#include "agent/database/render.hpp"

#include "agent/cluster/peers.hpp"
#include "agent/config/crate_settings.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>

namespace agent {
namespace {

using std::string;

constexpr uint64_t kMebibyte = uint64_t{1} << 20U;
constexpr uint64_t kGibibyte = uint64_t{1} << 30U;
constexpr uint64_t kLargestHeap = 30500 * kMebibyte;
constexpr uint64_t kSmallestHeap = 512 * kMebibyte; // the image's own default

/// A host name may hold any bytes; invalid UTF-8 is replaced, because YAML must be UTF-8.
string quoted(const string& text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

bool isIpv6(const string& address) { return address.find(':') != string::npos; }

/// The lines of crate.yml. The operator's settings replace ours, because YAML allows each key only once.
class Settings {
public:
    explicit Settings(const std::vector<CrateSetting>& overrides) : overrides_(overrides) {}

    /// Whether the operator sets it, or something below it.
    [[nodiscard]] bool overridden(const string& name) const {
        return std::ranges::any_of(overrides_, [&name](const CrateSetting& setting) {
            return setting.name == name || setting.name.starts_with(name + ".");
        });
    }
    void setRaw(const string& name, const string& yaml) {
        if (!overridden(name)) {
            lines_ += name + ": " + yaml + "\n";
        }
    }
    void set(const string& name, const string& value) { setRaw(name, quoted(value)); }
    void set(const string& name, uint64_t value) { setRaw(name, std::to_string(value)); }
    void comment(const string& words) { lines_ += "# " + words + "\n"; }
    [[nodiscard]] string withOverrides() && {
        for (const auto& setting : overrides_) {
            lines_ += setting.name + ": " + quoted(setting.value) + "\n";
        }
        return std::move(lines_);
    }

private:
    const std::vector<CrateSetting>& overrides_;
    string lines_;
};

void setNetwork(Settings& settings, const string& address, const CrateConfig& crate) {
    // Binds to every address, so that a running database stays reachable if its DHCP address changes; at "::" the
    // JVM accepts both families. It publishes the one address that other nodes know.
    settings.set("network.bind_host", isIpv6(address) ? "::" : "0.0.0.0");
    settings.set("network.publish_host", address);
    // Fixed ports instead of CrateDB's ranges: no client would try the next free port.
    settings.set("http.port", uint64_t{crate.httpPort});
    settings.set("transport.tcp.port", uint64_t{crate.transportPort});
    settings.set("psql.port", uint64_t{crate.postgresPort});
}

void setDiscovery(Settings& settings, const Formation& formation) {
    // An explicitly empty list disables the scan of local ports; peers come from unicast_hosts.txt, which CrateDB
    // rereads every second while it has no master.
    settings.setRaw("discovery.seed_hosts", "[]");
    settings.set("discovery.seed_providers", "file");
    if (!formation.initialMasterNodes.empty()) {
        settings.setRaw("cluster.initial_master_nodes", nlohmann::json(formation.initialMasterNodes).dump());
    }
}

/// The number of nodes this one knows, including itself: after a power cut that many should come back.
size_t nodesEverSeen(const Observed& observed) {
    std::set<string> ids{observed.identity.nodeId};
    for (const auto& [nodeId, endpoint] : rememberPeers(observed.persistent, observed.etcd.registry)) {
        ids.insert(nodeId);
    }
    if (observed.etcd.registry) {
        for (const auto& member : observed.etcd.registry->members) {
            ids.insert(member.nodeId);
        }
    }
    return ids.size();
}

/// Without these, the first node that is back starts to copy the shards that the others will bring in a minute.
void setGateway(Settings& settings, const Observed& observed, const Config& config) {
    const auto line = crateVersion(config.crate);
    const std::array<string, 4> names{"gateway.expected_data_nodes", "gateway.recover_after_data_nodes",
                                      "gateway.expected_nodes", "gateway.recover_after_nodes"};
    // The two numbers belong together: one from the operator and one from us could contradict each other.
    const bool theirs =
        std::ranges::any_of(names, [&](const string& name) { return settings.overridden(name); });
    if (!line || theirs) {
        return;
    }
    const uint64_t expected = std::max<uint64_t>(config.initialNodes, nodesEverSeen(observed));
    const size_t first = lineKnows(line, names[0]) ? 0 : 2;
    settings.set(names.at(first), expected);
    settings.set(names.at(first + 1), expected / 2 + 1);
}

void setMachine(Settings& settings, const Inventory& inventory, const Config& config) {
    if (inventory.host.threads) {
        settings.set("processors", uint64_t{*inventory.host.threads});
    }
    if (!settings.overridden("bootstrap.memory_lock")) {
        const auto may = mayLockMemory(config.crate.environment);
        if (!may.value_or(false)) {
            settings.comment(may ? "The heap may be swapped out: CRATE_LIMITS gives the container no "
                                   "--ulimit=memlock=-1."
                                 : "The heap may be swapped out: " + string(kCrateEnvironmentPath) +
                                       " cannot be read, so whether it may be locked is unknown.");
        }
        settings.setRaw("bootstrap.memory_lock", may.value_or(false) ? "true" : "false");
    }
    if (config.zone) {
        settings.set("node.attr.zone", *config.zone);
    }
    if (const auto kind = dataDiskKind(inventory)) {
        settings.set("node.attr.disk", *kind);
    }
}

/// Access rules: this machine needs no password, and so the agent and an administrator on it; others need theirs. An
/// operator's rule replaces our whole rule of the same number.
void setAuthentication(Settings& settings) {
    settings.setRaw("auth.host_based.enabled", "true");
    const string rules = "auth.host_based.config.";
    if (!settings.overridden(rules + "0")) {
        settings.set(rules + "0.user", "crate");
        settings.set(rules + "0.address", "_local_");
        settings.set(rules + "0.method", "trust");
    }
    if (!settings.overridden(rules + "99")) {
        settings.set(rules + "99.method", "password");
    }
}

string renderSettings(const Observed& observed, const Formation& formation, const Config& config) {
    const auto& inventory = *observed.inventory;
    const auto line = crateVersion(config.crate);
    Settings settings(config.crate.settings);
    settings.comment("Written by cratekeeper" + (line ? " for CrateDB " + line->text() : "") +
                     "; changes will be overwritten. Add settings as [Crate] Setting= in agent.conf.");
    if (!line) {
        settings.comment(
            "The CrateDB version is unknown, so settings that some versions do not know are omitted.");
    }
    settings.set("cluster.name", config.clusterName);
    settings.set("node.name", observed.identity.nodeName);
    setNetwork(settings, *inventory.announcedAddress, config.crate);
    settings.set("path.data", "/data/data");
    setDiscovery(settings, formation);
    setGateway(settings, observed, config);
    setMachine(settings, inventory, config);
    setAuthentication(settings);
    settings.setRaw("udc.enabled", "false"); // the cluster does not phone home
    return std::move(settings).withOverrides();
}

/// Everything goes to standard output: Docker passes it to the journal, which rotates it.
constexpr const char* kLogging = R"(# Written by cratekeeper; changes will be overwritten.
status = error
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%-25c{1.}] %marker%m%n
)";

} // namespace

uint64_t heapBytes(uint64_t memoryBytes, const std::optional<uint64_t>& configured) {
    if (configured) {
        return *configured;
    }
    uint64_t heap = memoryBytes / 4;
    if (heap < kGibibyte && memoryBytes >= 2 * kGibibyte) {
        heap = kGibibyte;
    }
    heap = std::clamp(heap, kSmallestHeap, kLargestHeap);
    return heap / kMebibyte * kMebibyte;
}

std::vector<RenderedFile> render(const Observed& observed, const Formation& formation, const Config& config) {
    if (!observed.inventory || !observed.inventory->announcedAddress ||
        !observed.inventory->host.memoryBytes) {
        return {};
    }
    const uint64_t heap = heapBytes(*observed.inventory->host.memoryBytes, config.crate.heapBytes);
    std::vector<RenderedFile> files{
        {"config/crate.yml", renderSettings(observed, formation, config)},
        {"config/log4j2.properties", kLogging},
        {"environment",
         "CRATE_HEAP_SIZE=" + std::to_string(heap / kMebibyte) + "m\nCRATE_DISABLE_GC_LOGGING=1\n"},
    };
    const auto own = peerEndpoint(*observed.inventory->announcedAddress, config.crate.transportPort);
    files.push_back({"config/unicast_hosts.txt",
                     peersFile(rememberPeers(observed.persistent, observed.etcd.registry), own)});
    return files;
}

} // namespace agent
