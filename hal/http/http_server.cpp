// HttpServer on libmicrohttpd, one daemon per listen socket, polled from our own loop through the daemon's
// epoll descriptor. Responses are built when pages are published, so a request only looks one up. It owns the
// age of every connection: libmicrohttpd closes silent ones, the ones that trickle bytes are shut down here.
#include "hal/http/http_server.hpp"

#include "hal/base/handles.hpp"
#include "hal/http/connected_clients.hpp"
#include "hal/http/listen_socket.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <functional>
#include <microhttpd.h>
#include <string_view>
#include <sys/resource.h>
#include <sys/socket.h>

namespace hal {
namespace {

// All data of one connection (request head, our answer's head) lives in a pool of this size; a longer request is
// rejected. A browser's request head has up to 3 KiB.
constexpr size_t kConnectionMemory = 8192;
// Descriptors that the rest of the process needs besides the connections: etcd, crate, bus, netlink, udev,
// pidfds, files.
constexpr rlim_t kOtherDescriptors = 128;
// A request may take this many idle timeouts in total, however often its client sends another byte.
constexpr int kRequestTimeouts = 2;

// A client that connected just before we stop sends its request within milliseconds, or is not worth waiting
// for.
constexpr Duration kDrainTime = std::chrono::milliseconds(250);
constexpr Duration kDrainLook = std::chrono::milliseconds(5);

// Of a client that does not read, the kernel keeps this much (it doubles the value); a page of 10 kB then takes a few
// packets more.
constexpr int kSendBufferBytes = 4096;
// Connections kept free for clients that arrive while others are being ended.
constexpr unsigned kMostSpare = 64;
// A connection is closed after this many answers, so that none lives forever.
constexpr unsigned kMostAnswers = 1000;

constexpr const char* kAllowedMethods = "GET, HEAD, OPTIONS";

using DaemonHandle = std::unique_ptr<MHD_Daemon, Release<MHD_stop_daemon>>;
using ResponseHandle = std::unique_ptr<MHD_Response, Release<MHD_destroy_response>>;

ResponseHandle makeResponse(const std::string& body, const std::string& contentType) {
    // libmicrohttpd never writes to the buffer it copies from; its parameter only lacks the const.
    ResponseHandle response(MHD_create_response_from_buffer(body.size(), const_cast<char*>(body.data()),
                                                            MHD_RESPMEM_MUST_COPY)); // NOLINT(*-const-cast)
    if (response) {
        MHD_add_response_header(response.get(), MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
        if (!body.empty()) {
            MHD_add_response_header(response.get(), MHD_HTTP_HEADER_CONTENT_TYPE, contentType.c_str());
        }
    }
    return response;
}

ResponseHandle makeResponseWithAllow(const std::string& body) {
    ResponseHandle response = makeResponse(body, "text/plain; charset=utf-8");
    if (response) {
        MHD_add_response_header(response.get(), MHD_HTTP_HEADER_ALLOW, kAllowedMethods);
    }
    return response;
}

/// The responses ready to be sent. Requests in flight keep theirs: libmicrohttpd counts references.
class Answers {
public:
    Answers()
        : options_(makeResponseWithAllow("")),
          wrongMethod_(makeResponseWithAllow("Only GET, HEAD and OPTIONS are supported.\n")),
          bodyRefused_(
              makeResponse("Requests with a body are not accepted.\n", "text/plain; charset=utf-8")) {}

    void replace(Pages pages) {
        std::map<std::string, Entry, std::less<>> entries;
        std::string known = "No such page. Available pages:\n";
        for (auto& [path, page] : pages) {
            known += "  " + path + "\n";
            const auto old = entries_.find(path);
            // Most pages are unchanged most of the time: keep their responses.
            if (old != entries_.end() && old->second.page == page) {
                entries.insert(entries_.extract(old));
                continue;
            }
            ResponseHandle response = makeResponse(page.body, page.contentType);
            entries.emplace(path, Entry{.page = std::move(page), .response = std::move(response)});
        }
        entries_ = std::move(entries);
        unknown_ = makeResponse(known, "text/plain; charset=utf-8");
    }

    MHD_Result send(MHD_Connection* connection, std::string_view path, std::string_view method) const {
        const bool options = method == MHD_HTTP_METHOD_OPTIONS;
        if (!options && method != MHD_HTTP_METHOD_GET && method != MHD_HTTP_METHOD_HEAD) {
            return queue(connection, MHD_HTTP_METHOD_NOT_ALLOWED, wrongMethod_);
        }
        const auto found = entries_.find(path);
        if (found == entries_.end()) {
            return queue(connection, MHD_HTTP_NOT_FOUND, unknown_);
        }
        return queue(connection, static_cast<unsigned>(found->second.page.status),
                     options ? options_ : found->second.response);
    }

    MHD_Result refuseBody(MHD_Connection* connection) const {
        return queue(connection, MHD_HTTP_CONTENT_TOO_LARGE, bodyRefused_);
    }

private:
    struct Entry {
        Page page;
        ResponseHandle response;
    };

    static MHD_Result queue(MHD_Connection* connection, unsigned status, const ResponseHandle& response) {
        return response ? MHD_queue_response(connection, status, response.get()) : MHD_NO;
    }

    std::map<std::string, Entry, std::less<>> entries_;
    ResponseHandle unknown_;
    ResponseHandle options_;
    ResponseHandle wrongMethod_;
    ResponseHandle bodyRefused_;
};

bool announcesBody(MHD_Connection* connection) {
    const char* length =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    return (length != nullptr && std::string_view(length) != "0") ||
           MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_TRANSFER_ENCODING) !=
               nullptr;
}

/// One listen socket with its connections. Nothing is accepted before serve().
class Listener {
public:
    Listener(EventLoop& loop, const Answers& answers, FileDescriptor socket, Duration idleTimeout)
        : loop_(loop), answers_(answers), idleTimeout_(idleTimeout), socket_(std::move(socket)) {}
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    ~Listener() {
        watch_.reset();
        timer_.reset();
        if (daemon_) {
            // Without this, stopping would shut down the socket that systemd keeps open for our successor.
            if (!quiesced_) {
                MHD_quiesce_daemon(daemon_.get());
            }
            MHD_run(daemon_.get()); // answers the requests that have already arrived
        }
    }

