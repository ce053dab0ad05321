// A transaction is checked as a whole before any of it is carried out, and makes one revision.
#include "tests/fakes/etcd.hpp"

#include <algorithm>
#include <utility>

namespace fakes {
namespace {

bool relates(hal::Revision left, hal::Compare::Relation relation, hal::Revision right) {
    switch (relation) {
    case hal::Compare::Relation::equal: return left == right;
    case hal::Compare::Relation::less: return left < right;
    }
    return false;
}

hal::Revision numberOf(const hal::KeyValue& keyValue, hal::Compare::Target target) {
    switch (target) {
    case hal::Compare::Target::createRevision: return keyValue.createRevision;
    case hal::Compare::Target::modRevision: return keyValue.modRevision;
    }
    return 0;
}

bool matches(const std::string& key, const std::string& wanted, bool prefix) {
    return prefix ? key.starts_with(wanted) : key == wanted;
}

} // namespace

hal::Header EtcdStore::header() { return {.revision = revision_}; }

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

void EtcdStore::remove(const std::string& key) {
    if (data_.erase(key) > 0) {
        tell(key);
    }
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

bool EtcdStore::holds(const hal::Compare& compare) const {
    const auto found = select({.key = compare.key, .prefix = compare.prefix}).keyValues;
    if (found.empty()) {
        return relates(0, compare.relation, compare.operand);
    }
    return std::ranges::all_of(found, [&](const hal::KeyValue& keyValue) {
        return relates(numberOf(keyValue, compare.target), compare.relation, compare.operand);
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
        } else if (const auto* const put = std::get_if<hal::PutRequest>(&operation)) {
            write(put->key, put->value, put->lease);
        } else if (const auto* const removal = std::get_if<hal::DeleteRequest>(&operation)) {
            remove(removal->key);
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
    remove(key);
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

std::optional<std::chrono::seconds> EtcdStore::leaseLength(hal::LeaseId id) {
    expire();
    const auto lease = leases_.find(id);
    return lease == leases_.end() ? std::nullopt : std::optional(lease->second.ttl);
}

void EtcdStore::wipe() {
    data_.clear();
    leases_.clear();
    revision_ = 1;
}

std::shared_ptr<const EtcdStore::Snapshot> EtcdStore::snapshot() {
    expire();
    Snapshot snapshot{.data = data_, .leases = {}, .revision = revision_};
    for (const auto& [id, lease] : leases_) {
        snapshot.leases.emplace(id, lease.ttl);
    }
    return std::make_shared<const Snapshot>(std::move(snapshot));
}

void EtcdStore::restore(const Snapshot& snapshot) {
    data_ = snapshot.data;
    leases_.clear();
    for (const auto& [id, ttl] : snapshot.leases) {
        leases_[id] = {ttl, loop_.now() + ttl};
    }
    revision_ = snapshot.revision;
}

void EtcdStore::stop() {
    expire();
    stopped_ = true;
}

void EtcdStore::start() {
    if (!std::exchange(stopped_, false)) {
        return;
    }
    for (auto& [id, lease] : leases_) {
        lease.runsOut = loop_.now() + lease.ttl;
    }
}

} // namespace fakes
