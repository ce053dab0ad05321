// advance() is the whole policy: it finds what is missing and makes the one call that brings it closer.
#include "agent/runtime/session.hpp"

#include <utility>

namespace agent {
namespace {

using namespace std::chrono_literals;

constexpr hal::Duration kFirstRetry = 100ms;

} // namespace

Session::Session(hal::EventLoop& loop, hal::Etcd& etcd, SessionOptions options, std::function<void()> changed)
    : loop_(loop), etcd_(etcd), options_(std::move(options)), changed_(std::move(changed)),
      // Never slower than a heartbeat: announcements are back within one heartbeat after etcd is.
      backoff_(kFirstRetry, heartbeat(), options_.jitterSeed),
      claimBackoff_(kFirstRetry, heartbeat(), options_.jitterSeed) {
    state_.lease = options_.previousLease;
    adopted_ = state_.lease.has_value();
}

void Session::start() {
    started_ = true;
    advance();
}

void Session::setDesired(Desired desired) {
    desired_ = std::move(desired);
    unanswered_ = false;
    advance();
}

void Session::revoke() {
    if (!state_.lease) {
        return;
    }
    started_ = false;
    etcd_.revoke(*std::exchange(state_.lease, std::nullopt), [](const hal::Result<hal::Header>&) {});
}

void Session::advance() {
    if (!started_ || busy_) {
        return;
    }
    if (state_.nextTry && loop_.now() < *state_.nextTry) {
        wakeAt(*state_.nextTry);
    } else if (!state_.lease) {
        grant();
    } else if (!keptAliveAt_ || loop_.now() >= *keptAliveAt_ + heartbeat()) {
        keepAlive();
    } else if (readDue()) {
        read();
    } else if (!desired_ || unanswered_ || !state_.registry) {
        // The reading may forbid what was wanted before: a clone of this machine may have appeared.
        sleep();
    } else {
        advanceOwn();
    }
}

void Session::advanceOwn() {
    if (const auto writes = pendingWrites(); !writes.then.empty()) {
        write(writes);
        return;
    }
    if (failedStep_ == Step::write) {
        recovered(); // the write that failed is no longer wanted
        changed_();
    }
    if (!desired_->claim) {
        claimBackoff_.reset();
        claimAgainAt_.reset();
    } else if (!claimAgainAt_ || loop_.now() >= *claimAgainAt_) {
        writeClaim();
        return;
    }
    sleep();
}

bool Session::readDue() const {
    if (registryStale_ || !readAt_) {
        return !isOversized() || state_.registry;
    }
    const auto age = loop_.now() - *readAt_;
    return (heard_ && age >= pause_) || (desired_ && age >= desired_->refreshEvery);
}

bool Session::isOversized() const { return wholeAgainAt_ && loop_.now() < *wholeAgainAt_; }

/// Until the next thing is due.
void Session::sleep() {
    auto next = *keptAliveAt_ + heartbeat();
    if (readAt_ && heard_) {
        next = std::min(next, *readAt_ + pause_);
    }
    if (readAt_ && desired_) {
        next = std::min(next, *readAt_ + desired_->refreshEvery);
    }
    // A reading that is already due waits for the plan that follows from the last one; setDesired() then wakes us.
    if (claimAgainAt_ && *claimAgainAt_ > loop_.now() && desired_ && desired_->claim) {
        next = std::min(next, *claimAgainAt_);
    }
    wakeAt(next);
}

void Session::wakeAt(hal::TimePoint time) {
    wake_ = loop_.after(std::max(hal::Duration{0}, time - loop_.now()), [this] { advance(); });
}

void Session::succeeded(Step step) {
    busy_ = false;
    state_.nextTry.reset();
    if (failedStep_ == step) {
        recovered();
    }
}

void Session::recovered() {
    said_.recovered(loop_.now() - state_.failingSince.value_or(loop_.now()));
    failedStep_.reset();
    backoff_.reset();
    state_.error.reset();
    state_.failingSince.reset();
}

void Session::tellError(Step step, const hal::Error& error) {
    said_.failed(error);
    failedStep_ = step;
    state_.error = error.text();
    if (!state_.failingSince) {
        state_.failingSince = loop_.now();
    }
}

void Session::failed(Step step, const hal::Error& error) {
    busy_ = false;
    tellError(step, error);
    state_.nextTry = loop_.now() + backoff_.next();
    if (error.code() != hal::EtcdFault::resourceExhausted) { // an etcd without space is still reachable
        keptAliveAt_.reset(); // after any failure, first check whether the lease still exists
        watch_.reset();       // its member may be the one that failed
    }
    changed_();
    advance();
}

void Session::lostLease() {
    state_.lease.reset();
    keptAliveAt_.reset();
    registryStale_ = true;
}

void Session::openWatch() {
    if (watch_) {
        return;
    }
    watchedAt_ = loop_.now();
    const auto changed = [this] {
        heard_ = true;
        advance();
    };
    const auto ended = [this](const hal::Error&) {
        watch_.reset();
        registryStale_ = true;
        // At once, unless it ended right after it began: then the next heartbeat is early enough.
        if (loop_.now() - *watchedAt_ >= heartbeat()) {
            keptAliveAt_.reset();
        }
        advance();
    };
    watch_ = etcd_.watch({options_.keys.prefix(), Keys::services()}, {.changed = changed, .ended = ended});
}

void Session::grant() {
    busy_ = true;
    lastAttempt_ = loop_.now();
    etcd_.grant(options_.leaseTtl, [this, sentAt = loop_.now()](const hal::Result<hal::Lease>& lease) {
        if (!lease) {
            failed(Step::grant, lease.error());
            return;
        }
        succeeded(Step::grant);
        state_.lease = lease->id;
        keptAliveAt_ = sentAt;
        registryStale_ = true;
        openWatch();
        changed_();
        advance();
    });
}

void Session::keepAlive() {
    busy_ = true;
    lastAttempt_ = loop_.now();
    const auto done = [this, sentAt = loop_.now()](const hal::Result<std::optional<hal::Lease>>& lease) {
        if (!lease) {
            failed(Step::keepAlive, lease.error());
            return;
        }
        const bool afterTrouble = failedStep_ == Step::keepAlive;
        succeeded(Step::keepAlive);
        // A taken-over lease whose length differs from the configured one expires once our keys are under a new lease.
        const bool unfit =
            std::exchange(adopted_, false) && lease->has_value() && (*lease)->ttl != options_.leaseTtl;
        if (!lease->has_value() || unfit) {
            lostLease();
            changed_();
        } else {
            keptAliveAt_ = sentAt;
            openWatch();
            if (afterTrouble) {
                registryStale_ = true; // others may have written in the meantime
                changed_();
            }
        }
        advance();
    };
    etcd_.keepAlive(*state_.lease, done);
}

} // namespace agent
