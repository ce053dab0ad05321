// A process with nothing in it but hal's view of systemd, for tests/live/test_units_*.py and its neighbours.
// One JSON command a line on standard input, {"do": VERB, "what": ARGUMENT}; every answer and event is one
// JSON object a line on standard output. Verbs: list PATTERN, watch PATTERN, start UNIT, reset UNIT, state, log
// UNIT, main CONTAINER-ID, follow PID, status WORDS.
#include "hal/base/event_loop.hpp"
#include "hal/crate/processes.hpp"
#include "hal/systemd/journal.hpp"
#include "hal/systemd/notifier.hpp"
#include "hal/systemd/units.hpp"

#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <unistd.h>

namespace {

using Json = nlohmann::json;

void print(const Json& json) { std::cout << json.dump() << std::endl; }

template <class T>
Json orNull(const std::optional<T>& value) {
    return value ? Json(*value) : Json();
}

Json secondsAgo(const std::optional<hal::TimePoint>& when, hal::TimePoint now) {
    return when ? Json(std::chrono::duration<double>(now - *when).count()) : Json();
}

Json describe(const hal::Error& error) {
    return {{"error", error.text()}, {"terminal", error.recovery() == hal::Recovery::terminal}};
}

class Driver {
public:
    explicit Driver(hal::EventLoop& loop)
        : loop_(loop), units_(hal::makeUnits(loop)), processes_(hal::makeProcesses(loop)),
          notifier_(hal::makeNotifier()) {}

    void obey(const Json& command) {
        const auto verb = command.at("do").get<std::string>();
        const auto argument = command.value("what", "");
        if (verb == "list") {
            units_->list(argument, [this](const auto& units) { printUnits(units); });
        } else if (verb == "watch") {
            units_->watch(argument, [argument] { print({{"event", "look again"}, {"pattern", argument}}); });
        } else if (verb == "state") {
            print({{"state", orNull(units_->systemState())}});
        } else if (verb == "log") {
            const auto lines = hal::lastLogLines(argument);
            print(lines ? Json{{"lines", *lines}} : describe(lines.error()));
        } else if (verb == "main") {
            const auto pid = processes_->mainProcess(argument);
            print(pid ? Json{{"pid", orNull(*pid)}} : describe(pid.error()));
        } else if (verb == "follow") {
            follow(std::stoi(argument));
        } else if (verb == "status") {
            notifier_->status(argument);
            notifier_->ready();
            print({{"done", verb}});
        } else {
            request(verb, argument);
        }
    }

private:
    void request(const std::string& verb, const std::string& unit) {
        const auto wanted = verb == "start" ? hal::UnitVerb::start : hal::UnitVerb::resetFailed;
        units_->request(wanted, unit, [verb](hal::Status status) {
            print(status ? Json{{"done", verb}} : describe(status.error()));
        });
    }

    void follow(int pid) {
        auto watch = processes_->watch(pid, [pid] { print({{"event", "ended"}, {"pid", pid}}); });
        if (watch) {
            watch_ = std::move(*watch);
            print({{"done", "follow"}});
        } else {
            print(describe(watch.error()));
        }
    }

    void printUnits(const hal::Result<std::vector<hal::Unit>>& units) {
        if (!units) {
            print(describe(units.error()));
            return;
        }
        Json list = Json::array();
        for (const auto& unit : *units) {
            list.push_back({{"name", unit.name},
                            {"load", unit.loadState},
                            {"active", unit.activeState},
                            {"sub", unit.subState},
                            {"result", unit.result},
                            {"status", unit.statusText},
                            {"exit", orNull(unit.exitCode)},
                            {"signal", orNull(unit.exitSignal)},
                            {"restarts", unit.restarts},
                            {"stateAgo", secondsAgo(unit.stateSince, loop_.now())}});
        }
        print({{"units", list}});
    }

    hal::EventLoop& loop_;
    std::unique_ptr<hal::Units> units_;
    std::unique_ptr<hal::Processes> processes_;
    std::unique_ptr<hal::Notifier> notifier_;
    std::unique_ptr<hal::ProcessWatch> watch_;
};

} // namespace

int main() {
    auto loop = hal::makeEventLoop();
    if (!loop) {
        std::cerr << loop.error().text() << "\n";
        return 1;
    }
    Driver driver(**loop);
    std::string pending;
    const auto commands = (*loop)->onReady(STDIN_FILENO, {.readable = true}, [&](hal::Readiness) {
        char buffer[256];
        const ssize_t count = ::read(STDIN_FILENO, buffer, sizeof buffer);
        if (count <= 0) {
            (*loop)->stop(0);
            return;
        }
        pending.append(buffer, static_cast<size_t>(count));
        for (size_t end = pending.find('\n'); end != std::string::npos; end = pending.find('\n')) {
            driver.obey(Json::parse(pending.substr(0, end)));
            pending.erase(0, end + 1);
        }
    });
    return (*loop)->run();
}
