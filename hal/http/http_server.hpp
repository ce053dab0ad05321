// Serves prepared pages over HTTP, on sockets passed by systemd or opened by us. It owns connections and their limits
// (count, time, request size). It computes nothing while a client waits: any path without a page is 404, and a page
// is the last value that the agent published.
#pragma once

#include "hal/base/event_loop.hpp"
#include "hal/base/result.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace hal {

struct Page {
    int status = 200;
    std::string contentType = "text/plain; charset=utf-8";
    std::string body;
    bool operator==(const Page&) const = default;
};

/// By exact path ("/ready"). Every page answers GET and HEAD, and OPTIONS with the same status.
using Pages = std::map<std::string, Page>;

struct HttpServerLimits {
    unsigned connections = 1024;                    ///< per socket; beyond it the most expendable client goes
    Duration idleTimeout = std::chrono::seconds(5); ///< a half-open or silent connection is closed after this
    bool operator==(const HttpServerLimits&) const = default;
};

class HttpServer {
public:
    HttpServer() = default;
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;
    virtual ~HttpServer() = default;

    /// Replaces all pages; later requests see the new ones. The first call starts serving: until then connections
    /// wait in the backlog, so a restarting agent never reports what it does not know yet.
    virtual void publish(Pages pages) = 0;

    /// Accepts no more clients, answers those already connected, and then calls `done`, once, after a quarter of a
    /// second at the latest. The listen sockets stay open for the next process.
    virtual void drain(std::function<void()> done) = 0;
};

/// Serves the sockets passed by systemd (LISTEN_FDS). When there are none, opens `fallbackPort` on all
/// addresses (0 = none) and `fallbackUnixPath` (empty = none). Terminal errors name the address.
[[nodiscard]] Result<std::unique_ptr<HttpServer>> makeHttpServer(EventLoop& loop, HttpServerLimits limits,
                                                                 int fallbackPort,
                                                                 const std::string& fallbackUnixPath);

} // namespace hal
