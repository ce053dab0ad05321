// crate.yml is written flat, one setting a line, quoted as JSON strings, which YAML reads unchanged.
#include "agent/render.hpp"

#include "agent/peers.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace agent {
namespace {

using std::string;

constexpr uint64_t kMebibyte = uint64_t{1} << 20U;
constexpr uint64_t kGibibyte = uint64_t{1} << 30U;
constexpr uint64_t kLargestHeap = 30500 * kMebibyte;
constexpr uint64_t kSmallestHeap = 512 * kMebibyte; // what the image itself would take

/// A host name may hold any bytes; what is not UTF-8 is replaced, because YAML must be.
string quoted(const string& text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

class Settings {
public:
    void set(const string& name, const string& value) { lines_ += name + ": " + quoted(value) + "\n"; }
    void set(const string& name, uint64_t value) { lines_ += name + ": " + std::to_string(value) + "\n"; }
    void setRaw(const string& name, const string& yaml) { lines_ += name + ": " + yaml + "\n"; }
    [[nodiscard]] const string& text() const { return lines_; }

private:
    string lines_;
};

bool isIpv6(const string& address) { return address.find(':') != string::npos; }

bool overridden(const Config& config, const string& name) {
    return std::ranges::find(config.crate.settings, name, &CrateSetting::name) != config.crate.settings.end();
}

string renderSettings(const Observed& observed, const Formation& formation, const Config& config) {
    const auto& inventory = *observed.inventory;
    Settings settings;
    settings.set("cluster.name", config.clusterName);
    settings.set("node.name", observed.identity.nodeName);
    // Every address, so that a lease of DHCP that changes leaves a running database reachable; the JVM takes both
    // families at "::". Published is the one address that other nodes know.
    settings.set("network.bind_host", isIpv6(*inventory.announcedAddress) ? "::" : "0.0.0.0");
    settings.set("network.publish_host", *inventory.announcedAddress);
    // One number each and not CrateDB's ranges: the next free port is one nobody asks.
    settings.set("http.port", uint64_t{config.crate.httpPort});
    settings.set("transport.tcp.port", uint64_t{config.crate.transportPort});
    settings.set("psql.port", uint64_t{config.crate.postgresPort});
    settings.set("path.data", "/data/data");
    // An explicitly empty list turns the scan of local ports off; peers come from unicast_hosts.txt, which CrateDB
    // reads again every second while it knows no master.
    settings.setRaw("discovery.seed_hosts", "[]");
    settings.set("discovery.seed_providers", "file");
    if (!formation.initialMasterNodes.empty()) {
        settings.setRaw("cluster.initial_master_nodes", nlohmann::json(formation.initialMasterNodes).dump());
    }
    if (inventory.host.threads && !overridden(config, "processors")) {
        settings.set("processors", uint64_t{*inventory.host.threads});
    }
    if (!overridden(config, "udc.enabled")) {
        settings.setRaw("udc.enabled", "false"); // a cluster under a desk does not phone home
    }
    for (const auto& setting : config.crate.settings) {
        settings.set(setting.name, setting.value);
    }
    return "# Written by cratekeeper; changes are lost. Add settings as [Crate] Setting= in agent.conf.\n" +
           settings.text();
}

/// Everything to standard output: Docker hands it to the journal, which rotates it.
constexpr const char* kLogging = R"(# Written by cratekeeper; changes are lost.
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
                     peersFile(rememberPeers(observed.saved.peers, observed.store.registry), own)});
    return files;
}

} // namespace agent
