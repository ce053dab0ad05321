// The database on this node as a client sees it: whether it answers SQL on a new connection, which node is master,
// which cluster it belongs to. It owns a held connection that reports the database's end at once. It never judges.
#pragma once

#include "hal/base/result.hpp"
#include "hal/http/http_client.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace hal {

/// The result of one question. If a value is missing, there is a reason.
struct CrateAnswer {
    bool sqlAnswers = false;             ///< a statement succeeded on a fresh connection
    std::optional<std::string> sqlError; ///< why not, in words
    std::optional<std::string> nodeName;
    std::optional<std::string> clusterName;
    std::optional<std::string> version;    ///< "6.4.5"
    std::optional<std::string> masterNode; ///< node id of the elected master; empty while there is none
    std::optional<std::string> clusterId;
    bool operator==(const CrateAnswer&) const = default;
};

class Crate {
public:
    Crate() = default;
    Crate(const Crate&) = delete;
    Crate& operator=(const Crate&) = delete;
    virtual ~Crate() = default;

    /// GET / and one SQL statement on fresh connections, each within `deadline`. Reports exactly once, later.
    /// A second call while one is running joins it.
    virtual void ask(Duration deadline, std::function<void(CrateAnswer)> done) = 0;

    /// Opens one connection and holds it idle; calls once when the far end closes it. Another call replaces the held
    /// connection. Does nothing if the port refuses: ask() reports that.
    virtual void hold(std::function<void()> lost) = 0;
};

/// `host` is an address, never a name; `port` is CrateDB's http.port (4200).
[[nodiscard]] std::unique_ptr<Crate> makeCrate(EventLoop& loop, HttpClient& http, const std::string& host,
                                               int port);

} // namespace hal
