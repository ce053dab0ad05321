// Units on org.freedesktop.systemd1. A listing is one call for the names and one for the properties of each unit.
// Signals only mark a watch as due; the watch fires once a moment later, however many signals arrived.
#include "hal/systemd/units.hpp"

#include "hal/systemd/bus.hpp"
#include "hal/systemd/unit_properties.hpp"

#include <algorithm>
#include <fnmatch.h>
#include <time.h>

namespace hal {
namespace {

constexpr const char* kService = "org.freedesktop.systemd1";
constexpr const char* kManagerPath = "/org/freedesktop/systemd1";
constexpr const char* kUnitPaths = "/org/freedesktop/systemd1/unit";
constexpr const char* kManager = "org.freedesktop.systemd1.Manager";
constexpr const char* kProperties = "org.freedesktop.DBus.Properties";
constexpr const char* kPolkitRules = "/usr/share/polkit-1/rules.d/50-cratekeeper.rules";

// systemd answers in milliseconds; while it reloads its units, in seconds.
constexpr Duration kReadTimeout = std::chrono::seconds(10);
// polkit may have to be started first: sd-bus's own default.
constexpr Duration kRequestTimeout = std::chrono::seconds(25);
// One start or stop makes systemd send a dozen signals within a millisecond: look once.
constexpr Duration kGather = std::chrono::milliseconds(2);
// A pattern that matches more is not one of ours.
constexpr size_t kMostUnits = 64;

BusMethod managerMethod(const char* member) { return {kService, kManagerPath, kManager, member}; }

Duration monotonicToBoot() {
    timespec monotonic{};
    timespec boot{};
    ::clock_gettime(CLOCK_MONOTONIC, &monotonic);
    ::clock_gettime(CLOCK_BOOTTIME, &boot);
    return std::chrono::duration_cast<Duration>(std::chrono::seconds(boot.tv_sec - monotonic.tv_sec) +
                                                std::chrono::nanoseconds(boot.tv_nsec - monotonic.tv_nsec));
}

bool isGlob(const std::string& pattern) { return pattern.find_first_of("*?[") != std::string::npos; }

bool matches(const std::string& pattern, const std::string& name) {
    return ::fnmatch(pattern.c_str(), name.c_str(), FNM_NOESCAPE) == 0;
}

/// A listing in progress: it ends when every unit has been queried.
struct Listing {
    std::string pattern;
    std::function<void(Result<std::vector<Unit>>)> done;
    std::vector<Unit> units;
    size_t missing = 0;
    std::optional<Error> error;

    void finish() {
        if (error) {
            done(failure(*error));
            return;
        }
        std::sort(units.begin(), units.end(), [](const Unit& a, const Unit& b) { return a.name < b.name; });
        done(std::move(units));
    }
};
using ListingPtr = std::shared_ptr<Listing>;

struct Watch {
    std::string pattern;
    std::function<void()> lookAgain;
    SourcePtr due;
};

struct Request {
    const char* member;
    const char* words; ///< "systemd did not ... NAME"
    bool hasMode;
};

Request describe(UnitVerb verb) {
    switch (verb) {
    case UnitVerb::start: return {"StartUnit", "start", true};
    case UnitVerb::resetFailed: break;
    }
    return {"ResetFailedUnit", "reset the failed state of", false};
}

bool isDenied(const std::string& name) {
    return name == "org.freedesktop.DBus.Error.AccessDenied" ||
           name == "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired";
}

/// Errors that only an operator can fix: the unit file is missing or invalid.
bool needsPerson(const std::string& name) {
    return name == "org.freedesktop.systemd1.NoSuchUnit" || name == "org.freedesktop.systemd1.UnitMasked" ||
           name == "org.freedesktop.systemd1.BadUnitSetting" ||
           name == "org.freedesktop.systemd1.LoadFailed" || name == "org.freedesktop.DBus.Error.InvalidArgs";
}

Status outcome(UnitVerb verb, const std::string& name, const BusFailure* failed) {
    if (failed == nullptr) {
        return {};
    }
    // What is not loaded has not failed.
    if (verb == UnitVerb::resetFailed && failed->name == "org.freedesktop.systemd1.NoSuchUnit") {
        return {};
    }
    const std::string what = std::string("systemd did not ") + describe(verb).words + " " + name;
    if (isDenied(failed->name)) {
        return failure({failed->error.code(),
                        what + " for this user: expected " + kPolkitRules +
                            " to allow it (is the file present and polkit running?)",
                        Recovery::terminal});
    }
    return failure({failed->error.code(), what + ": " + failed->error.message(),
                    needsPerson(failed->name) ? Recovery::terminal : Recovery::retryable});
}

class SdUnits final : public Units {
public:
    explicit SdUnits(EventLoop& loop)
        : loop_(loop), bus_(loop, [this] { introduce(); }, [this] { forgetState(); }) {
        bus_.connect();
    }

