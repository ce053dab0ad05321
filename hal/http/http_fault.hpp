// Why an HTTP request got no answer, as a std::error_code that callers can compare.
// It owns the list of reasons and their next step in words. Pure: no socket, no curl.
#pragma once

#include "hal/base/result.hpp"

#include <system_error>

namespace hal {

/// The first group is certain: not one byte of the request left this machine, so any request may be sent again.
enum class HttpFault {
    refused = 1,     ///< the port is closed
    unreachable,     ///< no route, unknown name, no such socket
    connectTimeout,  ///< neither accepted nor refused within the time for connecting
    tls,             ///< no secure connection: certificates do not fit
    overloaded,      ///< too many requests are in flight in this process
    unusableRequest, ///< the URL or a TLS file cannot be used

    timeout = 20, ///< the request was sent, the answer did not come in time
    closed,       ///< the request was sent, the connection ended before the answer did
    malformed,    ///< what came is not HTTP
    tooLarge,     ///< the answer is longer than the caller allows
    readerStopped ///< the caller's onBody ended the request
};

[[nodiscard]] std::error_code
make_error_code(HttpFault fault) noexcept; // NOLINT(readability-identifier-naming)

/// True when the far end cannot have seen anything of the request; false also for errors of other origin.
[[nodiscard]] bool nothingWasSent(const Error& error);

} // namespace hal

template <>
struct std::is_error_code_enum<hal::HttpFault> : std::true_type {};
