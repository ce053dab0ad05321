// See server.hpp.
#include "tests/standin/server.hpp"

#include "tests/standin/log.hpp"
#include "tests/standin/seed_hosts.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace standin {

namespace {

using namespace std::chrono_literals;

// discovery.find_peers_interval and discovery.cluster_formation_warning_timeout by default.
constexpr auto kFindPeersInterval = 1000ms;
constexpr auto kFormationWarning = 10s;
// cluster.election.initial_timeout: what a single node needs from its start to its election.
constexpr auto kElectionDelay = 100ms;

} // namespace

ClusterConfig clusterConfig(const Settings& settings) {
    ClusterConfig config;
    config.initialMasterNodes = settings.list("cluster.initial_master_nodes");
    config.singleNode = settings.text("discovery.type", "zen") == "single-node";
    config.discoveryConfigured = std::ranges::any_of(
        std::initializer_list<std::string_view>{"discovery.seed_hosts", "discovery.seed_providers",
                                                "cluster.initial_master_nodes"},
        [&settings](std::string_view name) { return settings.exists(name); });
    return config;
}

Server::Server(Settings settings, std::string configDirectory, Knobs knobs, Node node, Listeners listeners,
               StateStore store, TableStore table, NodeInfo local)
    : settings_(std::move(settings)), configDirectory_(std::move(configDirectory)), knobs_(std::move(knobs)),
      node_(std::move(node)), listeners_(std::move(listeners)), store_(std::move(store)),
      table_(std::move(table)),
      cluster_(std::move(local), clusterConfig(settings_), store_.membership(), Clock::now()),
      engine_(node_, cluster_, table_, [this] { startDecommission(); }),
      nextRound_(Clock::now() + kElectionDelay), nextWarning_(Clock::now() + kFormationWarning) {}

Result<int> Server::run(int signals) {
    Result<std::unique_ptr<HttpServer>> http = HttpServer::start(node_, cluster_, engine_);
    if (!http) {
        return std::unexpected(http.error());
    }
    http_ = std::move(*http);
    if (!cluster_.local().masterEligible) {
        logInfo("o.e.c.c.Coordinator", "this node is not master-eligible and waits for a master");
    }
    logInfo("o.e.n.Node", std::string("started (") + kDisclaimer + ")");
    while (true) {
        const auto now = Clock::now();
        if (auto discovered = discover(now); !discovered) {
            return std::unexpected(discovered.error());
        }
        warnAboutMissingMaster(now);
        wait(signals);
        acceptAll();
        http_->run();
        farewell_.tidy(Clock::now());
        if (const std::optional<int> status = exitStatus(signals, Clock::now())) {
            return *status;
        }
    }
}

Result<void> Server::discover(Clock::time_point now) {
    if (!knobs_.noMasterFile.empty() || knobs_.noMaster) {
        std::error_code error;
        const bool lost = knobs_.noMaster || std::filesystem::exists(knobs_.noMasterFile, error);
        if (lost && cluster_.hasMaster()) {
            logInfo("o.e.c.c.Coordinator",
                    "master node changed {previous [" + *cluster_.masterId() + "], current []}");
        }
        cluster_.setIsolated(lost);
    }
    if (now < nextRound_ || cluster_.hasMaster()) {
        return {};
    }
    const Seeds seeds = readSeeds(settings_, configDirectory_);
    if (!seeds.warning.empty() && seeds.warning != lastSeedWarning_) {
        logWarn("o.e.d.FileBasedSeedHostsProvider", seeds.warning);
    }
    lastSeedWarning_ = seeds.warning;
    const Cluster::Round round = cluster_.round({}, now, randomUuid);
    for (const std::string& remark : round.remarks) {
        logInfo("o.e.c.c.Coordinator", remark);
    }
    if (round.bootstrapped) {
        logInfo("o.e.c.c.Coordinator", "setting initial configuration to VotingConfiguration");
        if (auto saved = store_.saveMembership(*round.bootstrapped); !saved) {
            return saved;
        }
    }
    nextRound_ = now + (round.bootstrapped ? kElectionDelay : kFindPeersInterval);
    return {};
}

void Server::warnAboutMissingMaster(Clock::time_point now) {
    if (cluster_.hasMaster()) {
        nextWarning_ = now + kFormationWarning;
    } else if (now >= nextWarning_) {
        nextWarning_ = now + kFormationWarning;
        const Seeds seeds = readSeeds(settings_, configDirectory_);
        logWarn("o.e.c.c.ClusterFormationFailureHelper", cluster_.describeMissingMaster(seeds.addresses));
    }
}

void Server::acceptAll() {
    const auto each = [](const Listener& listener, const auto& welcome) {
        for (const int listening : listener.descriptors()) {
            for (auto accepted = Listener::accept(listening); accepted.descriptor >= 0;
                 accepted = Listener::accept(listening)) {
                welcome(accepted);
            }
        }
    };
    const auto now = Clock::now();
    each(listeners_.http, [this](const Listener::Accepted& accepted) { http_->add(accepted); });
    each(listeners_.transport,
         [this, now](const Listener::Accepted& accepted) { farewell_.bid(accepted.descriptor, "", now); });
    if (listeners_.postgres) {
        each(*listeners_.postgres, [this, now](const Listener::Accepted& accepted) {
            farewell_.bid(accepted.descriptor, postgresRefusal(), now);
        });
    }
}

Server::Clock::time_point Server::nextDeadline() const {
    const auto now = Clock::now();
    auto deadline = now + 1h;
    if (!cluster_.hasMaster()) {
        deadline = std::min({deadline, nextRound_, nextWarning_});
    }
    if (!knobs_.noMasterFile.empty() || !farewell_.empty()) {
        deadline = std::min(deadline, now + 50ms);
    }
    if (const auto timeout = http_->timeout()) {
        deadline = std::min(deadline, now + *timeout);
    }
    return exitAt_ ? std::min(deadline, *exitAt_) : deadline;
}

void Server::wait(int signals) {
    std::vector<pollfd> watched{{signals, POLLIN, 0}, {http_->descriptor(), POLLIN, 0}};
    const auto watch = [&watched](const Listener& listener) {
        for (const int descriptor : listener.descriptors()) {
            watched.push_back({descriptor, POLLIN, 0});
        }
    };
    watch(listeners_.http);
    watch(listeners_.transport);
    if (listeners_.postgres) {
        watch(*listeners_.postgres);
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(nextDeadline() - Clock::now());
    ::poll(watched.data(), watched.size(), static_cast<int>(std::max<std::int64_t>(0, left.count())));
}

void Server::startDecommission() {
    if (exitAt_) {
        return;
    }
    logInfo("i.c.c.g.DecommissioningService", "decommissioning: new sessions are refused from now on");
    http_->disableNewSessions();
    exitAt_ = Clock::now() + knobs_.decommission;
}

std::optional<int> Server::exitStatus(int signals, Clock::time_point now) {
    signalfd_siginfo info{};
    if (::read(signals, &info, sizeof(info)) == sizeof(info)) {
        logInfo("o.e.n.Node", "stopping ...");
        logInfo("o.e.n.Node", "closed");
        // What a JVM exits with after a signal: 143 for TERM, 130 for INT, 129 for HUP.
        return 128 + static_cast<int>(info.ssi_signo);
    }
    if (exitAt_ && now >= *exitAt_) {
        logInfo("i.c.c.g.DecommissioningService", "There are no more active requests, exiting");
        return 0;
    }
    return std::nullopt;
}

} // namespace standin
