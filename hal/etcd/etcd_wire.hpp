// The bytes of etcd's JSON gateway: requests out, replies and errors in. Pure functions, no connection.
// It owns what differs between gateway v1 (etcd 3.4 and 3.5) and v2 (etcd 3.6, Debian's 3.5): blanks, error shapes,
// HTTP statuses. Unknown fields are ignored, a missing number is 0, numbers never pass through a double.
#pragma once

#include "hal/etcd/etcd.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace hal {

/// The end of the range of all keys that begin with `prefix`: the prefix with its last byte raised by one; for an empty
/// prefix, or one of 0xff alone, etcd's mark for "to the last key".
[[nodiscard]] std::string prefixEnd(std::string prefix);

/// One POST to the gateway.
struct EtcdRequest {
    std::string path; ///< "/v3/kv/txn"
    std::string body;
    bool repeatable = true; ///< sending it twice has the same effect as sending it once
    bool operator==(const EtcdRequest&) const = default;
};

[[nodiscard]] EtcdRequest encodeGrant(std::chrono::seconds ttl);
[[nodiscard]] EtcdRequest encodeKeepAlive(LeaseId lease);
[[nodiscard]] EtcdRequest encodeRevoke(LeaseId lease);
[[nodiscard]] EtcdRequest encodeTransaction(const Transaction& transaction);
[[nodiscard]] EtcdRequest encodeAuthenticate(const std::string& user, const std::string& password);

/// Empty when the answer is a success. The error's code is an EtcdFault.
[[nodiscard]] std::optional<Error> etcdError(int httpStatus, std::string_view body);

// The decoders take the body of a success. Anything that etcd does not send is an EtcdFault::malformed.
[[nodiscard]] Result<Lease> decodeGrant(std::string_view body);
[[nodiscard]] Result<std::optional<Lease>> decodeKeepAlive(std::string_view body);
[[nodiscard]] Result<Header> decodeRevoke(std::string_view body);
[[nodiscard]] Result<TransactionReply> decodeTransaction(std::string_view body);
/// The token for the Authorization header.
[[nodiscard]] Result<std::string> decodeAuthenticate(std::string_view body);

} // namespace hal
