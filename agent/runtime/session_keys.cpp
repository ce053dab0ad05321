// What the session reads and writes: the registry, and the node's own keys. session.cpp decides when.
#include "agent/runtime/session.hpp"

#include "hal/http/http_fault.hpp"

#include <set>
#include <utility>

namespace agent {
namespace {

using namespace std::chrono_literals;

// etcd refuses more than 128 operations in one transaction; we have two keys, and stop far from the limit.
constexpr size_t kMaxWrites = 32;
// A single change is read at once; a flood of them at most this often, and for at most a fifth of the time.
constexpr hal::Duration kReadPause = 50ms;
constexpr int kReadShare = 4;
// A registry that exceeds the size limit of an answer is read no more often than this.
constexpr hal::Duration kWholePause = 30s;

} // namespace

void Session::read() {
    busy_ = true;
    lastAttempt_ = loop_.now();
    registryStale_ = false;
    heard_ = false; // a change during a reading causes another one
    if (isOversized()) {
        readOwn();
    } else {
        readEverything();
    }
}

void Session::readEverything() {
    const auto reading = registryReading(options_.keys);
    const auto done = [this, ranges = reading.then.size(),
                       sentAt = loop_.now()](hal::Result<hal::TransactionReply> reply) {
        if (!reply && reply.error().code() == hal::HttpFault::tooLarge) {
            foundOversized(reply.error());
            return;
        }
        if (!reply) {
            registryStale_ = true;
            failed(Step::read, reply.error());
            return;
        }
        if (reply->ranges.size() != ranges) {
            registryStale_ = true;
            failed(Step::read, hal::Error::invalid("etcd answered with an unexpected number of ranges"));
            return;
        }
        succeeded(Step::read);
        pause_ = std::max(kReadPause, (loop_.now() - sentAt) * kReadShare);
        everythingRead(*std::move(reply));
    };
    etcd_.transact(reading, done);
}

void Session::everythingRead(hal::TransactionReply reply) {
    wholeAgainAt_.reset();
    state_.registry = readRegistry(options_.keys, std::move(reply));
    said_.read(state_.registry->problems);
    readAt_ = loop_.now();
    unanswered_ = true;
    changed_();
    advance();
}

/// Our prefix is overfilled. The last reading stays, and we keep reading the revisions of our own keys, so that an
/// endpoint is withdrawn in any case.
void Session::foundOversized(const hal::Error& error) {
    busy_ = false;
    wholeAgainAt_ = loop_.now() + kWholePause;
    registryStale_ = true;
    tellError(Step::read, {hal::HttpFault::tooLarge,
                           error.message() + ": list the keys under " + options_.keys.prefix() + " and " +
                               Keys::services() +
                               " with `etcdctl get --prefix --keys-only` and delete what is not "
                               "cratekeeper's"});
    changed_();
    advance();
}

void Session::readOwn() {
    std::set<std::string> keys;
    for (const auto& [key, keyValue] : state_.registry->raw) {
        if (keyValue.lease == state_.lease) {
            keys.insert(key);
        }
    }
    if (desired_) {
        for (const auto& [key, value] : desired_->announcement) {
            keys.insert(key);
        }
    }
    hal::Transaction own;
    for (const auto& key : keys) {
        own.then.emplace_back(hal::RangeRequest{.key = key});
    }
    etcd_.transact(own, [this, keys](const hal::Result<hal::TransactionReply>& reply) {
        if (!reply) {
            registryStale_ = true;
            failed(Step::read, reply.error());
            return;
        }
        busy_ = false;
        state_.nextTry.reset();
        readAt_ = loop_.now();
        auto& raw = state_.registry.edit().raw;
        std::erase_if(raw, [&keys](const auto& known) { return keys.contains(known.first); });
        for (const auto& range : reply->ranges) {
            for (const auto& keyValue : range.keyValues) {
                raw[keyValue.key] = keyValue;
            }
        }
        advance();
    });
}

hal::Transaction Session::pendingWrites() const {
    hal::Transaction puts;
    hal::Transaction deletions;
    const auto& raw = state_.registry->raw;
    const auto add = [&raw](hal::Transaction& writes, const std::string& key, hal::Operation operation) {
        const auto known = raw.find(key);
        writes.when.push_back({.key = key,
                               .target = hal::Compare::Target::modRevision,
                               .operand = known == raw.end() ? 0 : known->second.modRevision});
        writes.then.push_back(std::move(operation));
    };
    for (const auto& [key, value] : desired_->announcement) {
        const auto known = raw.find(key);
        if (known == raw.end() || known->second.value != value || known->second.lease != state_.lease) {
            add(puts, key, hal::PutRequest{key, value, state_.lease});
        }
    }
    for (const auto& [key, keyValue] : raw) {
        // We delete only keys under our own lease.
        if (keyValue.lease == state_.lease && !desired_->announcement.contains(key) &&
            deletions.then.size() < kMaxWrites) {
            add(deletions, key, hal::DeleteRequest{.key = key});
        }
    }
    // Deletions go first and alone: an etcd without space rejects every transaction with a put, but no deletion.
    return deletions.then.empty() ? puts : deletions;
}

void Session::write(const hal::Transaction& transaction) {
    busy_ = true;
    lastAttempt_ = loop_.now();
    etcd_.transact(transaction, [this, transaction](const hal::Result<hal::TransactionReply>& reply) {
        if (!reply) {
            registryStale_ = true; // it may have been applied: read before writing again
            failed(Step::write, reply.error());
            return;
        }
        busy_ = false;
        state_.nextTry.reset();
        if (reply->succeeded) {
            written(transaction, *reply);
        } else {
            registryStale_ = true; // one of the keys was written since we read them
        }
        advance();
    });
}

void Session::written(const hal::Transaction& transaction, const hal::TransactionReply& reply) {
    auto& raw = state_.registry.edit().raw;
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
    etcd_.transact(*desired_->claim, [this](const hal::Result<hal::TransactionReply>& reply) {
        registryStale_ = true; // won or lost, etcd now holds the answer
        if (!reply) {
            failed(Step::claim, reply.error());
            return;
        }
        succeeded(Step::claim);
        // Usually lost to another node; permanently, if the key holds an unreadable value.
        claimAgainAt_ = reply->succeeded ? std::nullopt : std::optional(loop_.now() + claimBackoff_.next());
        desired_->claim.reset(); // the plan from the next reading says whether another one is needed
        advance();
    });
}

} // namespace agent
