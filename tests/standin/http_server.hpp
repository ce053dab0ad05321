// The HTTP side: GET / with CrateDB's status rules, POST /_sql, and a page for browsers; host-based authentication guards
// all of them, including GET /.
// Owns the connections and their sessions. A connection gets its SQL session with its first statement; once new
// sessions are disabled (decommissioning) a connection without one is closed without an answer, as the real server
// does. Driven by the caller's loop: no thread of its own.
#pragma once

#include "tests/standin/cluster.hpp"
#include "tests/standin/host_based.hpp"
#include "tests/standin/listener.hpp"
#include "tests/standin/node.hpp"
#include "tests/standin/sql_engine.hpp"

#include <memory>

struct MHD_Connection;
struct MHD_Daemon;

namespace standin {

class HttpServer {
public:
    [[nodiscard]] static Result<std::unique_ptr<HttpServer>> start(const Node& node, const Cluster& cluster,
                                                                   sql::Engine& engine, HostBased hostBased);

    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;
    ~HttpServer();

    void add(const Listener::Accepted& accepted);
    // Readable when run() has something to do.
    [[nodiscard]] int descriptor() const;
    // Answers what can be answered; statements that waited for other nodes go on first.
    void run();
    [[nodiscard]] std::optional<std::chrono::milliseconds> timeout() const;

    void welcomeSessions(bool welcome) { newSessionsEnabled_ = welcome; }
    // Statements that wait for other nodes.
    [[nodiscard]] std::size_t activeRequests() const { return suspended_.size(); }

    struct Page {
        unsigned status = 200;
        std::string contentType;
        std::string body;
        std::string location;
        bool asksForPassword = false;
    };

    struct Request {
        std::string method;
        std::string path;
        std::string accept;
        std::string userAgent;
        std::string body;
        bool types = false;
        Client client;
        sql::Engine::Ticket ticket; // of a statement that waits for other nodes
    };

    // Who asks when the request does not say it.
    [[nodiscard]] const std::string& defaultUser() const { return hostBased_.defaultUser(); }
    [[nodiscard]] HostBased::Judgement judge(const Client& client) const;
    // Whether this connection may run SQL; gives it a session if it may have one.
    [[nodiscard]] bool ensureSession(bool& hasSession) const;
    // Nothing while other nodes are at work; to be asked again once the ticket is done.
    [[nodiscard]] std::optional<Page> answer(Request& request) const;
    void suspend(MHD_Connection* connection, std::uint64_t ticket);
    void forget(const Request& request);

private:
    HttpServer(const Node& node, const Cluster& cluster, sql::Engine& engine, HostBased hostBased);
    [[nodiscard]] Page mainPage() const;

    const Node& node_;
    const Cluster& cluster_;
    sql::Engine& engine_;
    HostBased hostBased_;
    MHD_Daemon* daemon_ = nullptr;
    bool newSessionsEnabled_ = true;
    std::map<MHD_Connection*, std::uint64_t> suspended_; // connection -> ticket
};

} // namespace standin
