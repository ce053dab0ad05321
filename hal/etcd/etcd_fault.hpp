// What etcd's errors mean: their codes, what a person can do about them, and what a client may do next.
// It never looks at HTTP statuses, which differ between versions. Pure: no connection, no JSON.
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
    notFound = 5, ///< of a transaction: its lease does not exist any more, so grant a new one and write again
    permissionDenied = 7,
    resourceExhausted = 8,
    failedPrecondition = 9,
    outOfRange = 11,
    unavailable = 14,
    unauthenticated = 16,
    other = 99,       ///< a code that etcd is not known to send
    gatewayOff = 100, ///< the JSON gateway is switched off
    malformed = 101   ///< not an answer of etcd's gateway
};

[[nodiscard]] std::error_code
make_error_code(EtcdFault fault) noexcept; // NOLINT(readability-identifier-naming)

/// The error for a gRPC code and etcd's own message, with a hint where a person has to act.
[[nodiscard]] Error etcdFaultError(int grpcCode, const std::string& message);

enum class EtcdRemedy {
    giveUp,           ///< every member would answer the same
    nextEndpoint,     ///< this member cannot, another may; the request was refused before it did anything
    nextIfRepeatable, ///< idem, but the request may have been carried out all the same
    authenticate      ///< the token is missing, unknown or old; the request was refused
};

/// What the error of one endpoint, from etcd or from the HTTP client, leaves to do.
[[nodiscard]] EtcdRemedy remedyFor(const Error& error);

/// True when the server says that authentication is switched off there, so that no token is needed.
[[nodiscard]] bool authenticationIsOff(const Error& error);

} // namespace hal

template <>
struct std::is_error_code_enum<hal::EtcdFault> : std::true_type {};
