// One machine with everything the agent touches on it, and the agent itself: power, container, disk and wires can be
// pulled. The container forms a cluster, joins none, and keeps its cluster's id on the data volume as CrateDB does.
#pragma once

#include "agent/runtime/agent.hpp"
#include "tests/fakes/etcd.hpp"
#include "tests/fakes/fakes.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fakes {

class Machine {
public:
    Machine(Loop& loop, EtcdStore& etcd);
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;
    ~Machine();

    /// Starts the agent's process, which finds what the one before it left on disk.
    hal::Status startAgent();
    /// The process is gone without a word; everything else goes on.
    void killAgent();
    void restartAgent();
    /// The container's main process ends, if there is one; systemd learns of it and of `exitCode` `dockerDelay` later.
    void killContainer(int exitCode = 137, bool systemdRestarts = false);
    /// Without a warning; the disk stays, /run does not.
    void cutPower();

    [[nodiscard]] const std::string& containerId() const { return containerId_; }
    [[nodiscard]] bool containerRuns() const { return !containerId_.empty(); }
    /// Each start of a container so far.
    [[nodiscard]] unsigned containerStarts() const { return containerStarts_; }

    EtcdLink link;
    Units units;
    Database database;
    Processes processes;
    std::unique_ptr<HttpServer> server; ///< a new one with each agent, as its pages are
    Notifier notifier;
    Disk disk;
    std::unique_ptr<agent::Agent> node;

    agent::Config config;
    agent::ConfigResult nextConfig;       ///< what a reload finds
    bool crateEnvironmentChanged = false; ///< reported once, at the next look
    agent::ProbeResult probe;
    unsigned probes = 0;
    std::function<void()> hardwareChanged;
    std::optional<hal::Error> etcdConnectError;
    std::optional<bool> dataReadOnly = false; ///< empty: the data directory cannot be inspected
    std::vector<std::string> logLines;
    std::optional<std::string> volumeClusterId; ///< of the database on the data volume
    bool volumeHasData = false;
    bool databaseRefusesToStart = false;
    hal::Duration databaseStartTime = std::chrono::milliseconds(500);
    hal::Duration dockerDelay = std::chrono::milliseconds(50);

private:
    [[nodiscard]] agent::Dependencies dependencies();
    void containerStarted(const std::string& unit);
    void containerGone();
    void databaseUp(const std::string& container);
    [[nodiscard]] std::string slotOf(const std::string& unit) const;

    Loop& loop_;
    EtcdStore& etcd_;
    std::unique_ptr<agent::StateFiles> files_;
    std::string unit_;
    std::string containerId_;
    unsigned containerStarts_ = 0;
    unsigned powerCuts_ = 0;
};

} // namespace fakes
