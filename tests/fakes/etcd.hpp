// An etcd in memory: revisions, leases that run out on the simulated clock, guarded transactions; and clients of it
// whose connection can be cut, frozen or made to lose answers. It models one cluster of etcd as seen from outside.
#pragma once

#include "hal/etcd/etcd.hpp"
#include "tests/fakes/fakes.hpp"

#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fakes {

/// The server side, shared by all clients.
class EtcdStore {
public:
    explicit EtcdStore(Loop& loop) : loop_(loop) {}

    hal::Lease grant(std::chrono::seconds ttl);
    std::optional<hal::Lease> keepAlive(hal::LeaseId id);
    hal::Header revoke(hal::LeaseId id);
    hal::Result<hal::TransactionReply> transact(const hal::Transaction& transaction);
    hal::Header header();

    /// Calls, later, whenever a key below one of the prefixes was written or removed, until the token is gone.
    using WatchToken = std::shared_ptr<std::function<void()>>;
    [[nodiscard]] WatchToken watch(std::vector<std::string> prefixes, std::function<void()> changed);

    // ---- for tests ----
    void put(const std::string& key, const std::string& value, std::optional<hal::LeaseId> lease = {});
    void erase(const std::string& key);
    [[nodiscard]] std::optional<std::string> value(const std::string& key);
    [[nodiscard]] std::vector<std::string> keys(const std::string& prefix = "");
    [[nodiscard]] size_t leases();
    /// How long a lease is that still runs.
    [[nodiscard]] std::optional<std::chrono::seconds> leaseLength(hal::LeaseId id);
    /// Another store answers at the same address: no keys, no leases, revision 1.
    void wipe();
    /// What `etcdctl snapshot save` writes, and a start from it: leases have their whole time again, revisions go
    /// back. No watcher is notified; connections belong to the clients.
    struct Snapshot;
    [[nodiscard]] std::shared_ptr<const Snapshot> snapshot();
    void restore(const Snapshot& snapshot);
    [[nodiscard]] const std::map<std::string, hal::KeyValue>& data() const { return data_; }
    /// While stopped nothing runs out; a new start gives every lease its whole time again, as an election does.
    void stop();
    void start();
    [[nodiscard]] bool stopped() const { return stopped_; }

private:
    struct Grant {
        std::chrono::seconds ttl;
        hal::TimePoint runsOut;
    };

    void expire();
    void drop(hal::LeaseId id);
    void tell(const std::string& key);
    void remove(const std::string& key);
    bool holds(const hal::Compare& compare) const;
    void write(const std::string& key, const std::string& value, std::optional<hal::LeaseId> lease);
    [[nodiscard]] hal::RangeReply select(const hal::RangeRequest& request) const;
    void perform(const std::vector<hal::Operation>& operations, hal::TransactionReply& reply);

    Loop& loop_;
    std::map<std::string, hal::KeyValue> data_;
    std::map<hal::LeaseId, Grant> leases_;
    hal::LeaseId lastLease_ = 1000; // never used twice, as etcd's random ones
    hal::Revision revision_ = 1;
    bool stopped_ = false;
    std::vector<std::pair<std::vector<std::string>, std::weak_ptr<std::function<void()>>>> watches_;
};

struct EtcdStore::Snapshot {
    std::map<std::string, hal::KeyValue> data;
    std::map<hal::LeaseId, std::chrono::seconds> leases;
    hal::Revision revision = 1;
};

/// What lies between one client and the server, and what was said over it. Outlives the client.
struct EtcdLink {
    hal::Duration latency = std::chrono::milliseconds(2);
    hal::Duration deadline = std::chrono::milliseconds(1500);
    bool cut = false;         ///< connections are refused
    bool frozen = false;      ///< calls are not carried out and end with their deadline
    bool deaf = false;        ///< calls never end, as no real client's may
    unsigned failNext = 0;    ///< so many calls from now are refused
    unsigned loseReplies = 0; ///< so many calls from now are carried out and reported as failed
    unsigned shortReads = 0;  ///< so many reads from now come back without their ranges
    bool full = false; ///< etcd has no space left: it refuses grants and whatever puts, and no deletion
    size_t largestReply =
        std::numeric_limits<size_t>::max(); ///< bytes of keys and values; more cannot be read
    /// "grant", "keepAlive", "read", "write", ... in the order of their sending
    std::vector<std::string> calls;
    std::vector<hal::Transaction> transactions;
    unsigned inFlight = 0;
    unsigned mostInFlight = 0;
    unsigned watches = 0;     ///< that were ever asked for
    bool watchesFail = false; ///< each ends before it is established

    [[nodiscard]] size_t count(const std::string& call) const;
};

class Etcd final : public hal::Etcd {
public:
    Etcd(Loop& loop, EtcdStore& store, EtcdLink& link) : loop_(loop), store_(store), link_(link) {}
    Etcd(const Etcd&) = delete;
    Etcd& operator=(const Etcd&) = delete;
    ~Etcd() override { link_.inFlight -= static_cast<unsigned>(pending_.size()); }

    void grant(std::chrono::seconds ttl, Done<hal::Lease> done) override;
    void keepAlive(hal::LeaseId lease, Done<std::optional<hal::Lease>> done) override;
    void revoke(hal::LeaseId lease, Done<hal::Header> done) override;
    void transact(hal::Transaction transaction, Done<hal::TransactionReply> done) override;
    [[nodiscard]] hal::EtcdWatchPtr watch(const std::vector<std::string>& prefixes,
                                          hal::EtcdWatcher watcher) override;

private:
    class Watch;

    template <class T>
    void call(const std::string& name, std::function<hal::Result<T>()> operation, Done<T> done);

    Loop& loop_;
    EtcdStore& store_;
    EtcdLink& link_;
    uint64_t sequence_ = 0;
    std::map<uint64_t, hal::SourcePtr> pending_;
};

} // namespace fakes
