// advance() is the whole policy: it looks at what is missing and makes the one call that brings it nearer.
#include "agent/session.hpp"

#include <utility>

namespace agent {
namespace {

using namespace std::chrono_literals;

constexpr hal::Duration kFirstRetry = 100ms;
// etcd refuses more than 128 operations in one transaction; we have two keys, and stop far from the limit.
constexpr size_t kMaxWrites = 32;

} // namespace

Session::Session(hal::EventLoop& loop, hal::Etcd& etcd, SessionOptions options, std::function<void()> changed)
    : loop_(loop), etcd_(etcd), options_(std::move(options)), changed_(std::move(changed)),
      // Never slower than a heartbeat: announcements are back within one after etcd is.
      backoff_(kFirstRetry, heartbeat(), options_.jitterSeed) {
    store_.lease = options_.previousLease;
    adopted_ = store_.lease.has_value();
}

void Session::start() {
    started_ = true;
    advance();
}

void Session::want(Wanted wanted) {
    wanted_ = std::move(wanted);
    unanswered_ = false;
    advance();
}

void Session::revoke() {
    if (!store_.lease) {
        return;
    }
    started_ = false;
    etcd_.revoke(*std::exchange(store_.lease, std::nullopt), [](const hal::Result<hal::Header>&) {});
}

void Session::advance() {
    if (!started_ || busy_) {
        return;
    }
    if (store_.nextTry && loop_.now() < *store_.nextTry) {
        wakeAt(*store_.nextTry);
        return;
    }
    if (!store_.lease) {
        grant();
    } else if (!keptAliveAt_ || loop_.now() >= *keptAliveAt_ + heartbeat()) {
        keepAlive();
    } else if (registryStale_ || refreshDue()) {
        read();
    } else if (!wanted_ || unanswered_) {
        // What was read may forbid what was wanted before: a clone of ours may have come.
        wakeAt(*keptAliveAt_ + heartbeat());
    } else if (const auto writes = pendingWrites(); !writes.then.empty()) {
        write(writes);
    } else if (wanted_->claim) {
        writeClaim();
    } else {
        wakeAt(std::min(*keptAliveAt_ + heartbeat(), *readAt_ + wanted_->refreshEvery));
    }
}

bool Session::refreshDue() const {
    return wanted_ && (!readAt_ || loop_.now() >= *readAt_ + wanted_->refreshEvery);
}

void Session::wakeAt(hal::TimePoint time) {
    wake_ = loop_.after(std::max(hal::Duration{0}, time - loop_.now()), [this] { advance(); });
}

void Session::succeeded() {
    busy_ = false;
    backoff_.reset();
    store_.error.reset();
    store_.failingSince.reset();
    store_.nextTry.reset();
}

void Session::failed(const hal::Error& error) {
    busy_ = false;
    store_.error = error.text();
    if (!store_.failingSince) {
        store_.failingSince = loop_.now();
    }
    store_.nextTry = loop_.now() + backoff_.next();
    keptAliveAt_.reset(); // whatever failed, the first question afterwards is whether the lease still lives
    watch_.reset();       // its member may be the one that failed
    changed_();
    advance();
}

void Session::lostLease() {
    store_.lease.reset();
    keptAliveAt_.reset();
    registryStale_ = true;
}

void Session::openWatch() {
    if (watch_) {
        return;
    }
    watchedAt_ = loop_.now();
    const auto changed = [this] {
        registryStale_ = true;
        advance();
    };
    const auto ended = [this](const hal::Error&) {
        watch_.reset();
        registryStale_ = true;
        // At once, unless it ended as soon as it began: then the next heartbeat is early enough.
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
            failed(lease.error());
            return;
        }
        succeeded();
        store_.lease = lease->id;
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
            failed(lease.error());
            return;
        }
        const bool recovered = store_.error.has_value();
        succeeded();
        // A taken-over lease of another length than configured is left to run out, once our keys stand under a new one.
        const bool unfit =
            std::exchange(adopted_, false) && lease->has_value() && (*lease)->ttl != options_.leaseTtl;
        if (!lease->has_value() || unfit) {
            lostLease();
            changed_();
        } else {
            keptAliveAt_ = sentAt;
            openWatch();
            if (recovered) {
                registryStale_ = true; // what others wrote meanwhile is unknown
                changed_();
            }
        }
        advance();
    };
    etcd_.keepAlive(*store_.lease, done);
}

