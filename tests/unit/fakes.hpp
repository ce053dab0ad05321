// Small honest models of what the agent touches: a loop with a simulated clock, systemd, a database, processes,
// the notify socket, the HTTP server and a disk. Each keeps its promises of hal/*.hpp (answers come later, from the
// loop) and can be told to fail. They own no rule of the agent's; etcd has a file of its own.
#pragma once

#include "agent/state_files.hpp"
#include "hal/crate.hpp"
#include "hal/event_loop.hpp"
#include "hal/http_server.hpp"
#include "hal/notifier.hpp"
#include "hal/processes.hpp"
#include "hal/units.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace fakes {

/// Time moves only when a test moves it; what is due runs in the order of its time, then of its making.
class Loop final : public hal::EventLoop {
public:
    [[nodiscard]] hal::TimePoint now() const override { return now_; }
    [[nodiscard]] hal::SourcePtr after(hal::Duration delay, std::function<void()> call) override;
    [[nodiscard]] hal::SourcePtr every(hal::Duration interval, std::function<void()> call) override;
    /// There are no descriptors here: these two never call.
    [[nodiscard]] hal::SourcePtr onReady(int fd, hal::Readiness wanted,
                                         std::function<void(hal::Readiness)> call) override;
    [[nodiscard]] hal::SourcePtr onExit(int pidFd, std::function<void()> call) override;
    [[nodiscard]] hal::SourcePtr onSignal(int signal, std::function<void()> call) override;
    [[nodiscard]] hal::SourcePtr soon(std::function<void()> call) override;
    bool turn() override;
    int run() override;
    void stop(int exitCode) override { exitCode_ = exitCode; }
    [[nodiscard]] void* native() const override { return nullptr; }

    /// Runs all that becomes due within `duration`, then stands `duration` later.
    void advance(hal::Duration duration);
    /// Runs what is due now, and what that makes due.
    void settle() { advance(hal::Duration{0}); }
    void raise(int signal);
    [[nodiscard]] std::optional<int> exitCode() const { return exitCode_; }
    /// Calls later without a source to keep; for the fakes' own answers.
    void post(hal::Duration delay, std::function<void()> call);

private:
    struct Entry {
        hal::TimePoint due;
        std::optional<hal::Duration> interval;
        std::function<void()> call; ///< empty once its source is gone
    };
    class EntrySource;
    using EntryPtr = std::shared_ptr<Entry>;

    EntryPtr add(hal::Duration delay, std::optional<hal::Duration> interval, std::function<void()> call);
    bool step(hal::TimePoint limit);
    void runTimer();

    hal::TimePoint now_{std::chrono::hours(1)};
    uint64_t sequence_ = 0;
    std::map<std::pair<hal::TimePoint, uint64_t>, EntryPtr> timers_;
    std::deque<EntryPtr> soon_;
    std::multimap<int, EntryPtr> signals_;
    std::optional<int> exitCode_;
};

/// systemd with the crate@ template installed. A started unit activates at once and runs after `startTime`.
class Units final : public hal::Units {
public:
    explicit Units(Loop& loop) : loop_(loop) {}

    void list(const std::string& pattern,
              std::function<void(hal::Result<std::vector<hal::Unit>>)> done) override;
    void watch(const std::string& pattern, std::function<void()> lookAgain) override;
    void request(hal::UnitVerb verb, const std::string& name, std::function<void(hal::Status)> done) override;
    [[nodiscard]] std::optional<std::string> systemState() const override { return state; }

    /// The main process exited: 0 and 143 leave the unit inactive, others failed, or systemd's restart pending.
    void exited(const std::string& name, int code, bool systemdRestarts = false);
    /// What `systemctl stop` does to it, by a hand that is not the agent's.
    void stopByHand(const std::string& name);
    void startByHand(const std::string& name) { start(name); }
    [[nodiscard]] hal::Unit& unit(const std::string& name);
    /// Something about a unit was changed from outside.
    void changed();
    /// The process that watched is gone, and what it still waits for is dropped with it.
    void forgetWatchers();

