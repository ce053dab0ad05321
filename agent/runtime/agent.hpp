// The running agent: it keeps Observed up to date, asks the reducer for a plan, and executes it through hal.
// It owns the timing (what to look at, and when) and no rule: agent/plan and the stages decide. All its dependencies
// are passed in, so that tests and simulations can pass in fakes.
#pragma once

#include "agent/config/config_files.hpp"
#include "agent/plan.hpp"
#include "agent/runtime/log_once.hpp"
#include "agent/runtime/session.hpp"
#include "agent/runtime/state_files.hpp"
#include "agent/runtime/watchdog_stages.hpp"
#include "hal/base/event_loop.hpp"
#include "hal/crate/crate.hpp"
#include "hal/crate/processes.hpp"
#include "hal/http/http_server.hpp"
#include "hal/systemd/notifier.hpp"
#include "hal/systemd/units.hpp"

#include <functional>
#include <memory>
#include <optional>

namespace agent {

/// The dependencies of the agent. References must outlive it.
struct Dependencies {
    hal::EventLoop& loop;
    hal::Units& units;
    hal::Processes& processes;
    hal::HttpServer& server;
    hal::Notifier& notifier;
    StateFiles& files;
    std::function<ProbeResult(const std::string& dataDirectory)> probe;
    std::function<hal::Status(std::function<void()> lookAgain)> watchHardware;
    std::function<hal::Result<bool>(const std::string& path)> isReadOnly;
    /// Whether a directory has entries; a missing one has none.
    std::function<hal::Result<bool>(const std::string& path)> hasEntries;
    std::function<hal::Result<std::vector<std::string>>(const std::string& unit)> lastLogLines;
    std::function<std::chrono::sys_seconds()> wallClock;
    std::function<ConfigResult()> loadConfig;
    /// Whether root's part of the configuration (crate.env) changed since the last call.
    std::function<bool()> crateEnvironmentChanged = [] { return false; };
    std::function<hal::Result<std::unique_ptr<hal::Etcd>>(const EtcdConfig&)> connectEtcd;
    std::function<std::unique_ptr<hal::Crate>(const CrateConfig&)> connectCrate;
};

class Agent {
public:
    Agent(Dependencies dependencies, Config config);

    /// Looks at everything once and starts all watches. Fails only on what an operator has to fix first.
    [[nodiscard]] hal::Status start();
    /// SIGHUP: reloads; if the configuration has errors, logs them and keeps the last good one.
    void reload();
    /// SIGTERM: stops the loop. The database stays up; the announcement stays, too, unless the machine shuts down.
    void stop();

private:
    void schedule();
    void recompute();
    void execute(const Plan& plan);
    void logVerdict(const Plan& plan);
    void keepFiles(const Plan& plan);
    bool keepPersistent(const PersistentState& persistent);
    void keepRendered(const Plan& plan);
    void takeRendered(bool rendered);
    void requestUnits(const Supervision& supervision);
    void tick();
    void probeHardware();
    void lookAtUnits();
    void unitsSeen(const hal::Result<std::vector<hal::Unit>>& units);
    void askDatabase();
    void followProcess();
    void databaseEnded(const char* how);
    void lookAtData();
    void rememberStart();
    void readLogLines();
    [[nodiscard]] hal::Status openSession(std::optional<hal::LeaseId> lease);
    [[nodiscard]] bool adopt(Config config);
    void feedWatchdog();
    [[nodiscard]] bool settled() const;
    [[nodiscard]] const hal::Unit* ownUnit() const;

    Dependencies dependencies_;
    Config config_;
    Observed observed_;
    std::optional<Plan> plan_;
    bool rendered_ = false;
    bool announcedReady_ = false;
    std::optional<bool> loggedReady_;
    WatchdogStages stages_;
    std::unique_ptr<hal::Etcd> etcd_;
    std::unique_ptr<Session> session_;
    std::unique_ptr<hal::Crate> crate_;
    std::unique_ptr<hal::ProcessWatch> process_;
    std::optional<std::string> watchedContainer_;
    bool held_ = false; ///< a connection to the database is held open
    bool asking_ = false;
    unsigned databaseLife_ =
        0; ///< counts ends, so that an answer requested before an end is not mistaken for one after it
    std::optional<hal::TimePoint> requestedAt_; ///< when a unit was last requested
    hal::TimePoint startedAt_;
    LogOnce logOnce_;
    hal::SourcePtr pending_;
    hal::SourcePtr ticker_;
    hal::SourcePtr prober_;
    hal::SourcePtr watchdog_;
    hal::SourcePtr lookAgain_;
    hal::SourcePtr hardwareSoon_;
};

} // namespace agent
