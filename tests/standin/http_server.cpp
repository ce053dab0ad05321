// See http_server.hpp. The C callbacks only translate; what to answer is decided in answer().
#include "tests/standin/http_server.hpp"

#include "tests/standin/log.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <exception>
#include <mbedtls/base64.h>
#include <microhttpd.h>
#include <new>

namespace standin {

namespace {

constexpr unsigned kMostConnections = 1024;
// Far below CrateDB's 100 MB http.max_content_length: the agent's statements fit many times over.
constexpr std::size_t kLargestBody = std::size_t{4} * 1024 * 1024;

struct Session {
    bool exists = false;
};

std::string header(MHD_Connection* connection, const char* name) {
    const char* value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
    return value == nullptr ? "" : value;
}

// "?types" and "?types=true" are the flag, "?types=false" is not.
bool flag(MHD_Connection* connection, const char* name) {
    const char* value = nullptr;
    std::size_t length = 0;
    if (MHD_lookup_connection_value_n(connection, MHD_GET_ARGUMENT_KIND, name,
                                      std::char_traits<char>::length(name), &value, &length) == MHD_NO) {
        return false;
    }
    return value == nullptr || length == 0 || std::string_view(value, length) == "true";
}

MHD_Result send(MHD_Connection* connection, const HttpServer::Page& page, bool withBody) {
    const std::string_view body = withBody ? std::string_view(page.body) : std::string_view();
    // The library only copies out of the buffer, its type is not const for historical reasons.
    MHD_Response* response =
        MHD_create_response_from_buffer(body.size(), const_cast<char*>(body.data()), MHD_RESPMEM_MUST_COPY);
    if (response == nullptr) {
        return MHD_NO;
    }
    if (withBody && !page.contentType.empty()) {
        MHD_add_response_header(response, "Content-Type", page.contentType.c_str());
    }
    if (!page.location.empty()) {
        MHD_add_response_header(response, "Location", page.location.c_str());
    }
    if (page.asksForPassword) {
        MHD_add_response_header(response, "WWW-Authenticate", "Basic realm=\"CrateDB Authenticator\"");
        MHD_add_response_header(response, "Connection", "close");
    }
    MHD_add_response_header(response, "X-Stand-In", kDisclaimer);
    const MHD_Result queued = MHD_queue_response(connection, page.status, response);
    MHD_destroy_response(response);
    return queued;
}

std::string peerAddress(MHD_Connection* connection) {
    const MHD_ConnectionInfo* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (info == nullptr || info->client_addr == nullptr) {
        return "";
    }
    const sockaddr* peer = info->client_addr;
    const void* bytes =
        peer->sa_family == AF_INET6
            ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in6*>(peer)->sin6_addr)
            : &reinterpret_cast<const sockaddr_in*>(peer)->sin_addr;
    std::array<char, INET6_ADDRSTRLEN> text{};
    return ::inet_ntop(peer->sa_family, bytes, text.data(), text.size()) == nullptr ? "" : text.data();
}

// Who asks. Words that are no basic authentication name a user that does not exist.
Client clientOf(const HttpServer& server, MHD_Connection* connection) {
    Client client{server.defaultUser(), std::nullopt, peerAddress(connection), std::nullopt};
    if (std::string real = header(connection, "X-Real-Ip"); !real.empty()) {
        client.realAddress = std::move(real);
    }
    const std::string words = header(connection, "Authorization");
    if (words.empty()) {
        return client;
    }
    client.user.clear();
    if (words.starts_with("Basic ")) {
        std::string plain(words.size(), '\0');
        std::size_t length = 0;
        const auto* encoded = reinterpret_cast<const unsigned char*>(words.data()) + 6;
        if (mbedtls_base64_decode(reinterpret_cast<unsigned char*>(plain.data()), plain.size(), &length,
                                  encoded, words.size() - 6) == 0) {
            plain.resize(length);
            const std::size_t colon = plain.find(':');
            client.user = plain.substr(0, colon);
            client.password = colon == std::string::npos ? "" : plain.substr(colon + 1);
        }
    }
    return client;
}

MHD_Result finish(HttpServer& server, MHD_Connection* connection, HttpServer::Request& request) {
    request.accept = header(connection, "Accept");
    request.userAgent = header(connection, "User-Agent");
    request.types = flag(connection, "types");
    request.client = clientOf(server, connection);
    const HostBased::Judgement judgement = server.judge(request.client);
    if (judgement.verdict == HostBased::Verdict::refused) {
        logWarn("i.c.a.HttpAuthUpstreamHandler", judgement.reason);
        return send(connection, {401, "", judgement.reason + "\n", "", true}, request.method != "HEAD");
    }
    if (judgement.verdict == HostBased::Verdict::broken) {
        logWarn("o.e.h.n.Netty4HttpServerTransport",
                "caught exception while handling client http traffic, closing connection: " +
                    judgement.reason);
        return MHD_NO;
    }
    if (request.path.starts_with("/_sql")) {
        const MHD_ConnectionInfo* info =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
        auto* session = info == nullptr ? nullptr : static_cast<Session*>(info->socket_context);
        if (session == nullptr || !server.ensureSession(session->exists)) {
            logWarn("o.e.h.n.Netty4HttpServerTransport",
                    "caught exception while handling client http traffic, closing connection: "
                    "NodeDisconnectedException: [sql] disconnected");
            return MHD_NO;
        }
    }
    const std::optional<HttpServer::Page> page = server.answer(request);
    if (!page) {
        server.suspend(connection, *request.ticket);
        return MHD_YES;
    }
    return send(connection, *page, request.method != "HEAD");
}

MHD_Result receive(HttpServer& server, MHD_Connection* connection, const char* url, const char* method,
                   std::string_view upload, void** state) {
    if (*state == nullptr) {
        *state = std::make_unique<HttpServer::Request>(method, url).release();
        return MHD_YES;
    }
    auto& request = *static_cast<HttpServer::Request*>(*state);
    if (upload.empty()) {
        return finish(server, connection, request);
    }
    if (request.body.size() + upload.size() > kLargestBody) {
        return MHD_NO;
    }
    request.body.append(upload);
    return MHD_YES;
}

// The callbacks let no exception through to the library: a request that fails costs its connection.
MHD_Result onRequest(void* self, MHD_Connection* connection, const char* url, const char* method, const char*,
                     const char* upload, std::size_t* uploadSize, void** state) noexcept {
    try {
        const std::string_view received(upload == nullptr ? "" : upload, *uploadSize);
        *uploadSize = 0;
        return receive(*static_cast<HttpServer*>(self), connection, url, method, received, state);
    } catch (const std::exception& exception) {
        logError("o.e.h.n.Netty4HttpServerTransport", exception.what());
        return MHD_NO;
    }
}

void onCompleted(void* self, MHD_Connection*, void** state, MHD_RequestTerminationCode) noexcept {
    auto* request = static_cast<HttpServer::Request*>(*state);
    if (request != nullptr) {
        static_cast<HttpServer*>(self)->forget(*request);
    }
    delete request;
    *state = nullptr;
}

void onConnection(void*, MHD_Connection*, void** socketContext,
                  MHD_ConnectionNotificationCode code) noexcept {
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *socketContext = new (std::nothrow) Session;
    } else {
        delete static_cast<Session*>(*socketContext);
        *socketContext = nullptr;
    }
}