    Status open(unsigned connections) {
        const auto seconds =
            std::max<int64_t>(1, std::chrono::ceil<std::chrono::seconds>(idleTimeout_).count());
        // The rest are for new clients while the end of others is under way.
        mostClients_ = std::max(1U, connections - std::min(kMostSpare, connections / 16));
        daemon_.reset(MHD_start_daemon(
            MHD_USE_EPOLL, 0, nullptr, nullptr, onRequest, this, MHD_OPTION_LISTEN_SOCKET, socket_.get(),
            MHD_OPTION_CONNECTION_LIMIT, connections, MHD_OPTION_CONNECTION_TIMEOUT,
            static_cast<unsigned>(seconds), MHD_OPTION_CONNECTION_MEMORY_LIMIT, kConnectionMemory,
            MHD_OPTION_NOTIFY_CONNECTION, onConnection, this, MHD_OPTION_END));
        if (!daemon_) {
            return failure(Error::fromErrno(errno, "cannot serve HTTP on " + describeSocket(socket_.get()) +
                                                       " (are there enough file descriptors?)"));
        }
        return {};
    }

    Status serve() {
        const MHD_DaemonInfo* info = MHD_get_daemon_info(daemon_.get(), MHD_DAEMON_INFO_EPOLL_FD);
        watch_ = loop_.onReady(info->epoll_fd, {.readable = true}, [this](Readiness) { run(); });
        if (!watch_) {
            return failure(Error::fromErrno(errno, "cannot watch " + describeSocket(socket_.get())));
        }
        run();
        return {};
    }

    void stopAccepting() {
        if (!std::exchange(quiesced_, true)) {
            MHD_quiesce_daemon(daemon_.get());
            run();
        }
    }

    /// Whether every connected client got an answer.
    [[nodiscard]] bool answeredAll() const { return clients_.answeredAll(); }

private:
    void run() {
        shutDownSlowClients();
        const unsigned before = connections();
        MHD_run(daemon_.get());
        if (connections() < before) {
            // At its limit libmicrohttpd stops polling the listen socket and only the next run resumes that.
            MHD_run(daemon_.get());
        }
        arm();
    }

    [[nodiscard]] unsigned connections() const {
        return MHD_get_daemon_info(daemon_.get(), MHD_DAEMON_INFO_CURRENT_CONNECTIONS)->num_connections;
    }

    void arm() {
        MHD_UNSIGNED_LONG_LONG wait = 0;
        if (MHD_get_timeout(daemon_.get(), &wait) != MHD_YES) {
            return;
        }
        const TimePoint due = loop_.now() + std::chrono::milliseconds(wait);
        // A timer that fires too early costs one run; moving it at every request costs more.
        if (!timer_ || due < armedFor_) {
            armedFor_ = due;
            timer_ = loop_.after(std::chrono::milliseconds(wait), [this] {
                timer_.reset();
                run();
            });
        }
    }

    void shutDownSlowClients() {
        const TimePoint limit = loop_.now() - idleTimeout_ * kRequestTimeouts;
        while (ConnectedClient* slow = clients_.olderThan(limit)) {
            shutDown(*slow);
        }
    }

    void shutDown(ConnectedClient& client) {
        ::shutdown(client.fd, SHUT_RDWR); // its end arrives by epoll and removes it
        clients_.end(client);
    }

    /// A new client always gets its turn: when there are too many, another one goes for it.
    void accepted(MHD_Connection* connection, void** context) {
        const int fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
        const auto* address = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
        ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &kSendBufferBytes, sizeof kSendBufferBytes);
        ConnectedClient& client = clients_.add(fd, sharedAddress(address->client_addr), loop_.now());
        *context = &client;
        if (clients_.count() > mostClients_) {
            if (ConnectedClient* expendable = clients_.mostExpendable(client)) {
                shutDown(*expendable);
            }
        }
    }