    void list(const std::string& pattern, std::function<void(Result<std::vector<Unit>>)> done) override {
        readSystemState();
        auto listing = std::make_shared<Listing>();
        listing->pattern = pattern;
        listing->done = std::move(done);
        if (!isGlob(pattern)) {
            bus_.call(
                managerMethod("LoadUnit"), kReadTimeout,
                [&](sd_bus_message* call) { return sd_bus_message_append(call, "s", pattern.c_str()); },
                [this, listing](sd_bus_message* reply, const BusFailure* failed) {
                    onNames(listing, reply, failed, readLoadedUnit);
                });
            return;
        }
        bus_.call(
            managerMethod("ListUnitsByPatterns"), kReadTimeout,
            [&](sd_bus_message* call) { return sd_bus_message_append(call, "asas", 0, 1, pattern.c_str()); },
            [this, listing](sd_bus_message* reply, const BusFailure* failed) {
                onNames(listing, reply, failed, readUnitList);
            });
    }

    void watch(const std::string& pattern, std::function<void()> lookAgain) override {
        watches_.push_back({.pattern = pattern, .lookAgain = std::move(lookAgain), .due = nullptr});
    }

    void request(UnitVerb verb, const std::string& name, std::function<void(Status)> done) override {
        const Request wanted = describe(verb);
        bus_.call(
            managerMethod(wanted.member), kRequestTimeout,
            [&](sd_bus_message* call) {
                return wanted.hasMode ? sd_bus_message_append(call, "ss", name.c_str(), "replace")
                                      : sd_bus_message_append(call, "s", name.c_str());
            },
            [verb, name, done = std::move(done)](sd_bus_message*, const BusFailure* failed) {
                done(outcome(verb, name, failed));
            });
    }

    [[nodiscard]] std::optional<std::string> systemState() const override { return systemState_; }

private:
    using Paths = std::vector<std::string>;

    /// Rules and subscription of a new connection. systemd sends signals only to subscribers. UnitNew and
    /// UnitRemoved are omitted: looking up a unit that is not loaded causes both, so the watch would fire
    /// forever; a unit that changes its state signals it by its properties or its job.
    void introduce() {
        const std::string from = "type='signal',sender='org.freedesktop.systemd1',";
        const std::string manager =
            from + "path='/org/freedesktop/systemd1',interface='" + kManager + "',member=";
        bus_.match(
            from + "interface='org.freedesktop.DBus.Properties',member='PropertiesChanged',path_namespace='" +
                kUnitPaths + "'",
            [this](sd_bus_message* signal) { onPropertiesChanged(signal); });
        bus_.match(manager + "'JobRemoved'", [this](sd_bus_message* signal) { onJobRemoved(signal); });
        bus_.match(manager + "'Reloading'", [this](sd_bus_message*) { ringAll(); });
        bus_.match(manager + "'StartupFinished'", [this](sd_bus_message*) { readSystemState(); });
        // systemd loses its subscribers when it restarts.
        bus_.match(
            "type='signal',sender='org.freedesktop.DBus',path='/org/freedesktop/DBus',"
            "interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='org.freedesktop.systemd1'",
            [this](sd_bus_message*) { subscribe(); });
        subscribe();
    }

    void subscribe() {
        bus_.call(
            managerMethod("Subscribe"), kReadTimeout, [](sd_bus_message*) { return 0; },
            [this](sd_bus_message*, const BusFailure* failed) {
                if (failed != nullptr && failed->name != "org.freedesktop.systemd1.AlreadySubscribed") {
                    bus_.reconnect();
                    return;
                }
                bus_.settled();
                readSystemState();
                ringAll();
            });
    }

    void forgetState() {
        systemState_.reset();
        ringAll();
    }