bool isBrowser(std::string_view userAgent) {
    const std::string_view first = userAgent.substr(0, userAgent.find(' '));
    return first == "Mozilla/5.0" || first.starts_with("Chrome/") || first.starts_with("Safari/") ||
           first.starts_with("Opera/");
}

} // namespace

HttpServer::HttpServer(const Node& node, const Cluster& cluster, sql::Engine& engine, HostBased hostBased)
    : node_(node), cluster_(cluster), engine_(engine), hostBased_(std::move(hostBased)) {}

Result<std::unique_ptr<HttpServer>> HttpServer::start(const Node& node, const Cluster& cluster,
                                                      sql::Engine& engine, HostBased hostBased) {
    std::unique_ptr<HttpServer> server(new HttpServer(node, cluster, engine, std::move(hostBased)));
    server->daemon_ = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME, 0, nullptr, nullptr, &onRequest,
        server.get(), MHD_OPTION_NOTIFY_COMPLETED, &onCompleted, server.get(), MHD_OPTION_NOTIFY_CONNECTION,
        &onConnection, nullptr, MHD_OPTION_CONNECTION_LIMIT, kMostConnections, MHD_OPTION_END);
    if (server->daemon_ == nullptr) {
        return fail("failed to start the HTTP server");
    }
    return server;
}

