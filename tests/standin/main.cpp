// crate-standin: a small program that behaves towards its surroundings as CrateDB 6.4 is documented to behave, for
// tests and the offline demo only. This file wires the parts together and turns failures into exit statuses.
#include "tests/standin/bootstrap_checks.hpp"
#include "tests/standin/command_line.hpp"
#include "tests/standin/crate_yaml.hpp"
#include "tests/standin/entrypoint.hpp"
#include "tests/standin/log.hpp"
#include "tests/standin/server.hpp"

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <poll.h>
#include <sstream>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace standin {

namespace {

std::optional<std::string> environment(std::string_view name) {
    const char* value = std::getenv(std::string(name).c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::string hostName() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

Result<Settings> loadSettings(const CommandLine& commandLine, const std::string& configDirectory,
                              const Version& version) {
    Settings fromFile;
    const std::string path = configDirectory + "/crate.yml";
    std::ifstream file(path);
    if (file) {
        std::stringstream text;
        text << file.rdbuf();
        if (auto read = readCrateYaml(text.str(), environment, fromFile); !read) {
            return std::unexpected(read.error());
        }
    } else {
        logWarn("i.c.b.CrateDB", "no configuration file at [" + path + "], using defaults");
    }
    if (fromFile.exists("path.conf")) {
        return fail("unknown setting [path.conf]: it can be given on the command line only");
    }
    Settings settings = merge(fromFile, commandLine.settings);
    auto valid = validate(settings, version);
    return valid ? Result<Settings>(settings) : std::unexpected(valid.error());
}

// TERM, INT and HUP arrive as reads; PIPE is ignored. SIGKILL needs no preparation: what was acknowledged is on disk.
int takeSignals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    return ::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

// Sleeps unless a signal wants the process to end; true to go on.
bool delayStart(int signals, std::chrono::milliseconds delay) {
    pollfd watched{signals, POLLIN, 0};
    return ::poll(&watched, 1, static_cast<int>(delay.count())) == 0;
}

Result<Listeners> openListeners(const Settings& settings, const Binding& http, const Binding& transport) {
    Result<Listener> httpListener = Listener::open("http", http, settings.ports("http.port", {4200, 4300}));
    if (!httpListener) {
        return std::unexpected(httpListener.error());
    }
    const PortRange old = settings.ports("transport.tcp.port", {4300, 4400});
    Result<Listener> transportListener =
        Listener::open("transport", transport, settings.ports("transport.port", old));
    if (!transportListener) {
        return std::unexpected(transportListener.error());
    }
    Listeners listeners{std::move(*httpListener), std::move(*transportListener), std::nullopt};
    if (settings.flag("psql.enabled", true)) {
        Result<Binding> binding = resolveBinding(settings, "network");
        Result<Listener> postgres =
            binding ? Listener::open("psql", *binding, settings.ports("psql.port", {5432, 5532}))
                    : std::unexpected(binding.error());
        if (!postgres) {
            return std::unexpected(postgres.error());
        }
        logInfo("i.c.p.p.PostgresNetty", postgres->description(*binding));
        listeners.postgres.emplace(std::move(*postgres));
    }
    logInfo("o.e.h.n.Netty4HttpServerTransport", listeners.http.description(http));
    logInfo("o.e.t.TransportService", listeners.transport.description(transport));
    return listeners;
}

// Warns about lowered demands, and about failing checks of a node that no other machine can reach.
Result<void> checkBootstrap(const Settings& settings, const Binding& transport,
                            std::optional<std::uint64_t> heapBytes) {
    const Demands demands = demandsFrom(environment);
    if (demands != Demands{}) {
        logWarn(
            "o.e.b.BootstrapChecks",
            "STAND-IN ONLY: demands lowered to nofile " + std::to_string(demands.openFiles) + ", nproc " +
                std::to_string(demands.processes) + ", vm.max_map_count " +
                std::to_string(demands.maxMapCount) + ", memory lock " +
                std::to_string(demands.lockableBytes) +
                "; a real CrateDB would refuse to start with less than 65536, 4096, 262144 and unlimited");
    }
    const bool enforced =
        transport.reachesBeyondLoopback() && settings.text("discovery.type", "zen") != "single-node";
    if (enforced) {
        logInfo("o.e.b.BootstrapChecks",
                "bound or publishing to a non-loopback address, enforcing bootstrap checks");
    }
    const std::vector<std::string> failures =
        checkMachine(readMachine(settings, heapBytes), demands, settings);
    if (!enforced || failures.empty()) {
        for (const std::string& failure : failures) {
            logWarn("o.e.b.BootstrapChecks", failure);
        }
        return {};
    }
    std::string message = "[" + std::to_string(failures.size()) + "] bootstrap checks failed";
    for (std::size_t i = 0; i < failures.size(); ++i) {
        message += "\n[" + std::to_string(i + 1) + "]: " + failures[i];
    }
    logError("o.e.b.BootstrapProxy", "node validation exception\n" + message);
    return fail(message, kExitBootstrapChecks);
}

Result<std::optional<std::uint64_t>> heapSize() {
    const std::optional<std::string> text = environment("CRATE_HEAP_SIZE");
    if (!text || text->empty()) {
        logWarn("o.e.b.BootstrapChecks", "CRATE_HEAP_SIZE is not set");
        return std::optional<std::uint64_t>();
    }
    const std::optional<std::uint64_t> bytes = parseHeapSize(*text);
    if (!bytes) {
        return fail("Invalid initial heap size: -Xms" + *text +
                    "\nError: Could not create the Java Virtual Machine. (CRATE_HEAP_SIZE)");
    }
    logInfo("o.e.e.NodeEnvironment", "heap size [" + std::to_string(*bytes >> 20) +
                                         "mb], compressed ordinary object pointers [" +
                                         (*bytes < (std::uint64_t{32} << 30) ? "true]" : "false]"));
    return bytes;
}

std::string dataPath(const Settings& settings) {
    const std::vector<std::string> paths = settings.list("path.data");
    const std::string home = settings.text("path.home", "/crate");
    const std::string first = paths.empty() ? "data" : paths.front();
    return first.starts_with('/') ? first : home + "/" + first;
}

Node describeNode(const Settings& settings, const Knobs& knobs, const Listeners& listeners,
                  const Binding& http, const StateStore& store) {
    Node node;
    node.id = store.nodeId();
    node.name = settings.text("node.name", "Stand-in");
    node.hostname = hostName();
    node.clusterName = settings.text("cluster.name", "crate");
    node.version = knobs.version;
    node.line = knobs.line;
    node.httpPort = settings.number("http.publish_port", listeners.http.port());
    node.restUrl = http.published.withPort(node.httpPort);
    node.dataPath = dataPath(settings);
    node.transportPort = settings.number("transport.publish_port", listeners.transport.port());
    node.psqlPort = listeners.postgres ? listeners.postgres->port() : 0;
    node.gateway = gatewayFrom(settings);
    node.masterEligible = settings.flag("node.master", true);
    node.dataNode = settings.flag("node.data", true);
    for (const auto& [name, value] : settings.all()) {
        if (name.starts_with("node.attr.")) {
            node.attributes.emplace(name.substr(10), value.text());
        }
    }
    return node;
}

Result<int> serve(const Settings& settings, const std::string& configDirectory, const Knobs& knobs,
                  int signals) {
    Result<std::optional<std::uint64_t>> heap = heapSize();
    if (!heap) {
        return std::unexpected(heap.error());
    }
    Result<StateStore> store = StateStore::open(dataPath(settings));
    if (!store) {
        return std::unexpected(store.error());
    }
    logInfo("o.e.n.Node", "node name [" + settings.text("node.name", "Stand-in") + "], node ID [" +
                              store->nodeId() + "], cluster name [" + settings.text("cluster.name", "crate") +
                              "]");
    Result<TableStore> table = TableStore::open(store->directory());
    if (!table) {
        return std::unexpected(table.error());
    }
    Result<Binding> http = resolveBinding(settings, "http");
    Result<Binding> transport = resolveBinding(settings, "transport");
    if (!http || !transport) {
        return std::unexpected(http ? transport.error() : http.error());
    }
    Result<Listeners> listeners = openListeners(settings, *http, *transport);
    if (!listeners) {
        return std::unexpected(listeners.error());
    }
    if (auto passed = checkBootstrap(settings, *transport, *heap); !passed) {
        return std::unexpected(passed.error());
    }
    Node node = describeNode(settings, knobs, *listeners, *http, *store);
    node.heapBytes = heap->value_or(0);
    NodeInfo local{node.id,
                   node.name,
                   node.hostname,
                   transport->published.text,
                   transport->published.withPort(node.transportPort),
                   node.masterEligible,
                   node.dataNode,
                   sql::nodeFacts(node).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
    Server server(settings, configDirectory, knobs, std::move(node), std::move(*listeners), std::move(*store),
                  std::move(*table), std::move(local));
    return server.run(signals);
}

Result<int> crate(std::span<const std::string> words) {
    Result<Knobs> knobs = readKnobs(environment);
    Result<CommandLine> commandLine = readCommandLine(words, environment);
    if (!knobs || !commandLine) {
        return std::unexpected(knobs ? commandLine.error() : knobs.error());
    }
    if (commandLine->printVersion) {
        std::printf("Version: %s, Build: %s, JVM: none\n", knobs->version.c_str(), kDisclaimer);
        return 0;
    }
    setLogNode(commandLine->settings.text("node.name", "Stand-in"));
    logWarn("o.e.n.Node", std::string("this is a ") + kDisclaimer + ": it imitates CrateDB " +
                              knobs->version + " for tests and keeps no real data");
    if (knobs->exitStatus) {
        return fail("STANDIN_EXIT_CODE asks for a failure at start", *knobs->exitStatus);
    }
    const std::string configDirectory = standin::configDirectory(*commandLine);
    Result<Settings> settings = loadSettings(*commandLine, configDirectory, knobs->line);
    if (!settings) {
        return std::unexpected(settings.error());
    }
    setLogNode(settings->text("node.name", "Stand-in"));
    if (::getuid() == 0) {
        return fail("can not run crate as root");
    }
    const int signals = takeSignals();
    if (!delayStart(signals, knobs->startDelay)) {
        return 128 + SIGTERM;
    }
    return serve(*settings, configDirectory, *knobs, signals);
}

Result<int> runProgram(int count, char** arguments) {
    std::vector<std::string> words(arguments + 1, arguments + count);
    const std::string_view program = count > 0 ? arguments[0] : "";
    if (program.ends_with("docker-entrypoint.sh")) {
        Result<std::vector<std::string>> entered = enterImage(std::move(words));
        if (!entered) {
            return std::unexpected(entered.error());
        }
        words = std::move(*entered);
    }
    if (!words.empty() && words.front() == "crate") {
        words.erase(words.begin());
    }
    return crate(words);
}

} // namespace

} // namespace standin

int main(int count, char** arguments) {
    try {
        const standin::Result<int> status = standin::runProgram(count, arguments);
        if (status) {
            return *status;
        }
        std::fprintf(stderr, "Exception in thread \"main\" java.lang.RuntimeException: %s\n(%s)\n",
                     status.error().message.c_str(), standin::kDisclaimer);
        return status.error().exitStatus;
    } catch (const std::exception& exception) {
        std::fprintf(stderr, "crate-standin failed: %s\n", exception.what());
        return standin::kExitStartup;
    }
}