    std::map<std::string, hal::Unit> units;
    std::vector<std::pair<hal::UnitVerb, std::string>> requests;
    std::optional<hal::Error> busError; ///< every call fails with it
    std::optional<hal::Error> refusal;  ///< requests are denied with it
    bool startJobsFail = false;         ///< jobs are taken and come to nothing, as with a failed dependency
    bool deaf = false;                  ///< calls are never answered
    std::optional<std::string> state = "running";
    hal::Duration startTime = std::chrono::milliseconds(100);
    std::function<void(const std::string& name)> onRunning; ///< the container's main process was just made
    std::function<void(const std::string& name)> onStop;

private:
    void start(const std::string& name);
    void carryOut(hal::UnitVerb verb, const std::string& name);
    void setState(hal::Unit& unit, const char* active, const char* sub);

    void answer(hal::Duration delay, std::function<void()> call);

    Loop& loop_;
    std::vector<std::function<void()>> watchers_;
    uint64_t client_ = 0; ///< which process asks
};

/// The database behind its port. Several clients may ask; without an answer the connection is refused.
struct Database {
    std::optional<hal::CrateAnswer> answer;
    hal::Duration latency = std::chrono::milliseconds(2);
    bool frozen = false; ///< accepts and never answers: questions end with their deadline
    bool deaf = false;   ///< questions never end, as no real client may be
    unsigned asks = 0;
    std::vector<std::weak_ptr<std::function<void()>>> held;

    /// The port refuses from now on, and held connections break.
    void die();
    void breakHeldConnections();
};

class Crate final : public hal::Crate {
public:
    Crate(Loop& loop, Database& database) : loop_(loop), database_(database) {}

    void ask(hal::Duration deadline, std::function<void(hal::CrateAnswer)> done) override;
    void hold(std::function<void()> lost) override;

private:
    Loop& loop_;
    Database& database_;
    std::vector<std::function<void(hal::CrateAnswer)>> waiting_;
    hal::SourcePtr pending_;
    std::shared_ptr<std::function<void()>> held_;
};

class Processes final : public hal::Processes {
public:
    explicit Processes(Loop& loop) : loop_(loop) {}

    [[nodiscard]] hal::Result<std::optional<int>> mainProcess(const std::string& containerId) override;
    [[nodiscard]] hal::Result<std::unique_ptr<hal::ProcessWatch>> watch(int pid,
                                                                        std::function<void()> ended) override;

    /// The process of the container is gone; who watches it is called from the loop, at once.
    void end(const std::string& containerId);

    std::map<std::string, int> containers; ///< container id -> pid
    std::optional<hal::Error> watchError;

private:
    class Watch;
    Loop& loop_;
    std::multimap<int, std::weak_ptr<std::function<void()>>> watches_;
};

class Notifier final : public hal::Notifier {
public:
    void ready() override { events.emplace_back("READY"); }
    void reloading() override { events.emplace_back("RELOADING"); }
    void stopping() override { events.emplace_back("STOPPING"); }
    void status(const std::string& words) override { statusText = words; }
    void feedWatchdog() override { ++feeds; }
    [[nodiscard]] std::optional<hal::Duration> watchdogTimeout() const override { return timeout; }

    std::vector<std::string> events;
    std::string statusText;
    unsigned feeds = 0;
    std::optional<hal::Duration> timeout;
};

class HttpServer final : public hal::HttpServer {
public:
    void publish(hal::Pages newPages) override;
    void drain(std::function<void()> drained) override;

    /// The status of a page; 0 as long as nobody is answered.
    [[nodiscard]] int status(const std::string& path = "/ready") const;
    [[nodiscard]] std::string body(const std::string& path) const;

    std::optional<hal::Pages> pages; ///< empty: requests wait
    std::set<int> readyStatuses;     ///< all that /ready ever said
    unsigned published = 0;
    bool drains = false;
};

/// Files by path; a write replaces the whole file.
struct Disk {
    std::map<std::string, std::string> files;
    std::vector<std::string> written; ///< paths, in the order of the writes
    std::optional<hal::Error> writeError;
    std::set<std::string> unreadable;

    [[nodiscard]] agent::Disk functions();
};

[[nodiscard]] hal::Error refused(const std::string& address);

} // namespace fakes
