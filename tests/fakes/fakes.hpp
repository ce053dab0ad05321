// Small honest models of what the agent touches: systemd, a database, processes,
// the notify socket, the HTTP server and a disk. Each behaves as hal/*.hpp documents (answers come later, from the
// loop) and can be set to fail. They own no rule of the agent's; the loop and etcd are in separate files.
#pragma once

#include "agent/runtime/state_files.hpp"
#include "hal/crate/crate.hpp"
#include "hal/crate/processes.hpp"
#include "hal/http/http_server.hpp"
#include "hal/systemd/notifier.hpp"
#include "hal/systemd/units.hpp"
#include "tests/fakes/loop.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace fakes {

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
    /// How an answer reaches the process that asked; called directly unless it has a loop of its own.
    std::function<void(std::function<void()>)> deliver = [](const std::function<void()>& call) { call(); };

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
    /// How the end of a process reaches its watcher; from the loop unless it is replaced.
    std::function<void(std::function<void()>)> deliver = [this](std::function<void()> call) {
        loop_.post(hal::Duration{0}, std::move(call));
    };

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

    /// The status of a page; 0 as long as the server answers no one.
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
    std::optional<unsigned> writesLeft; ///< so many writes from now succeed, the later ones fail
    std::set<std::string> unreadable;

    [[nodiscard]] agent::FileAccess functions();
};

[[nodiscard]] hal::Error refused(const std::string& address);

} // namespace fakes