HttpServer::~HttpServer() {
    if (daemon_ != nullptr) {
        for (const auto& [connection, ticket] : suspended_) {
            MHD_resume_connection(connection);
        }
        MHD_stop_daemon(daemon_);
    }
}

void HttpServer::add(const Listener::Accepted& accepted) {
    // On failure the library has closed the connection already.
    static_cast<void>(MHD_add_connection(daemon_, accepted.descriptor,
                                         reinterpret_cast<const sockaddr*>(&accepted.peer),
                                         accepted.peerLength));
}

int HttpServer::descriptor() const {
    return MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

void HttpServer::run() {
    std::erase_if(suspended_, [this](const auto& each) {
        const bool done = engine_.isDone(each.second);
        if (done) {
            MHD_resume_connection(each.first);
        }
        return done;
    });
    MHD_run(daemon_);
}

void HttpServer::suspend(MHD_Connection* connection, std::uint64_t ticket) {
    suspended_[connection] = ticket;
    MHD_suspend_connection(connection);
}

void HttpServer::forget(const Request& request) {
    if (request.ticket) {
        engine_.forget(*request.ticket);
    }
}

std::optional<std::chrono::milliseconds> HttpServer::timeout() const {
    MHD_UNSIGNED_LONG_LONG milliseconds = 0;
    if (MHD_get_timeout(daemon_, &milliseconds) == MHD_NO) {
        return std::nullopt;
    }
    return std::chrono::milliseconds(milliseconds);
}

HostBased::Judgement HttpServer::judge(const Client& client) const {
    return hostBased_.judge(client, "http", [this](const std::string& name) -> std::optional<KnownUser> {
        if (name == kSuperuser) {
            return KnownUser{};
        }
        const auto found = cluster_.shared().users.find(name);
        return found == cluster_.shared().users.end() ? std::nullopt
                                                      : std::optional(KnownUser{found->second.password});
    });
}

bool HttpServer::ensureSession(bool& hasSession) const {
    hasSession = hasSession || newSessionsEnabled_;
    return hasSession;
}

std::optional<HttpServer::Page> HttpServer::answer(Request& request) const {
    if (request.path.starts_with("/_sql")) {
        const std::optional<sql::Reply> reply =
            engine_.handle({request.body, request.types, request.client.user}, request.ticket);
        if (!reply) {
            return std::nullopt;
        }
        return Page{static_cast<unsigned>(reply->status), "application/json", reply->body, "", false};
    }
    if (request.path == "/admin" || request.path == "/_plugin/crate-admin") {
        return Page{301, "text/plain", "", "/", false};
    }
    const bool json = request.accept.contains("application/json") || !isBrowser(request.userAgent);
    if (request.path == "/" && json) {
        return mainPage();
    }
    if (request.path == "/" || request.path == "/index.html") {
        return Page{200, "text/html",
                    "<!DOCTYPE html><title>stand-in</title><p>Node " + node_.name + ": this is a " +
                        kDisclaimer + ". There is no Admin UI here.\n",
                    "", false};
    }
    return Page{404, "text/plain", std::string("Not Found (") + kDisclaimer + ")\n", "", false};
}

// 503 without a master, and before 6.2 also while the state is not recovered; a node that is being decommissioned still says 200, which is the trap for balancers.
HttpServer::Page HttpServer::mainPage() const {
    const bool isOk = cluster_.isRecovered() || (cluster_.hasMaster() && node_.line >= kUnrecoveredIsOk);
    const unsigned status = isOk ? 200 : 503;
    const nlohmann::ordered_json body{
        {"ok", isOk},
        {"status", node_.line >= kStatusIsTrue ? status : 200},
        {"name", node_.name},
        {"cluster_name", node_.clusterName},
        {"version",
         {{"number", node_.version},
          {"build_hash", kDisclaimer},
          {"build_timestamp", "NA"},
          {"build_snapshot", false},
          {"lucene_version", "10.4.0"}}},
    };
    // CrateDB's printer puts a blank before the colon: "ok" : true.
    std::string pretty;
    bool inString = false;
    bool escaped = false;
    for (const char c : body.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace)) {
        inString = c == '"' && !escaped ? !inString : inString;
        escaped = c == '\\' && !escaped;
        pretty += c == ':' && !inString ? " :" : std::string(1, c);
    }
    return {status, "application/json", pretty + "\n", "", false};
}

} // namespace standin
