// BusConnection on sd-bus. Opening a connection only starts it: a bus that does not answer shows as a failed
// call. Connections are replaced from the loop and never from inside one of their own callbacks.
#include "hal/systemd/bus.hpp"

#include <algorithm>
#include <utility>

namespace hal {

BusConnection::BusConnection(EventLoop& loop, std::function<void()> connected, std::function<void()> lost)
    : loop_(loop), connected_(std::move(connected)), lost_(std::move(lost)) {}

BusConnection::~BusConnection() = default;

void BusConnection::connect() {
    retry_.reset();
    sd_bus* bus = nullptr;
    int result = sd_bus_open_system(&bus);
    bus_.reset(bus);
    if (result >= 0) {
        result = sd_bus_attach_event(bus_.get(), static_cast<sd_event*>(loop_.native()), kPriority);
    }
    if (result >= 0) {
        sd_bus_slot* slot = nullptr;
        result = sd_bus_match_signal(bus_.get(), &slot, "org.freedesktop.DBus.Local",
                                     "/org/freedesktop/DBus/Local", "org.freedesktop.DBus.Local",
                                     "Disconnected", onDisconnected, this);
        disconnected_.reset(slot);
    }
    if (result < 0) {
        bus_.reset();
        reason_ = Error::fromErrno(-result, "cannot connect (is dbus running?)").text();
        retryLater();
        return;
    }
    later(connected_);
}

void BusConnection::reconnect() {
    if (bus_ && !teardown_) {
        teardown_ = loop_.soon([this] { tearDown("no answer to the first calls"); });
    }
}

void BusConnection::retryLater() {
    retry_ = loop_.after(backoff_, [this] { connect(); });
    backoff_ = std::min(backoff_ * 2, kLongestWait);
}

void BusConnection::tearDown(std::string reason) {
    teardown_.reset();
    reason_ = std::move(reason);
    disconnected_.reset();
    matches_.clear();
    // The slots are freed with their bus; their callers still need a reply.
    for (Call& call : std::exchange(calls_, {})) {
        failLater(std::move(call.reply), Error::fromErrno(ENOTCONN, "system bus: " + reason_));
    }
    bus_.reset();
    retryLater();
    lost_();
}

void BusConnection::later(std::function<void()> call) {
    deferred_.push_back(std::move(call));
    if (!deferredSource_) {
        deferredSource_ = loop_.soon([this] {
            deferredSource_.reset();
            for (const auto& deferred : std::exchange(deferred_, {})) {
                deferred();
            }
        });
    }
}

void BusConnection::failLater(Reply reply, Error error) {
    later([reply = std::move(reply), error = std::move(error)] {
        const BusFailure failure{.name = "", .error = error};
        reply(nullptr, &failure);
    });
}

void BusConnection::call(const BusMethod& method, Duration timeout, const Arguments& arguments, Reply reply) {
    if (!bus_) {
        failLater(std::move(reply), Error::fromErrno(ENOTCONN, "system bus: " + reason_));
        return;
    }
    if (calls_.size() >= kMostCalls) {
        failLater(std::move(reply),
                  Error::fromErrno(EBUSY, "system bus: too many calls are waiting for an answer"));
        return;
    }
    sd_bus_message* raw = nullptr;
    int result = sd_bus_message_new_method_call(bus_.get(), &raw, method.service, method.path.c_str(),
                                                method.interface, method.member);
    const BusMessageHandle message(raw);
    if (result >= 0) {
        result = arguments(message.get());
    }
    calls_.push_back({.owner = this, .reply = std::move(reply), .slot = nullptr, .self = {}});
    Call& call = calls_.back();
    call.self = std::prev(calls_.end());
    if (result >= 0) {
        sd_bus_slot* slot = nullptr;
        result = sd_bus_call_async(bus_.get(), &slot, message.get(), onReply, &call,
                                   static_cast<uint64_t>(timeout.count()));
        call.slot.reset(slot);
    }
    if (result < 0) {
        failLater(std::move(call.reply),
                  Error::fromErrno(-result, std::string("system bus: cannot call ") + method.member));
        calls_.erase(call.self);
    }
}

int BusConnection::onReply(sd_bus_message* message, void* userdata, sd_bus_error*) noexcept {
    auto& call = *static_cast<Call*>(userdata);
    const Reply reply = std::move(call.reply);
    call.owner->calls_.erase(call.self);
    const sd_bus_error* error = sd_bus_message_get_error(message);
    if (error == nullptr) {
        reply(message, nullptr);
        return 0;
    }
    // The message is complete; an errno derived from the name would add "Input/output error".
    const BusFailure failure{.name = error->name,
                             .error = {{}, error->message == nullptr ? error->name : error->message}};
    reply(nullptr, &failure);
    return 0;
}

void BusConnection::match(const std::string& rule, Signal handler) {
    if (!bus_) {
        return;
    }
    auto match = std::make_unique<Match>();
    match->handler = std::move(handler);
    sd_bus_slot* slot = nullptr;
    // Without a handler for the outcome, sd-bus disconnects if the bus rejects the rule, and the reconnect retries
    // it.
    if (sd_bus_add_match_async(bus_.get(), &slot, rule.c_str(), onSignal, nullptr, match.get()) < 0) {
        reconnect();
        return;
    }
    match->slot.reset(slot);
    matches_.push_back(std::move(match));
}

int BusConnection::onSignal(sd_bus_message* message, void* userdata, sd_bus_error*) noexcept {
    static_cast<Match*>(userdata)->handler(message);
    return 0;
}

int BusConnection::onDisconnected(sd_bus_message*, void* userdata, sd_bus_error*) noexcept {
    auto& self = *static_cast<BusConnection*>(userdata);
    if (!self.teardown_) {
        self.teardown_ =
            self.loop_.soon([&self] { self.tearDown("the connection was lost (is dbus running?)"); });
    }
    return 0;
}

} // namespace hal
