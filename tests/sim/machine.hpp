// One machine of the simulation: power, disk, clock, systemd with the crate@ units, the container, and the real agent.
// Each process of the agent has its own loop, so it can be frozen, killed and delayed while the world goes on. It owns
// no rule of the agent's: the container reads the files on its disk.
#pragma once

#include "agent/runtime/agent.hpp"
#include "tests/sim/clients.hpp"
#include "tests/sim/shared.hpp"

#include <memory>
#include <optional>
#include <set>
#include <string>

namespace sim {

class Machine {
public:
    Machine(Shared& shared, unsigned index, agent::Config config);
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;
    ~Machine();

    // ---- its loop, stepped by the world ----
    /// When the agent's process has something to do, in the world's time; empty when it cannot do anything.
    [[nodiscard]] std::optional<hal::TimePoint> due();
    void step();

    // ---- hands ----
    void powerOn();
    void cutPower();
    void startAgent();
    void killAgent();
    void freezeAgent() { frozen_ = true; }
    void thawAgent();
    /// The machine's own clock stops for a while, and nothing on it runs, as under a hypervisor. Has no effect while
    /// the clock is already stopped.
    void stall(hal::Duration duration);
    void killContainer(int exitCode, bool systemdRestarts);
    void freezeDatabase(bool frozen);
    void stopByHand();
    void startByHand();
    void reload(const agent::ConfigResult& next);
    void wipeData();  ///< only without power
    void wipeState(); ///< only without power

    // ---- what is so ----
    [[nodiscard]] bool powered() const { return powered_; }
    [[nodiscard]] bool agentRuns() const { return process_ != nullptr; }
    [[nodiscard]] bool agentAwake() const { return process_ && !frozen_ && !stalledUntil_; }
    /// The process has nothing to do at this moment: everything it was told it has seen.
    [[nodiscard]] bool agentIdle();
    /// Since when the process could do its work without a pause.
    [[nodiscard]] hal::TimePoint awakeSince() const { return awakeSince_; }
    /// The status of /ready; empty if there is no answer.
    [[nodiscard]] std::optional<int> ready() const;
    [[nodiscard]] std::string page(const std::string& path) const;
    [[nodiscard]] bool containerRuns() const { return !containerId_.empty(); }
    [[nodiscard]] bool databaseAnswers() const;
    [[nodiscard]] bool stoppedByHand() const { return stoppedByHand_; }
    [[nodiscard]] std::optional<unsigned> slotOnDisk() const;
    [[nodiscard]] std::string stateFile(const std::string& file) const;
    /// The path of a file of the running, or last, instance.
    [[nodiscard]] std::string instancePath(const std::string& file) const;
    [[nodiscard]] std::string readyKey() const { return "/services/crate/" + name; }
    [[nodiscard]] std::string nodeKey() const { return "/cratekeeper/crate/nodes/" + machineId; }

    const unsigned index;
    const std::string name;
    const std::string machineId;
    const std::string address;
    std::string endpoint;
    agent::Config config;
    Wire wire;
    fakes::Disk disk;
    fakes::Units units;
    Volume volume;
    hal::Duration wallOffset{0};
    hal::Duration slowWrites{0}; ///< how long the agent is held up by each write
    std::optional<bool> dataReadOnly = false;
    bool plugged = true;           ///< without it the power stays off
    bool foreign = false;          ///< its disk belongs to another cluster
    std::string startError;        ///< why the agent's process ended by itself
    unsigned containers = 0;       ///< that were ever started
    unsigned secondContainers = 0; ///< that were started beside a running one: must stay 0

    // ---- what this agent was given; emptied with the process ----
    std::set<std::string> heardNodes;     ///< endpoints of the live nodes in its last reading of etcd
    std::set<std::string> heardForgotten; ///< machine-ids
    bool heardClusterId = false;
    std::optional<hal::TimePoint> heardAt;
    std::function<void(Machine&, const hal::Transaction&)> onWrite;
    std::function<void(Machine&, std::chrono::seconds ttl)> onGrant;

private:
    struct Process {
        explicit Process(hal::TimePoint start) : loop(start) {}
        fakes::Loop loop;
        std::unique_ptr<fakes::HttpServer> server;
        std::unique_ptr<agent::StateFiles> files;
        std::unique_ptr<agent::Agent> node;
    };

    [[nodiscard]] agent::Dependencies dependencies();
    [[nodiscard]] agent::ProbeResult probe() const;
    [[nodiscard]] hal::TimePoint machineTime() const { return shared_.loop.now() - behind_; }
    void deliver(std::function<void()> call);
    void heard(const hal::TransactionReply& reply);
    [[nodiscard]] std::optional<std::string> savedClusterId() const;
    void containerStarted(const std::string& unit);
    void containerGone();
    void databaseUp(const std::string& container, const std::string& crateYml, const std::string& hostsPath);
    [[nodiscard]] std::optional<hal::CrateAnswer> askDatabase() const;

    Shared& shared_;
    fakes::Processes processes_;
    fakes::Notifier notifier_;
    std::unique_ptr<Process> process_;
    agent::ConfigResult nextConfig_;
    bool powered_ = false;
    bool frozen_ = false;
    bool stoppedByHand_ = false;
    hal::Duration behind_{0};
    std::optional<hal::TimePoint> stalledUntil_;
    hal::TimePoint awakeSince_;
    unsigned boots_ = 0;
    std::string unit_;
    std::string containerId_;
    Held held_;
};

} // namespace sim