void Session::read() {
    busy_ = true;
    lastAttempt_ = loop_.now();
    registryStale_ = false; // a change that is heard while we read makes it stale again
    // Both ranges in one transaction: one revision, so that a guarded write compares with one consistent state.
    const hal::Transaction both{.when = {},
                                .then = {hal::RangeRequest{.key = options_.keys.prefix(), .prefix = true},
                                         hal::RangeRequest{.key = Keys::services(), .prefix = true}},
                                .otherwise = {}};
    etcd_.transact(both, [this](const hal::Result<hal::TransactionReply>& reply) {
        if (!reply) {
            registryStale_ = true;
            failed(reply.error());
            return;
        }
        if (reply->ranges.size() != 2) {
            registryStale_ = true;
            failed(hal::Error::invalid("etcd answered a read of two ranges with another number of them"));
            return;
        }
        succeeded();
        auto cluster = reply->ranges[0];
        cluster.header = reply->header;
        store_.registry = readRegistry(options_.keys, cluster, reply->ranges[1]);
        readAt_ = loop_.now();
        unanswered_ = true;
        changed_();
        advance();
    });
}

hal::Transaction Session::pendingWrites() const {
    hal::Transaction writes;
    const auto& raw = store_.registry->raw;
    const auto guard = [&writes, &raw](const std::string& key) {
        const auto known = raw.find(key);
        writes.when.push_back({.key = key,
                               .target = hal::Compare::Target::modRevision,
                               .operand = known == raw.end() ? int64_t{0} : known->second.modRevision});
    };
    for (const auto& [key, value] : wanted_->announcement) {
        const auto known = raw.find(key);
        if (known == raw.end() || known->second.value != value || known->second.lease != store_.lease) {
            guard(key);
            writes.then.emplace_back(hal::PutRequest{key, value, store_.lease});
        }
    }
    for (const auto& [key, keyValue] : raw) {
        // Only what stands under our own lease is ours to remove.
        if (keyValue.lease == store_.lease && !wanted_->announcement.contains(key) &&
            writes.then.size() < kMaxWrites) {
            guard(key);
            writes.then.emplace_back(hal::DeleteRequest{.key = key});
        }
    }
    return writes;
}

void Session::write(const hal::Transaction& transaction) {
    busy_ = true;
    lastAttempt_ = loop_.now();
    etcd_.transact(transaction, [this, transaction](const hal::Result<hal::TransactionReply>& reply) {
        if (!reply) {
            registryStale_ = true; // it may have been applied: read before writing again
            failed(reply.error());
            return;
        }
        succeeded();
        if (reply->succeeded) {
            written(transaction, *reply);
        } else {
            registryStale_ = true; // somebody else wrote one of the keys since we read them
        }
        advance();
    });
}

void Session::written(const hal::Transaction& transaction, const hal::TransactionReply& reply) {
    auto& raw = store_.registry->raw;
    for (const auto& operation : transaction.then) {
        if (const auto* const put = std::get_if<hal::PutRequest>(&operation)) {
            raw[put->key] = {.key = put->key,
                             .value = put->value,
                             .createRevision = reply.header.revision,
                             .modRevision = reply.header.revision,
                             .version = 1,
                             .lease = put->lease};
        } else if (const auto* const erased = std::get_if<hal::DeleteRequest>(&operation)) {
            raw.erase(erased->key);
        }
    }
}

void Session::writeClaim() {
    busy_ = true;
    lastAttempt_ = loop_.now();
    etcd_.transact(*wanted_->claim, [this](const hal::Result<hal::TransactionReply>& reply) {
        registryStale_ = true; // won or lost, etcd now holds the answer
        if (!reply) {
            failed(reply.error());
            return;
        }
        succeeded();
        wanted_->claim.reset(); // the plan made from the next reading says whether another one is needed
        advance();
    });
}

} // namespace agent
