// A transaction is checked as a whole before any of it is carried out, and makes one revision.
#include "tests/unit/fake_etcd.hpp"

#include "tests/unit/etcd_limits.hpp"

#include <algorithm>
#include <type_traits>

namespace fakes {
namespace {

template <class Value>
bool relates(const Value& left, hal::Compare::Relation relation, const Value& right) {
    switch (relation) {
    case hal::Compare::Relation::equal: return left == right;
    case hal::Compare::Relation::notEqual: return left != right;
    case hal::Compare::Relation::less: return left < right;
    case hal::Compare::Relation::greater: return left > right;
    }
    return false;
}

int64_t numberOf(const hal::KeyValue& keyValue, hal::Compare::Target target) {
    switch (target) {
    case hal::Compare::Target::createRevision: return keyValue.createRevision;
    case hal::Compare::Target::modRevision: return keyValue.modRevision;
    case hal::Compare::Target::lease: return keyValue.lease.value_or(0);
    case hal::Compare::Target::value: break;
    }
    return 0;
}

bool matches(const std::string& key, const std::string& wanted, bool prefix) {
    return prefix ? key.starts_with(wanted) : key == wanted;
}

} // namespace

hal::Header EtcdStore::header() { return {.clusterId = clusterId_, .memberId = 1, .revision = revision_}; }

void EtcdStore::drop(hal::LeaseId id) {
    leases_.erase(id);
    const auto removed = std::erase_if(data_, [this, id](const auto& entry) {
        const bool leased = entry.second.lease == id;
        if (leased) {
            tell(entry.first);
        }
        return leased;
    });
    revision_ += removed > 0 ? 1 : 0;
}

void EtcdStore::tell(const std::string& key) {
    for (const auto& [prefixes, token] : watches_) {
        const auto changed = token.lock();
        if (changed &&
            std::ranges::any_of(prefixes, [&key](const auto& prefix) { return key.starts_with(prefix); })) {
            (*changed)();
        }
    }
}

EtcdStore::WatchToken EtcdStore::watch(std::vector<std::string> prefixes, std::function<void()> changed) {
    std::erase_if(watches_, [](const auto& watch) { return watch.second.expired(); });
    auto token = std::make_shared<std::function<void()>>(std::move(changed));
    watches_.emplace_back(std::move(prefixes), token);
    return token;
}

void EtcdStore::remove(const std::string& key, bool prefix) {
    std::erase_if(data_, [this, &key, prefix](const auto& entry) {
        const bool matched = matches(entry.first, key, prefix);
        if (matched) {
            tell(entry.first);
        }
        return matched;
    });
}

void EtcdStore::expire() {
    if (stopped_) {
        return;
    }
    std::vector<hal::LeaseId> over;
    for (const auto& [id, lease] : leases_) {
        if (lease.runsOut <= loop_.now()) {
            over.push_back(id);
        }
    }
    for (const auto id : over) {
        drop(id);
    }
}

hal::Lease EtcdStore::grant(std::chrono::seconds ttl) {
    expire();
    leases_[++lastLease_] = {ttl, loop_.now() + ttl};
    return {lastLease_, ttl};
}

std::optional<hal::Lease> EtcdStore::keepAlive(hal::LeaseId id) {
    expire();
    const auto lease = leases_.find(id);
    if (lease == leases_.end()) {
        return std::nullopt;
    }
    lease->second.runsOut = loop_.now() + lease->second.ttl;
    return hal::Lease{id, lease->second.ttl};
}

hal::Header EtcdStore::revoke(hal::LeaseId id) {
    expire();
    drop(id);
    return header();
}

hal::RangeReply EtcdStore::select(const hal::RangeRequest& request) const {
    hal::RangeReply reply;
    for (const auto& [key, keyValue] : data_) {
        if (matches(key, request.key, request.prefix)) {
            reply.keyValues.push_back(keyValue);
        }
    }
    return reply;
}

hal::RangeReply EtcdStore::range(const hal::RangeRequest& request) {
    expire();
    auto reply = select(request);
    reply.header = header();
    return reply;
}

bool EtcdStore::holds(const hal::Compare& compare) const {
    const auto found = select({.key = compare.key, .prefix = compare.prefix}).keyValues;
    if (const auto* const text = std::get_if<std::string>(&compare.operand)) {
        return !found.empty() && std::ranges::all_of(found, [&](const hal::KeyValue& keyValue) {
            return relates(keyValue.value, compare.relation, *text);
        });
    }
    const auto operand = std::get<int64_t>(compare.operand);
    if (found.empty()) {
        return relates(int64_t{0}, compare.relation, operand);
    }
    return std::ranges::all_of(found, [&](const hal::KeyValue& keyValue) {
        return relates(numberOf(keyValue, compare.target), compare.relation, operand);
    });
}

void EtcdStore::write(const std::string& key, const std::string& value, std::optional<hal::LeaseId> lease) {
    auto& entry = data_[key];
    const bool isNew = entry.version == 0;
    entry = {.key = key,
             .value = value,
             .createRevision = isNew ? revision_ : entry.createRevision,
             .modRevision = revision_,
             .version = entry.version + 1,
             .lease = lease};
    tell(key);
}

void EtcdStore::perform(const std::vector<hal::Operation>& operations, hal::TransactionReply& reply) {
    const bool writes = std::ranges::any_of(operations, [](const hal::Operation& operation) {
        return !std::holds_alternative<hal::RangeRequest>(operation);
    });
    revision_ += writes ? 1 : 0;
    for (const auto& operation : operations) {
        if (const auto* const read = std::get_if<hal::RangeRequest>(&operation)) {
            reply.ranges.push_back(select(*read));
            reply.ranges.back().header = header();
        } else if (const auto* const put = std::get_if<hal::PutRequest>(&operation)) {
            write(put->key, put->value, put->lease);
        } else if (const auto* const removal = std::get_if<hal::DeleteRequest>(&operation)) {
            remove(removal->key, removal->prefix);
        }
    }
}

hal::Result<hal::TransactionReply> EtcdStore::transact(const hal::Transaction& transaction) {
    expire();
    hal::TransactionReply reply;
    reply.succeeded =
        std::ranges::all_of(transaction.when, [this](const auto& compare) { return holds(compare); });
    const auto& operations = reply.succeeded ? transaction.then : transaction.otherwise;
    for (const auto& operation : operations) {
        const auto* const put = std::get_if<hal::PutRequest>(&operation);
        if (put != nullptr && put->lease && !leases_.contains(*put->lease)) {
            return hal::failure(hal::etcdFaultError(static_cast<int>(hal::EtcdFault::notFound),
                                                    "etcdserver: requested lease not found"));
        }
    }
    perform(operations, reply);
    reply.header = header();
    return reply;
}

void EtcdStore::put(const std::string& key, const std::string& value, std::optional<hal::LeaseId> lease) {
    expire();
    ++revision_;
    write(key, value, lease);
}

void EtcdStore::erase(const std::string& key) {
    expire();
    revision_ += data_.contains(key) ? 1 : 0;
    remove(key, false);
}

std::optional<std::string> EtcdStore::value(const std::string& key) {
    expire();
    const auto entry = data_.find(key);
    return entry == data_.end() ? std::nullopt : std::optional(entry->second.value);
}

std::vector<std::string> EtcdStore::keys(const std::string& prefix) {
    expire();
    std::vector<std::string> names;
    for (const auto& [key, keyValue] : data_) {
        if (key.starts_with(prefix)) {
            names.push_back(key);
        }
    }
    return names;
}

size_t EtcdStore::leases() {
    expire();
    return leases_.size();
}

void EtcdStore::wipe() {
    data_.clear();
    leases_.clear();
    revision_ = 1;
    ++clusterId_;
}

void EtcdStore::stop() {
    expire();
    stopped_ = true;
}

void EtcdStore::start() {
    stopped_ = false;
    for (auto& [id, lease] : leases_) {
        lease.runsOut = loop_.now() + lease.ttl;
    }
}

// ---- clients ----

size_t EtcdLink::count(const std::string& call) const {
    return static_cast<size_t>(std::ranges::count(calls, call));
}

template <class T>
void Etcd::call(const std::string& name, std::function<hal::Result<T>()> operation, Done<T> done) {
    link_.calls.push_back(name);
    link_.mostInFlight = std::max(link_.mostInFlight, ++link_.inFlight);
    const auto id = ++sequence_;
    if (link_.deaf) {
        pending_[id] = nullptr;
        return;
    }
    const bool late = link_.frozen;
    const auto answer = [this, id, late, operation = std::move(operation), done = std::move(done)] {
        const auto source = std::move(pending_[id]);
        pending_.erase(id);
        --link_.inFlight;
        if (link_.cut || store_.stopped() || link_.failNext > 0) {
            link_.failNext -= link_.failNext > 0 ? 1 : 0;
            done(hal::failure(refused("10.0.0.9:2379")));
        } else if (late) {
            done(hal::failure({std::make_error_code(std::errc::timed_out), "10.0.0.9:2379"}));
        } else if (link_.loseReplies > 0) {
            --link_.loseReplies;
            (void)operation();
            done(hal::failure({std::make_error_code(std::errc::connection_reset), "10.0.0.9:2379"}));
        } else {
            done(operation());
        }
    };
    pending_[id] = loop_.after(late ? link_.deadline : link_.latency, answer);
}

void Etcd::grant(std::chrono::seconds ttl, Done<hal::Lease> done) {
    call<hal::Lease>(
        "grant",
        [this, ttl] {
            return link_.full ? hal::failure(noSpace()) : hal::Result<hal::Lease>(store_.grant(ttl));
        },
        std::move(done));
}

void Etcd::keepAlive(hal::LeaseId lease, Done<std::optional<hal::Lease>> done) {
    call<std::optional<hal::Lease>>(
        "keepAlive", [this, lease] { return store_.keepAlive(lease); }, std::move(done));
}

void Etcd::revoke(hal::LeaseId lease, Done<hal::Header> done) {
    call<hal::Header>("revoke", [this, lease] { return store_.revoke(lease); }, std::move(done));
}

void Etcd::range(hal::RangeRequest request, Done<hal::RangeReply> done) {
    call<hal::RangeReply>(
        "range", [this, request = std::move(request)] { return store_.range(request); }, std::move(done));
}

void Etcd::transact(hal::Transaction transaction, Done<hal::TransactionReply> done) {
    const bool reads = std::ranges::all_of(transaction.then, [](const hal::Operation& operation) {
        return std::holds_alternative<hal::RangeRequest>(operation);
    });
    if (!reads) {
        link_.transactions.push_back(transaction);
    }
    call<hal::TransactionReply>(
        reads ? "read" : "write",
        [this, reads, transaction = std::move(transaction)] {
            if (link_.full && puts(transaction)) {
                return hal::Result<hal::TransactionReply>(hal::failure(noSpace()));
            }
            auto reply = bounded(store_.transact(transaction), link_.largestReply);
            if (reply && reads && link_.shortReads > 0) {
                --link_.shortReads;
                reply->ranges.clear();
            }
            return reply;
        },
        std::move(done));
}

/// Confirmed after a latency; then it looks twice a second, as etcd does, for leases that ran out and for its own end.
class Etcd::Watch final : public hal::EtcdWatch {
public:
    Watch(Etcd& etcd, std::vector<std::string> prefixes, hal::EtcdWatcher watcher)
        : etcd_(etcd), watcher_(std::move(watcher)) {
        begin_ = etcd_.loop_.after(etcd_.link_.latency,
                                   [this, prefixes = std::move(prefixes)] { stand(prefixes); });
    }

private:
    void stand(const std::vector<std::string>& prefixes) {
        if (gone() || etcd_.link_.watchesFail) {
            end();
            return;
        }
        token_ = etcd_.store_.watch(prefixes, [this] {
            if (!news_) {
                news_ = etcd_.loop_.after(etcd_.link_.latency, [this] {
                    const auto done = std::exchange(news_, nullptr);
                    gone() ? end() : tellChanged();
                });
            }
        });
        check_ = etcd_.loop_.every(std::chrono::milliseconds(500), [this] {
            (void)etcd_.store_.leases(); // runs out what is due
            if (gone()) {
                end();
            }
        });
        tellChanged();
    }

    void tellChanged() {
        const auto changed = watcher_.changed; // may destroy us
        changed();
    }

    [[nodiscard]] bool gone() const {
        return etcd_.link_.cut || etcd_.link_.frozen || etcd_.link_.deaf || etcd_.store_.stopped();
    }

    void end() {
        const auto check = std::move(check_);
        token_.reset();
        news_.reset();
        const auto ended = watcher_.ended; // may destroy us
        ended(refused("10.0.0.9:2379"));
    }

    Etcd& etcd_;
    hal::EtcdWatcher watcher_;
    EtcdStore::WatchToken token_;
    hal::SourcePtr begin_;
    hal::SourcePtr news_;
    hal::SourcePtr check_;
};

hal::EtcdWatchPtr Etcd::watch(const std::vector<std::string>& prefixes, hal::EtcdWatcher watcher) {
    ++link_.watches;
    return std::make_unique<Watch>(*this, prefixes, std::move(watcher));
}

void Etcd::status(Done<hal::EtcdStatus> done) {
    call<hal::EtcdStatus>("status", [] { return hal::EtcdStatus{"3.5.16", 1}; }, std::move(done));
}

} // namespace fakes
