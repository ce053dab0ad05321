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

// discovery.cluster_formation_warning_timeout by default.
constexpr auto kFormationWarning = 10s;
// The first port of transport.port by default, where a seed host without a port listens.
constexpr std::string_view kTransportPort = ":4300";

std::string withPort(const std::string& host) {
    const bool hasPort = host.starts_with('[') ? !host.ends_with(']') : std::ranges::count(host, ':') == 1;
    const bool bareV6 = !host.starts_with('[') && std::ranges::count(host, ':') > 1;
    return hasPort ? host : (bareV6 ? "[" + host + "]" : host) + std::string(kTransportPort);
}

} // namespace

ClusterConfig clusterConfig(const Settings& settings, const Knobs& knobs) {
    ClusterConfig config;
    config.clusterName = settings.text("cluster.name", "crate");
    config.findPeersInterval = knobs.findPeers;
    config.heartbeatInterval = knobs.heartbeat;
    config.failureTimeout = knobs.failure;
    config.initialMasterNodes = settings.list("cluster.initial_master_nodes");
    config.singleNode = settings.text("discovery.type", "zen") == "single-node";
    config.gateway = gatewayFrom(settings);
    config.configured = runtimeSettings(settings);
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
      table_(std::move(table)), cluster_(std::move(local), clusterConfig(settings_, knobs_), store_.durable(),
                                         randomUuid, Clock::now()),
      copies_(cluster_, table_, randomUuid()),
      engine_(node_, cluster_, copies_, [this](const NodeInfo& leaving) { decommission(leaving); }),
      nextWarning_(Clock::now() + kFormationWarning),
      decommissioning_(node_.id, knobs_.line, cluster_.config().configured, knobs_.decommission) {}

Result<int> Server::run(int signals) {
    Result<HostBased> hostBased = HostBased::from(settings_);
    if (!hostBased) {
        return std::unexpected(hostBased.error());
    }
    Result<std::unique_ptr<HttpServer>> http =
        HttpServer::start(node_, cluster_, engine_, std::move(*hostBased));
    if (!http) {
        return std::unexpected(http.error());
    }
    http_ = std::move(*http);
    if (!cluster_.local().masterEligible) {
        logInfo("o.e.c.c.Coordinator", "this node is not master-eligible and waits for a master");
    }
    logInfo("o.e.n.Node", std::string("started (") + kDisclaimer + ")");
    while (true) {
        wait(signals);
        const auto now = Clock::now();
        // First the clock, then the peers, then the clients: a node that was frozen learns that before it answers.
        Result<void> advanced = advance(now);
        if (advanced) {
            advanced = exchange(now);
        }
        if (advanced) {
            advanced = carryOut(copies_.tick(now));
        }
        if (!advanced) {
            return std::unexpected(advanced.error());
        }
        warnAboutMissingMaster(now);
        acceptAll();
        http_->run();
        // A statement that has just come in need not wait for the next turn of the loop.
        if (auto asked = carryOut(copies_.tick(Clock::now())); !asked) {
            return std::unexpected(asked.error());
        }
        farewell_.tidy(Clock::now());
        if (const std::optional<int> status = exitStatus(signals, Clock::now())) {
            return *status;
        }
    }
}

// What the cluster decided: said, then stored, then sent.
Result<void> Server::carryOut(const Cluster::Step& step) {
    for (const Cluster::Remark& remark : step.remarks) {
        (remark.warning ? logWarn : logInfo)("o.e.c.c.Coordinator", remark.text);
    }
    if (step.changed) {
        if (auto saved = store_.save(cluster_.durable()); !saved) {
            return saved;
        }
    }
    for (const Cluster::Message& message : step.messages) {
        post(message);
    }
    return {};
}

Result<void> Server::carryOut(Result<TableCopies::Messages> messages) {
    if (!messages) {
        return std::unexpected(messages.error());
    }
    for (const Cluster::Message& message : *messages) {
        post(message);
    }
    return {};
}

void Server::isolateAsTold(Clock::time_point now) {
    if (knobs_.noMasterFile.empty() && !knobs_.noMaster) {
        return;
    }
    std::error_code error;
    const bool isolated = knobs_.noMaster || std::filesystem::exists(knobs_.noMasterFile, error);
    if (isolated) {
        transport_.cut();
    }
    cluster_.setIsolated(isolated, now);
}

// The seed hosts with their ports, read again; a missing file is reported once.
std::vector<std::string> Server::seeds() {
    Seeds seeds = readSeeds(settings_, configDirectory_);
    if (!seeds.warning.empty() && seeds.warning != lastSeedWarning_) {
        logWarn("o.e.d.FileBasedSeedHostsProvider", seeds.warning);
    }
    lastSeedWarning_ = seeds.warning;
    std::ranges::transform(seeds.addresses, seeds.addresses.begin(), withPort);
    return seeds.addresses;
}

Result<void> Server::advance(Clock::time_point now) {
    isolateAsTold(now);
    if (now < cluster_.nextTick()) {
        return {};
    }
    return carryOut(cluster_.tick(cluster_.hasMaster() ? std::vector<std::string>{} : seeds(), now));
}

// A node does not rely on a way back to its own published address: behind a published port there may be none.
void Server::post(const Cluster::Message& message) {
    if (message.address == cluster_.local().transportAddress) {
        ownMail_.push_back(message.body);
    } else {
        transport_.send(message.address, message.body, Clock::now());
    }
}

Result<void> Server::deliver(const nlohmann::json& message, Clock::time_point now) {
    if (textOf(message, "kind") == "decommission" && textOf(message, "to") == node_.id) {
        startDecommission();
        return {};
    }
    auto carriedOut = carryOut(cluster_.receive(message, now));
    return carriedOut ? carryOut(copies_.receive(message, now)) : carriedOut;
}

Result<void> Server::exchange(Clock::time_point now) {
    Result<void> delivered;
    const auto receiver = [this, now, &delivered](const nlohmann::json& message) {
        delivered = delivered ? deliver(message, now) : delivered;
    };
    std::ranges::for_each(std::exchange(ownMail_, {}), receiver);
    transport_.run(receiver, now);
    return delivered;
}

void Server::warnAboutMissingMaster(Clock::time_point now) {
    if (cluster_.hasMaster()) {
        nextWarning_ = now + kFormationWarning;
    } else if (now >= nextWarning_) {
        nextWarning_ = now + kFormationWarning;
        logWarn("o.e.c.c.ClusterFormationFailureHelper", cluster_.describeMissingMaster(seeds()));
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
         [this, now](const Listener::Accepted& accepted) { transport_.accept(accepted.descriptor, now); });
    if (listeners_.postgres) {
        each(*listeners_.postgres, [this, now](const Listener::Accepted& accepted) {
            farewell_.bid(accepted.descriptor, postgresRefusal(), now);
        });
    }
}

Server::Clock::time_point Server::nextDeadline() const {
    const auto now = Clock::now();
    auto deadline = now + 1h;
    deadline = std::min(deadline, cluster_.nextTick());
    if (!cluster_.hasMaster()) {
        deadline = std::min(deadline, nextWarning_);
    }
    if (!knobs_.noMasterFile.empty() || !farewell_.empty()) {
        deadline = std::min(deadline, now + 50ms);
    }
    if (!ownMail_.empty()) {
        return now;
    }
    if (copies_.isBusy()) {
        deadline = std::min(deadline, now + TableCopies::kPace);
    }
    if (const auto timeout = http_->timeout()) {
        deadline = std::min(deadline, now + *timeout);
    }
    return decommissioning_.isUnderWay() ? std::min(deadline, now + 50ms) : deadline;
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
    transport_.watch(watched);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(nextDeadline() - Clock::now());
    ::poll(watched.data(), watched.size(), static_cast<int>(std::max<std::int64_t>(0, left.count())));
}

void Server::decommission(const NodeInfo& node) {
    if (node.id == node_.id) {
        startDecommission();
    } else {
        transport_.send(node.transportAddress, cluster_.letter("decommission", {{"to", node.id}}),
                        Clock::now());
    }
}

void Server::startDecommission() {
    if (decommissioning_.begin(cluster_.shared(), Clock::now())) {
        logInfo("i.c.c.g.DecommissioningService", "decommissioning: new sessions are refused from now on");
        http_->welcomeSessions(false);
    }
}

bool Server::goOnLeaving(Clock::time_point now) {
    const Decommissioning::Step step = decommissioning_.tick(cluster_.shared(), http_->activeRequests(), now);
    if (!step.remark.empty()) {
        logInfo("i.c.c.g.DecommissioningService", step.remark);
    }
    if (step.change) {
        static_cast<void>(copies_.submit({{"what", "change"}, {"change", *step.change}}, now));
    }
    if (step.aborted) {
        http_->welcomeSessions(true);
    }
    return step.exits;
}

std::optional<int> Server::exitStatus(int signals, Clock::time_point now) {
    signalfd_siginfo info{};
    if (::read(signals, &info, sizeof(info)) == sizeof(info)) {
        logInfo("o.e.n.Node", "stopping ...");
        logInfo("o.e.n.Node", "closed");
        // What a JVM exits with after a signal: 143 for TERM, 130 for INT, 129 for HUP.
        return 128 + static_cast<int>(info.ssi_signo);
    }
    if (goOnLeaving(now)) {
        logInfo("i.c.c.g.DecommissioningService", "exiting");
        return 0;
    }
    return std::nullopt;
}

} // namespace standin
