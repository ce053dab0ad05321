// Why an HTTP request got no answer, as a std::error_code that callers can compare.
// It owns the list of reasons and the text of their next step. Pure: no socket, no curl.
#pragma once

#include "hal/base/result.hpp"

#include <system_error>

namespace hal {

/// For the first group, no byte of the request has left this machine, so any request may be sent again.
enum class HttpFault {
    refused = 1,     ///< the port is closed
    unreachable,     ///< no route, unknown name, no such socket
    connectTimeout,  ///< neither accepted nor refused within the connect deadline
    tls,             ///< no secure connection: the certificates do not match
    overloaded,      ///< too many requests are in flight in this process
    unusableRequest, ///< the URL or a TLS file cannot be used

    timeout = 20, ///< the request was sent, the answer did not come in time
    closed,       ///< the request was sent, the connection ended before the answer did
    malformed,    ///< the answer is not HTTP
    tooLarge,     ///< the answer is longer than the caller allows
    readerStopped ///< the caller's onBody ended the request
};

[[nodiscard]] std::error_code
make_error_code(HttpFault fault) noexcept; // NOLINT(readability-identifier-naming)

/// Whether the far end cannot have seen any part of the request; false for errors of other origin, too.
[[nodiscard]] bool nothingWasSent(const Error& error);

} // namespace hal

template <>
struct std::is_error_code_enum<hal::HttpFault> : std::true_type {};