    static void onConnection(void* self, MHD_Connection* connection, void** context,
                             MHD_ConnectionNotificationCode code) noexcept {
        auto& listener = *static_cast<Listener*>(self);
        if (code == MHD_CONNECTION_NOTIFY_STARTED) {
            listener.accepted(connection, context);
        } else if (*context != nullptr) {
            listener.clients_.remove(*static_cast<ConnectedClient*>(*context));
            *context = nullptr;
        }
    }

    /// Called after the head has been read, and again when the request is complete. An answer in the first call
    /// would end the connection, which is right only for clients that want to send a body.
    static MHD_Result onRequest(void* self, MHD_Connection* connection, const char* path, const char* method,
                                const char*, const char*, size_t*, void** seen) noexcept {
        auto& listener = *static_cast<Listener*>(self);
        if (*seen == nullptr) {
            *seen = self;
            return announcesBody(connection) ? listener.answers_.refuseBody(connection) : MHD_YES;
        }
        const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
        if (info != nullptr && info->socket_context != nullptr) {
            auto& client = *static_cast<ConnectedClient*>(info->socket_context);
            listener.clients_.answered(client, listener.loop_.now());
            if (client.answers == kMostAnswers) {
                ::shutdown(client.fd, SHUT_RD); // ends the connection after this answer
            }
        }
        return listener.answers_.send(connection, path, method);
    }

    EventLoop& loop_;
    const Answers& answers_;
    Duration idleTimeout_;
    FileDescriptor socket_;
    ConnectedClients clients_;
    size_t mostClients_ = 0;
    DaemonHandle daemon_;
    SourcePtr watch_;
    SourcePtr timer_;
    TimePoint armedFor_;
    bool quiesced_ = false;
};

class MicroHttpServer final : public HttpServer {
public:
    explicit MicroHttpServer(EventLoop& loop) : loop_(loop) {}

    Status open(HttpServerLimits limits, std::vector<FileDescriptor> sockets) {
        const unsigned connections = affordableConnections(limits.connections, sockets.size());
        for (FileDescriptor& socket : sockets) {
            auto listener =
                std::make_unique<Listener>(loop_, answers_, std::move(socket), limits.idleTimeout);
            if (auto opened = listener->open(connections); !opened) {
                return opened;
            }
            listeners_.push_back(std::move(listener));
        }
        return {};
    }

    void publish(Pages pages) override {
        answers_.replace(std::move(pages));
        if (!serving_) {
            serving_ = std::all_of(listeners_.begin(), listeners_.end(),
                                   [](auto& listener) { return listener->serve().has_value(); });
        }
    }

    void drain(std::function<void()> done) override {
        drained_ = std::move(done);
        drainUntil_ = loop_.now() + kDrainTime;
        for (const auto& listener : listeners_) {
            listener->stopAccepting();
        }
        drainTimer_ = loop_.every(kDrainLook, [this] {
            const bool answered =
                std::ranges::all_of(listeners_, [](const auto& listener) { return listener->answeredAll(); });
            if (answered || loop_.now() >= drainUntil_) {
                const auto timer = std::exchange(drainTimer_, nullptr);
                drained_();
            }
        });
    }

private:
    /// Raises the soft limit of descriptors as far as needed and allowed, and returns how many connections
    /// per socket fit: without descriptors, accept() would spin and starve the rest of the process.
    static unsigned affordableConnections(unsigned wanted, size_t sockets) {
        rlimit limit{};
        if (sockets == 0 || ::getrlimit(RLIMIT_NOFILE, &limit) < 0) {
            return wanted;
        }
        const rlim_t needed = static_cast<rlim_t>(wanted) * sockets + kOtherDescriptors;
        if (limit.rlim_cur < needed) {
            limit.rlim_cur = std::min(needed, limit.rlim_max);
            ::setrlimit(RLIMIT_NOFILE, &limit);
        }
        const rlim_t forClients =
            limit.rlim_cur > kOtherDescriptors * 2 ? limit.rlim_cur - kOtherDescriptors : limit.rlim_cur / 2;
        return static_cast<unsigned>(std::min<rlim_t>(wanted, std::max<rlim_t>(1, forClients / sockets)));
    }

    EventLoop& loop_;
    Answers answers_;
    std::vector<std::unique_ptr<Listener>> listeners_;
    bool serving_ = false;
    std::function<void()> drained_;
    TimePoint drainUntil_;
    SourcePtr drainTimer_;
};

} // namespace

Result<std::unique_ptr<HttpServer>> makeHttpServer(EventLoop& loop, HttpServerLimits limits, int fallbackPort,
                                                   const std::string& fallbackUnixPath) {
    auto sockets = listenSockets(fallbackPort, fallbackUnixPath);
    if (!sockets) {
        return failure(sockets.error());
    }
    auto server = std::make_unique<MicroHttpServer>(loop);
    if (auto opened = server->open(limits, std::move(*sockets)); !opened) {
        return failure(opened.error());
    }
    return server;
}

} // namespace hal
