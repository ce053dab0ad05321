// HTTP requests over TCP, TLS or a unix socket, on the loop, without ever blocking it.
// It owns connections, deadlines and size limits. It knows nothing about the content: JSON, retries and failover
// belong to its callers.
#pragma once

#include "hal/base/event_loop.hpp"
#include "hal/base/result.hpp"
#include "hal/http/http_fault.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hal {

/// Files in PEM form. An empty optional means "not used".
struct TlsFiles {
    std::optional<std::string> caFile;
    std::optional<std::string> certificateFile;
    std::optional<std::string> keyFile;
    bool operator==(const TlsFiles&) const = default;
};

struct HttpRequest {
    std::string method = "GET";
    std::string url;
    std::vector<std::string> headers; ///< whole lines: "Content-Type: application/json"
    std::string body;
    std::optional<std::string> unixSocket; ///< connect here instead of to the URL's host
    TlsFiles tls;
    Duration deadline = std::chrono::seconds(1); ///< from the call to the last byte
    std::optional<Duration> connectDeadline; ///< for the connection and its TLS alone; empty: the deadline
    size_t maxResponseBytes = 1 << 20;       ///< more than this is an error, not a truncation
    bool freshConnection = false; ///< a new connection, closed afterwards: as a new client would see it
    /// If set, body bytes go here as they arrive instead of into HttpResponse::body (streams, progress), for any
    /// status. Called from the loop, never from inside send(). Returning false ends the request with an error.
    std::function<bool(std::string_view)> onBody;
};

struct HttpResponse {
    int status = 0;
    std::string body;
};

/// A request in flight; destroying it cancels it without a callback.
class HttpCall {
public:
    HttpCall() = default;
    HttpCall(const HttpCall&) = delete;
    HttpCall& operator=(const HttpCall&) = delete;
    virtual ~HttpCall() = default;
};
using HttpCallPtr = std::unique_ptr<HttpCall>;

class HttpClient {
public:
    HttpClient() = default;
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;
    virtual ~HttpClient() = default;

    /// Calls `done` exactly once, later, from the loop, unless the returned call is destroyed first. Errors are
    /// retryable unless the URL or a TLS file is unusable; their message names the address and the reason
    /// ("10.0.0.2:2379: connection refused"), their code is an HttpFault. Any HTTP status is an answer, not an error.
    [[nodiscard]] virtual HttpCallPtr send(HttpRequest request,
                                           std::function<void(Result<HttpResponse>)> done) = 0;
};

[[nodiscard]] Result<std::unique_ptr<HttpClient>> makeHttpClient(EventLoop& loop);

} // namespace hal
