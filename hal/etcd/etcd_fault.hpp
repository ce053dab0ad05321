// The meaning of etcd's errors: their codes, what an operator can do about them, and what a client may do next.
// It never uses HTTP statuses, which differ between versions. Pure: no connection, no JSON.
#pragma once

#include "hal/base/result.hpp"

#include <string>
#include <system_error>

namespace hal {

/// gRPC's status codes as etcd uses them, and three of our own.
enum class EtcdFault {
    canceled = 1,
    unknown = 2,
    invalidArgument = 3,
    notFound = 5, ///< of a transaction: its lease no longer exists, so grant a new one and write again
    permissionDenied = 7,
    resourceExhausted = 8,
    failedPrecondition = 9,
    outOfRange = 11,
    unavailable = 14,
    unauthenticated = 16,
    other = 99,       ///< a code that etcd is not known to send
    gatewayOff = 100, ///< the JSON gateway is switched off
    malformed = 101   ///< not an answer from etcd's gateway
};

[[nodiscard]] std::error_code
make_error_code(EtcdFault fault) noexcept; // NOLINT(readability-identifier-naming)

/// The error for a gRPC code and etcd's own message, with a hint if an operator has to act.
[[nodiscard]] Error etcdFaultError(int grpcCode, const std::string& message);

enum class EtcdRemedy {
    giveUp,           ///< every member would answer the same
    nextEndpoint,     ///< this member cannot, another may; the request was rejected before it had any effect
    nextIfRepeatable, ///< the same, but the request may have been carried out
    authenticate      ///< the token is missing, unknown or old; the request was rejected
};

/// What to do after the error of one endpoint, from etcd or from the HTTP client.
[[nodiscard]] EtcdRemedy remedyFor(const Error& error);

/// Whether the error says that authentication is disabled on the server, so that no token is needed.
[[nodiscard]] bool authenticationIsOff(const Error& error);

} // namespace hal

template <>
struct std::is_error_code_enum<hal::EtcdFault> : std::true_type {};
