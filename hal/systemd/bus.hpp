// The system bus for hal/*.cpp: one connection that reconnects by itself, asynchronous calls and signal matches.
// Private to hal (it names sd-bus types). It owns the connection and every call in flight; it knows no service.
#pragma once

#include "hal/base/event_loop.hpp"
#include "hal/base/handles.hpp"
#include "hal/base/result.hpp"

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

namespace hal {

/// The address of a method: destination, object, interface, name.
struct BusMethod {
    const char* service;
    std::string path;
    const char* interface;
    const char* member;
};

/// A bus error with the name by which services distinguish kinds of failure
/// ("org.freedesktop.DBus.Error.AccessDenied"; empty if the call never reached the bus).
struct BusFailure {
    std::string name;
    Error error;
};

class BusConnection {
public:
    /// Appends the arguments of a call; returns what sd_bus_message_append() returned.
    using Arguments = std::function<int(sd_bus_message*)>;
    /// Exactly one of the two is given.
    using Reply = std::function<void(sd_bus_message* reply, const BusFailure* failure)>;
    using Signal = std::function<void(sd_bus_message*)>;

    /// `connected` runs after each connection was opened, `lost` after one was lost. Neither runs inside connect().
    BusConnection(EventLoop& loop, std::function<void()> connected, std::function<void()> lost);
    BusConnection(const BusConnection&) = delete;
    BusConnection& operator=(const BusConnection&) = delete;
    ~BusConnection();

    /// Tries to connect now, and again after each failure or loss, with capped backoff.
    void connect();
    /// Closes this connection and retries later: for an owner whose set-up calls failed.
    void reconnect();
    /// The set-up calls were answered: after the next loss the shortest wait applies again.
    void settled() { backoff_ = kFirstWait; }

    /// `reply` always runs exactly once, later and never inside this call, unless the connection is destroyed
    /// before. A timeout, a lost connection and more than 256 calls in flight are retryable failures.
    void call(const BusMethod& method, Duration timeout, const Arguments& arguments, Reply reply);

    /// Calls for each signal that fits the match rule, as long as this connection lasts.
    void match(const std::string& rule, Signal handler);

private:
    struct Call {
        BusConnection* owner = nullptr;
        Reply reply;
        BusSlotHandle slot;
        std::list<Call>::iterator self;
    };
    struct Match {
        Signal handler;
        BusSlotHandle slot;
    };

    static int onReply(sd_bus_message* message, void* userdata, sd_bus_error* error) noexcept;
    static int onSignal(sd_bus_message* message, void* userdata, sd_bus_error* error) noexcept;
    static int onDisconnected(sd_bus_message* message, void* userdata, sd_bus_error* error) noexcept;
    void tearDown(std::string reason);
    void retryLater();
    void later(std::function<void()> call);
    void failLater(Reply reply, Error error);

    static constexpr Duration kFirstWait = std::chrono::milliseconds(100);
    static constexpr Duration kLongestWait = std::chrono::seconds(10);
    static constexpr size_t kMostCalls = 256;
    /// Higher than all other sources, so that a burst of signals is read completely before its single reaction runs.
    static constexpr int64_t kPriority = SD_EVENT_PRIORITY_NORMAL - 10;

    EventLoop& loop_;
    std::function<void()> connected_;
    std::function<void()> lost_;
    BusHandle bus_;
    std::list<Call> calls_;
    std::vector<std::unique_ptr<Match>> matches_;
    BusSlotHandle disconnected_;
    std::vector<std::function<void()>> deferred_;
    SourcePtr deferredSource_;
    SourcePtr teardown_;
    SourcePtr retry_;
    Duration backoff_ = kFirstWait;
    std::string reason_ = "not connected yet"; ///< why there is no connection
};

} // namespace hal
