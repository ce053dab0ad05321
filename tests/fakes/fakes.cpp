// All answers come from the loop, after the caller has returned, as from the real parts.
#include "tests/fakes/fakes.hpp"

namespace fakes {

using namespace std::chrono_literals;

// ---- systemd ----

void Units::answer(hal::Duration delay, std::function<void()> call) {
    loop_.post(delay, [this, client = client_, call = std::move(call)] {
        if (client == client_) {
            deliver(call);
        }
    });
}

void Units::forgetWatchers() {
    watchers_.clear();
    ++client_;
}

void Units::list(const std::string& /*pattern*/,
                 std::function<void(hal::Result<std::vector<hal::Unit>>)> done) {
    if (deaf) {
        return;
    }
    answer(1ms, [this, done = std::move(done)] {
        if (busError) {
            done(hal::failure(*busError));
            return;
        }
        std::vector<hal::Unit> all;
        all.reserve(units.size());
        for (const auto& [name, unit] : units) {
            all.push_back(unit);
        }
        done(all);
    });
}

void Units::watch(const std::string& /*pattern*/, std::function<void()> lookAgain) {
    watchers_.push_back(std::move(lookAgain));
}

void Units::changed() {
    loop_.post(1ms, [this] {
        for (const auto& watcher : watchers_) {
            deliver(watcher);
        }
    });
}

hal::Unit& Units::unit(const std::string& name) {
    auto& unit = units[name];
    if (unit.name.empty()) {
        unit.name = name;
        unit.loadState = "loaded";
        unit.activeState = "inactive";
        unit.subState = "dead";
        unit.result = "success";
    }
    return unit;
}

void Units::setState(hal::Unit& unit, const char* active, const char* sub) {
    unit.activeState = active;
    unit.subState = sub;
    unit.stateSince = loop_.now();
    changed();
}

void Units::start(const std::string& name) {
    auto& started = unit(name);
    if (started.activeState == "active" ||
        (started.activeState == "activating" && started.subState == "start-pre")) {
        return;
    }
    started.exitCode.reset();
    started.result = "success";
    setState(started, "activating", "start-pre");
    loop_.post(startTime, [this, name] {
        auto& running = unit(name);
        if (running.activeState == "activating" && running.subState == "start-pre") {
            setState(running, "active", "running");
            if (onRunning) {
                onRunning(name);
            }
        }
    });
}

void Units::request(hal::UnitVerb verb, const std::string& name, std::function<void(hal::Status)> done) {
    requests.emplace_back(verb, name);
    if (deaf) {
        return;
    }
    loop_.post(1ms, [this, verb, name] { carryOut(verb, name); });
    answer(2ms, [this, done = std::move(done)] {
        if (busError || refusal) {
            done(hal::failure(busError ? *busError : *refusal));
        } else {
            done({});
        }
    });
}

void Units::carryOut(hal::UnitVerb verb, const std::string& name) {
    if (busError || refusal) {
        return;
    }
    if (verb == hal::UnitVerb::resetFailed && unit(name).activeState == "failed") {
        setState(unit(name), "inactive", "dead");
    } else if (verb == hal::UnitVerb::start && !startJobsFail) {
        start(name);
    }
}

void Units::exited(const std::string& name, int code, bool systemdRestarts) {
    auto& ended = unit(name);
    ended.exitCode = code;
    const bool success = code == 0 || code == 143;
    ended.result = success ? "success" : "exit-code";
    if (success) {
        setState(ended, "inactive", "dead");
    } else if (systemdRestarts) {
        setState(ended, "activating", "auto-restart");
        loop_.post(1s, [this, name] {
            if (unit(name).subState == "auto-restart") {
                ++unit(name).restarts;
                start(name);
            }
        });
    } else {
        setState(ended, "failed", "failed");
    }
}

void Units::stopByHand(const std::string& name) {
    if (onStop) {
        onStop(name);
    }
    setState(unit(name), "inactive", "dead");
}

// ---- database ----

void Database::breakHeldConnections() {
    for (const auto& connection : std::exchange(held, {})) {
        if (const auto lost = connection.lock()) {
            (*lost)();
        }
    }
}

void Database::die() {
    answer.reset();
    breakHeldConnections();
}

void Crate::ask(hal::Duration deadline, std::function<void(hal::CrateAnswer)> done) {
    waiting_.push_back(std::move(done));
    if (waiting_.size() > 1) {
        return;
    }
    ++database_.asks;
    if (database_.deaf) {
        return;
    }
    // What is answered is what held when the question was sent: the answer may be old when it arrives.
    const auto atSending = database_.frozen ? std::nullopt : database_.answer;
    pending_ = loop_.after(database_.frozen ? deadline : database_.latency, [this, atSending] {
        hal::CrateAnswer noAnswer;
        noAnswer.sqlError = database_.frozen ? "127.0.0.1:4200: no answer within the deadline"
                                             : "127.0.0.1:4200: connection refused";
        const auto result = atSending.value_or(noAnswer);
        for (const auto& call : std::exchange(waiting_, {})) {
            call(result);
        }
    });
}

void Crate::hold(std::function<void()> lost) {
    held_.reset();
    if (!database_.answer) {
        return;
    }
    held_ = std::make_shared<std::function<void()>>(
        [this, lost = std::move(lost)] { loop_.post(hal::Duration{0}, lost); });
    database_.held.push_back(held_);
}

// ---- processes ----

class Processes::Watch final : public hal::ProcessWatch {
public:
    Watch(int pid, std::shared_ptr<std::function<void()>> ended) : pid_(pid), ended_(std::move(ended)) {}
    [[nodiscard]] int pid() const override { return pid_; }

private:
    int pid_;
    std::shared_ptr<std::function<void()>> ended_;
};

hal::Result<std::optional<int>> Processes::mainProcess(const std::string& containerId) {
    const auto container = containers.find(containerId);
    return container == containers.end() ? std::nullopt : std::optional(container->second);
}

hal::Result<std::unique_ptr<hal::ProcessWatch>> Processes::watch(int pid, std::function<void()> ended) {
    if (watchError) {
        return hal::failure(*watchError);
    }
    auto call = std::make_shared<std::function<void()>>(std::move(ended));
    watches_.emplace(pid, call);
    return std::make_unique<Watch>(pid, std::move(call));
}

void Processes::end(const std::string& containerId) {
    const auto container = containers.find(containerId);
    if (container == containers.end()) {
        return;
    }
    const auto [first, last] = watches_.equal_range(container->second);
    for (auto watch = first; watch != last; ++watch) {
        deliver([watch = watch->second] {
            if (const auto ended = watch.lock()) {
                (*ended)();
            }
        });
    }
    watches_.erase(first, last);
    containers.erase(container);
}

// ---- HTTP server, disk ----

void HttpServer::publish(hal::Pages newPages) {
    pages = std::move(newPages);
    readyStatuses.insert(status());
    ++published;
}

void HttpServer::drain(std::function<void()> drained) {
    drains = true;
    drained();
}

int HttpServer::status(const std::string& path) const { return pages ? pages->at(path).status : 0; }

std::string HttpServer::body(const std::string& path) const { return pages ? pages->at(path).body : ""; }

agent::FileAccess Disk::functions() {
    return {.read = [this](const std::string& path) -> hal::Result<std::optional<std::string>> {
                if (unreadable.contains(path)) {
                    return hal::failure({std::make_error_code(std::errc::permission_denied), path});
                }
                const auto file = files.find(path);
                return file == files.end() ? std::nullopt : std::optional(file->second);
            },
            .write = [this](const std::string& path, const std::string& content) -> hal::Status {
                if (writeError || writesLeft == 0U) {
                    return hal::failure(writeError.value_or(
                        hal::Error(std::make_error_code(std::errc::no_space_on_device), path)));
                }
                if (writesLeft) {
                    --*writesLeft;
                }
                files[path] = content;
                written.push_back(path);
                return {};
            }};
}

hal::Error refused(const std::string& address) {
    return {std::make_error_code(std::errc::connection_refused), address};
}

} // namespace fakes
