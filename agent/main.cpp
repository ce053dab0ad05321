// cratekeeperd: the wiring diagram. Every part is made here and handed to those who need it; nothing is decided.
#include "agent/config_files.hpp"
#include "agent/etcd_options.hpp"
#include "agent/log.hpp"
#include "agent/node.hpp"
#include "agent/prober.hpp"
#include "agent/version.hpp"
#include "hal/crate.hpp"
#include "hal/disks.hpp"
#include "hal/etcd.hpp"
#include "hal/files.hpp"
#include "hal/http_client.hpp"
#include "hal/http_server.hpp"
#include "hal/journal.hpp"
#include "hal/nics.hpp"
#include "hal/notifier.hpp"
#include "hal/processes.hpp"
#include "hal/units.hpp"

#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <spdlog/spdlog.h>

namespace {

struct Options {
    std::string configFile;
    bool checkConfig = false;
    std::string stateDirectory = "/var/lib/cratekeeper";
    std::string runtimeDirectory = "/run/cratekeeper";
};

agent::ConfigResult readConfig(const Options& options) {
    const agent::FileReader files{
        .read = [](const std::string& path) { return hal::readFile(path); },
        .list = [](const std::string& directory,
                   const std::string& suffix) { return hal::listDirectory(directory, suffix); }};
    return options.configFile.empty() ? agent::loadConfig(files)
                                      : agent::loadConfigFile(files, options.configFile);
}

int printErrors(const agent::ConfigResult& loaded) {
    for (const auto& error : loaded.errors) {
        std::fprintf(stderr, "%s\n", error.text().c_str());
    }
    return loaded.errors.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
}

int fail(const hal::Error& error) {
    spdlog::critical("{}", error.text());
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
    agent::StateFiles files(
        {.read = [](const std::string& path) { return hal::readFile(path); },
         .write = [](const std::string& path,
                     const std::string& content) { return hal::writeFile(path, content); }},
        options.stateDirectory, options.runtimeDirectory);

    agent::Node node(
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
         .wallClock =
             [] { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); },
         .loadConfig = [&options] { return readConfig(options); },
         .connectEtcd = [&loop,
                         &http](const agent::EtcdConfig& etcd) { return connectEtcd(**loop, **http, etcd); },
         .connectCrate =
             [&loop, &http](const agent::CrateConfig& crate) {
                 return hal::makeCrate(**loop, **http, "127.0.0.1", crate.httpPort);
             }},
        config);

    const auto onTerminate = (*loop)->onSignal(SIGTERM, [&node] { node.stop(); });
    const auto onInterrupt = (*loop)->onSignal(SIGINT, [&node] { node.stop(); });
    const auto onHangup = (*loop)->onSignal(SIGHUP, [&node] { node.reload(); });
    if (const auto status = node.start(); !status) {
        return fail(status.error());
    }
    return (*loop)->run();
}

} // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app{
        "Runs a CrateDB node: probes the hardware, announces it to etcd, supervises the crate container and "
        "answers load balancers. Started by cratekeeper.service."};
    app.set_version_flag("--version", agent::kVersion);
    app.add_option("--config", options.configFile,
                   "read this file instead of /etc/cratekeeper/agent.conf and its like");
    app.add_flag("--check-config", options.checkConfig,
                 "print what is wrong with the configuration, and exit");
    app.add_option("--state-directory", options.stateDirectory, "what outlives a reboot")
        ->capture_default_str();
    app.add_option("--runtime-directory", options.runtimeDirectory, "what does not")->capture_default_str();
    CLI11_PARSE(app, argc, argv);

    const auto loaded = readConfig(options);
    if (options.checkConfig || !loaded.errors.empty()) {
        return printErrors(loaded);
    }
    agent::setUpLog(loaded.config.logLevel, std::getenv("JOURNAL_STREAM") != nullptr);
    return run(options, loaded.config);
}