    void readSystemState() {
        if (readingState_) {
            return;
        }
        readingState_ = true;
        bus_.call(
            {kService, kManagerPath, kProperties, "Get"}, kReadTimeout,
            [](sd_bus_message* call) { return sd_bus_message_append(call, "ss", kManager, "SystemState"); },
            [this](sd_bus_message* reply, const BusFailure* failed) {
                readingState_ = false;
                const char* state = nullptr;
                if (failed == nullptr && sd_bus_message_read(reply, "v", "s", &state) > 0 &&
                    systemState_ != state) {
                    systemState_ = state;
                    ringAll();
                }
            });
    }

    void ring(Watch& watch) {
        if (!watch.due) {
            watch.due = loop_.after(kGather, [&watch] {
                watch.due.reset();
                watch.lookAgain();
            });
        }
    }

    void ringAll() {
        for (Watch& watch : watches_) {
            ring(watch);
        }
    }

    void ringFor(const std::string& unit) {
        for (Watch& watch : watches_) {
            if (matches(watch.pattern, unit)) {
                ring(watch);
            }
        }
    }

    void onPropertiesChanged(sd_bus_message* signal) {
        char* name = nullptr;
        if (sd_bus_path_decode(sd_bus_message_get_path(signal), kUnitPaths, &name) > 0) {
            const std::unique_ptr<char, Release<free>> owned(name);
            ringFor(name);
        }
    }

    void onJobRemoved(sd_bus_message* signal) {
        uint32_t id = 0;
        const char* job = nullptr;
        const char* unit = nullptr;
        if (sd_bus_message_read(signal, "uos", &id, &job, &unit) > 0) {
            ringFor(unit);
        }
    }

    static int readLoadedUnit(sd_bus_message* reply, Paths& paths) {
        const char* path = nullptr;
        const int result = sd_bus_message_read(reply, "o", &path);
        if (result > 0) {
            paths.emplace_back(path);
        }
        return result;
    }

    static int readUnitList(sd_bus_message* reply, Paths& paths) {
        int result = sd_bus_message_enter_container(reply, 'a', "(ssssssouso)");
        while (result >= 0) {
            const char* path = nullptr;
            const char* text = nullptr;
            uint32_t job = 0;
            result = sd_bus_message_read(reply, "(ssssssouso)", &text, &text, &text, &text, &text, &text,
                                         &path, &job, &text, &text);
            if (result <= 0) {
                return result; // 0 is the end of the array
            }
            paths.emplace_back(path);
        }
        return result;
    }

    void onNames(const ListingPtr& listing, sd_bus_message* reply, const BusFailure* failed,
                 int (*read)(sd_bus_message*, Paths&)) {
        Paths paths;
        if (failed != nullptr) {
            listing->error = failed->error.withContext("systemd did not list " + listing->pattern);
        } else if (const int result = read(reply, paths); result < 0) {
            listing->error =
                Error::fromErrno(-result, "system bus: systemd listed its units in an unknown format");
        } else if (paths.size() > kMostUnits) {
            listing->error =
                Error::invalid("more than " + std::to_string(kMostUnits) +
                               " units match the pattern: expected the few units of this machine");
        }
        if (listing->error || paths.empty()) {
            listing->finish();
            return;
        }
        listing->missing = paths.size();
        for (const std::string& path : paths) {
            // An empty interface name requests the properties of all interfaces at once, as systemctl does.
            bus_.call(
                {kService, path, kProperties, "GetAll"}, kReadTimeout,
                [](sd_bus_message* call) { return sd_bus_message_append(call, "s", ""); },
                [listing](sd_bus_message* properties, const BusFailure* failure) {
                    onProperties(*listing, properties, failure);
                });
        }
    }

    static void onProperties(Listing& listing, sd_bus_message* properties, const BusFailure* failed) {
        if (failed == nullptr) {
            if (auto unit = readUnitProperties(properties, monotonicToBoot())) {
                listing.units.push_back(std::move(*unit));
            } else {
                listing.error = unit.error();
            }
        } else if (failed->name != "org.freedesktop.DBus.Error.UnknownObject") { // unloaded in between
            listing.error = failed->error.withContext("systemd did not describe " + listing.pattern);
        }
        if (--listing.missing == 0) {
            listing.finish();
        }
    }

    EventLoop& loop_;
    std::list<Watch> watches_; // a list: pending calls refer to their watch
    std::optional<std::string> systemState_;
    bool readingState_ = false;
    BusConnection bus_;
};

} // namespace

std::unique_ptr<Units> makeUnits(EventLoop& loop) { return std::make_unique<SdUnits>(loop); }

} // namespace hal
