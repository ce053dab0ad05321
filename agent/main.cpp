// cratekeeperd: the wiring. It creates every part and passes it to the parts that need it; it decides nothing.
#include "agent/config/config_files.hpp"
#include "agent/config/etcd_options.hpp"
#include "agent/runtime/agent.hpp"
#include "agent/runtime/log.hpp"
#include "agent/runtime/prober.hpp"
#include "agent/version.hpp"
#include "hal/base/files.hpp"
#include "hal/base/read_file.hpp"
#include "hal/crate/crate.hpp"
#include "hal/crate/processes.hpp"
#include "hal/etcd/etcd.hpp"
#include "hal/hardware/disks.hpp"
#include "hal/hardware/nics.hpp"
#include "hal/http/http_client.hpp"
#include "hal/http/http_server.hpp"
#include "hal/systemd/journal.hpp"
#include "hal/systemd/notifier.hpp"
#include "hal/systemd/units.hpp"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <getopt.h>
#include <optional>

namespace {

struct Options {
    std::string configFile;
    bool checkConfig = false;
    std::string stateDirectory = "/var/lib/cratekeeper";
    std::string runtimeDirectory = "/run/cratekeeper";
};

std::chrono::sys_seconds wallClock() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

agent::FileReader fileReader() {
    return {.read = [](const std::string& path) { return hal::readFile(path); },
            .list = [](const std::string& directory,
                       const std::string& suffix) { return hal::listDirectory(directory, suffix); }};
}

agent::ConfigResult readConfig(const Options& options) {
    return options.configFile.empty() ? agent::loadConfig(fileReader())
                                      : agent::loadConfigFile(fileReader(), options.configFile);
}

int printErrors(const agent::ConfigResult& loaded) {
    for (const auto& error : loaded.errors) {
        std::fprintf(stderr, "%s\n", error.text().c_str());
    }
    return loaded.errors.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
}

int fail(const hal::Error& error) {
    agent::log().critical("{}", error.text());
    return EXIT_FAILURE;
}

hal::Result<std::unique_ptr<hal::Etcd>> connectEtcd(hal::EventLoop& loop, hal::HttpClient& http,
                                                    const agent::EtcdConfig& config) {
    const auto readFile = [](const std::string& path) { return hal::readFile(path); };
    auto options = agent::etcdOptions(config, readFile);
    if (!options) {
        return hal::failure(options.error());
    }
    return hal::makeEtcd(loop, http, std::move(*options));
}

agent::StateFiles stateFiles(const Options& options) {
    return {{.read = [](const std::string& path) { return hal::readFile(path); },
             .write = [](const std::string& path,
                         const std::string& content) { return hal::writeFile(path, content); }},
            options.stateDirectory,
            options.runtimeDirectory};
}

int runUntilStopped(hal::EventLoop& loop, agent::Agent& node) {
    const auto onTerminate = loop.onSignal(SIGTERM, [&node] { node.stop(); });
    const auto onInterrupt = loop.onSignal(SIGINT, [&node] { node.stop(); });
    const auto onHangup = loop.onSignal(SIGHUP, [&node] { node.reload(); });
    if (const auto status = node.start(); !status) {
        return fail(status.error());
    }
    return loop.run();
}

int run(const Options& options, const agent::Config& config) {
    auto loop = hal::makeEventLoop();
    if (!loop) {
        return fail(loop.error());
    }
    auto http = hal::makeHttpClient(**loop);
    if (!http) {
        return fail(http.error());
    }
    auto server = hal::makeHttpServer(**loop, {}, config.healthPort, config.healthSocket);
    if (!server) {
        return fail(server.error());
    }
    const auto units = hal::makeUnits(**loop);
    const auto processes = hal::makeProcesses(**loop);
    const auto notifier = hal::makeNotifier();
    const auto nics = hal::makeNics(**loop);
    const auto disks = hal::makeDisks(**loop);
    agent::StateFiles files = stateFiles(options);
    agent::Agent node(
        {.loop = **loop,
         .units = *units,
         .processes = *processes,
         .server = **server,
         .notifier = *notifier,
         .files = files,
         .probe =
             [&nics, &disks](const std::string& dataDirectory) {
                 return agent::Prober(*nics, *disks, hal::inspectVolume, dataDirectory).probe();
             },
         .watchHardware =
             [&nics, &disks, &config](const std::function<void()>& lookAgain) {
                 return agent::Prober(*nics, *disks, hal::inspectVolume, config.dataDirectory)
                     .watch(lookAgain);
             },
         .isReadOnly = hal::isReadOnly,
         .hasEntries = hal::hasEntries,
         .lastLogLines = [](const std::string& unit) { return hal::lastLogLines(unit); },
         .wallClock = wallClock,
         .loadConfig = [&options] { return readConfig(options); },
         .crateEnvironmentChanged =
             [watch = agent::CrateEnvironmentWatch(fileReader())]() mutable { return watch.changed(); },
         .connectEtcd = [&loop,
                         &http](const agent::EtcdConfig& etcd) { return connectEtcd(**loop, **http, etcd); },
         .connectCrate =
             [&loop, &http](const agent::CrateConfig& crate) {
                 return hal::makeCrate(**loop, **http, "127.0.0.1", crate.httpPort);
             }},
        config);
    return runUntilStopped(**loop, node);
}

constexpr const char* kUsage =
    "Usage: cratekeeperd [OPTION...]\n"
    "Runs a CrateDB node: probes the hardware, announces it to etcd, supervises the crate container and\n"
    "answers load balancers. Started by cratekeeper.service; see cratekeeperd(8).\n\n"
    "  --config FILE            read this file instead of agent.conf and its drop-ins\n"
    "  --check-config           print all configuration errors and exit\n"
    "  --state-directory DIR    files that survive a reboot (/var/lib/cratekeeper)\n"
    "  --runtime-directory DIR  files that do not (/run/cratekeeper)\n"
    "  --version, --help\n";

/// Empty if there is nothing to run: the exit code says whether that is an error.
std::optional<Options> parseOptions(int argc, char** argv, int& exitCode) {
    // getopt, not CLI11 as in cratectl: four options are not worth the stream library in a daemon (0.6 MB).
    static constexpr option kOptions[] = {{"config", required_argument, nullptr, 'c'},
                                          {"check-config", no_argument, nullptr, 'k'},
                                          {"state-directory", required_argument, nullptr, 's'},
                                          {"runtime-directory", required_argument, nullptr, 'r'},
                                          {"version", no_argument, nullptr, 'v'},
                                          {"help", no_argument, nullptr, 'h'},
                                          {nullptr, 0, nullptr, 0}};
    Options options;
    exitCode = EXIT_SUCCESS;
    for (int letter = 0; (letter = getopt_long(argc, argv, "", kOptions, nullptr)) != -1;) {
        switch (letter) {
        case 'c': options.configFile = optarg; break;
        case 'k': options.checkConfig = true; break;
        case 's': options.stateDirectory = optarg; break;
        case 'r': options.runtimeDirectory = optarg; break;
        case 'v': std::puts(agent::kVersion); return std::nullopt;
        case 'h': std::fputs(kUsage, stdout); return std::nullopt;
        default: exitCode = EXIT_FAILURE; return std::nullopt;
        }
    }
    if (optind < argc) {
        std::fprintf(stderr, "cratekeeperd: expected options only, found \"%s\"\n", argv[optind]);
        exitCode = EXIT_FAILURE;
        return std::nullopt;
    }
    return options;
}

} // namespace

int main(int argc, char** argv) {
    int exitCode = EXIT_SUCCESS;
    const auto options = parseOptions(argc, argv, exitCode);
    if (!options) {
        return exitCode;
    }
    const auto loaded = readConfig(*options);
    if (options->checkConfig || !loaded.errors.empty()) {
        return printErrors(loaded);
    }
    agent::setUpLog(loaded.config.logLevel, std::getenv("JOURNAL_STREAM") != nullptr);
    return run(*options, loaded.config);
}
