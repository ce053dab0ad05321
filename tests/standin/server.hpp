// The running node: its sockets, its discovery rounds and its end, on one thread.
// Owns everything that lives as long as the node; returns from run() with the process' exit status.
#pragma once

#include "tests/standin/decommissioning.hpp"
#include "tests/standin/farewell.hpp"
#include "tests/standin/http_server.hpp"
#include "tests/standin/knobs.hpp"
#include "tests/standin/state_store.hpp"
#include "tests/standin/transport.hpp"

namespace standin {

struct Listeners {
    Listener http;
    Listener transport;
    std::optional<Listener> postgres; // none with psql.enabled: false
};

class Server {
public:
    Server(Settings settings, std::string configDirectory, Knobs knobs, Node node, Listeners listeners,
           StateStore store, TableStore table, NodeInfo local);

    // `signals` is a signalfd for TERM, INT and HUP.
    [[nodiscard]] Result<int> run(int signals);

private:
    using Clock = std::chrono::steady_clock;

    [[nodiscard]] Result<void> carryOut(const Cluster::Step& step);
    [[nodiscard]] Result<void> carryOut(Result<TableCopies::Messages> messages);
    [[nodiscard]] Result<void> advance(Clock::time_point now);
    [[nodiscard]] Result<void> deliver(const nlohmann::json& message, Clock::time_point now);
    void post(const Cluster::Message& message);
    [[nodiscard]] Result<void> exchange(Clock::time_point now);
    void isolateAsTold(Clock::time_point now);
    [[nodiscard]] std::vector<std::string> seeds();
    void warnAboutMissingMaster(Clock::time_point now);
    void acceptAll();
    void wait(int signals);
    void decommission(const NodeInfo& node);
    void startDecommission();
    // Whether it is time to exit.
    [[nodiscard]] bool goOnLeaving(Clock::time_point now);
    [[nodiscard]] std::optional<int> exitStatus(int signals, Clock::time_point now);
    [[nodiscard]] Clock::time_point nextDeadline() const;

    Settings settings_;
    std::string configDirectory_;
    Knobs knobs_;
    Node node_;
    Listeners listeners_;
    StateStore store_;
    TableStore table_;
    Cluster cluster_;
    TableCopies copies_;
    sql::Engine engine_;
    std::unique_ptr<HttpServer> http_;
    Farewell farewell_;
    Transport transport_;
    std::vector<nlohmann::json> ownMail_; // messages to this node itself
    Clock::time_point nextWarning_;
    Decommissioning decommissioning_;
    std::string lastSeedWarning_;
};

// The cluster's part of the settings.
[[nodiscard]] ClusterConfig clusterConfig(const Settings& settings, const Knobs& knobs);

} // namespace standin
