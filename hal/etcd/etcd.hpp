// etcd v3 as the agent needs it: leases, transactions, ranges and watches through the JSON gateway.
// It owns endpoint failover, authentication and the deadline of each call. It holds no lease, remembers no key and
// never decides what is written.
#pragma once

#include "hal/base/result.hpp"
#include "hal/etcd/etcd_fault.hpp"
#include "hal/http/http_client.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace hal {

using LeaseId = int64_t;
using Revision = int64_t;

struct Lease {
    LeaseId id = 0;
    std::chrono::seconds ttl{0}; ///< granted by the server, possibly longer than requested
    bool operator==(const Lease&) const = default;
};

struct KeyValue {
    std::string key;
    std::string value;
    Revision createRevision = 0;
    Revision modRevision = 0;
    int64_t version = 0;
    std::optional<LeaseId> lease;
    bool operator==(const KeyValue&) const = default;
};

/// All keys that begin with `key` if `prefix` is set, else the one key.
struct RangeRequest {
    std::string key;
    bool prefix = false;
    bool operator==(const RangeRequest&) const = default;
};

struct PutRequest {
    std::string key;
    std::string value;
    std::optional<LeaseId> lease; ///< a put without a lease makes a leased key permanent
    bool operator==(const PutRequest&) const = default;
};

struct DeleteRequest {
    std::string key;
    bool operator==(const DeleteRequest&) const = default;
};

using Operation = std::variant<RangeRequest, PutRequest, DeleteRequest>;

/// Holds if the property of the key is in this relation to the operand. A create revision of 0 means "the
/// key does not exist". With `prefix` it must hold for every key that begins with `key`. A missing key, and a
/// prefix without keys, compares as one whose numbers are all 0.
struct Compare {
    enum class Target { createRevision, modRevision };
    enum class Relation { equal, less };
    std::string key;
    Target target = Target::createRevision;
    Relation relation = Relation::equal;
    Revision operand = 0;
    bool prefix = false;
    bool operator==(const Compare&) const = default;
};

struct Transaction {
    std::vector<Compare> when;
    std::vector<Operation> then;
    std::vector<Operation> otherwise;
    bool operator==(const Transaction&) const = default;
};

/// What every answer begins with.
struct Header {
    Revision revision = 0; ///< of the store at the time of the answer
    bool operator==(const Header&) const = default;
};

struct RangeReply {
    std::vector<KeyValue> keyValues;
    bool operator==(const RangeReply&) const = default;
};

struct TransactionReply {
    Header header;
    bool succeeded = false;
    std::vector<RangeReply> ranges; ///< the answers of the branch's range operations, in their order
    bool operator==(const TransactionReply&) const = default;
};

struct EtcdOptions {
    std::vector<std::string> endpoints; ///< "http://10.0.0.2:2379"; at least one
    TlsFiles tls;
    std::optional<std::string> user;
    std::optional<std::string> password;
    Duration deadline = std::chrono::milliseconds(1500); ///< of one call, over all endpoints it tries
    bool operator==(const EtcdOptions&) const = default;
};

/// An active watch; destroying it ends it without a callback.
class EtcdWatch {
public:
    EtcdWatch() = default;
    EtcdWatch(const EtcdWatch&) = delete;
    EtcdWatch& operator=(const EtcdWatch&) = delete;
    virtual ~EtcdWatch() = default;
};
using EtcdWatchPtr = std::unique_ptr<EtcdWatch>;

/// The callbacks of a watch. Events carry no payload: after `changed` the receiver reads again.
struct EtcdWatcher {
    /// The watch is established, or a key changed. The first call comes once every prefix is watched: a reading made
    /// after it, together with the later calls, misses nothing.
    std::function<void()> changed;
    /// Exactly once, and never after the watch was destroyed: the member ended it, lost its leader, or is gone.
    std::function<void(Error)> ended;
};

/// Every call reports exactly once, from the loop, never from inside the call itself. When the client is destroyed
/// pending calls are dropped. Retryable errors mean that every endpoint was tried or the deadline passed; their
/// text names the last endpoint and its reason. A grant or a transaction that was sent and not answered is not sent
/// again: it may have been carried out, so read back before the next step.
class Etcd {
public:
    template <class T>
    using Done = std::function<void(Result<T>)>;

    Etcd() = default;
    Etcd(const Etcd&) = delete;
    Etcd& operator=(const Etcd&) = delete;
    virtual ~Etcd() = default;

    virtual void grant(std::chrono::seconds ttl, Done<Lease> done) = 0;
    /// Empty if the lease no longer exists (expired, revoked, or the store was replaced).
    virtual void keepAlive(LeaseId lease, Done<std::optional<Lease>> done) = 0;
    /// Revoking a lease that is already gone is a success.
    virtual void revoke(LeaseId lease, Done<Header> done) = 0;
    /// EtcdFault::notFound if the lease of a put no longer exists.
    virtual void transact(Transaction transaction, Done<TransactionReply> done) = 0;

    /// Watches all keys that begin with one of the prefixes, from now on, on a connection of its own to the endpoint
    /// that answered last. The member has the deadline of a call to confirm it.
    [[nodiscard]] virtual EtcdWatchPtr watch(const std::vector<std::string>& prefixes,
                                             EtcdWatcher watcher) = 0;
};

[[nodiscard]] Result<std::unique_ptr<Etcd>> makeEtcd(EventLoop& loop, HttpClient& http, EtcdOptions options);

} // namespace hal
