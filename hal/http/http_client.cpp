// libcurl's multi interface driven by the loop: curl names the sockets and the timeout it waits for, the loop reports
// when they are due. The user's functions run only after curl has returned, so nothing is re-entrant.
#include "hal/http/http_client.hpp"

#include "hal/http/curl_transfer.hpp"

#include <algorithm>
#include <curl/curl.h>
#include <map>
#include <utility>

namespace hal {
namespace {

constexpr long kIdleConnections = 8;      // one per etcd endpoint, Docker, and some spare
constexpr long kOpenConnections = 32;     // further requests wait inside curl while their deadline runs
constexpr size_t kIdleHandles = 4;        // for the few requests that run at the same time
constexpr size_t kRequestsInFlight = 128; // more means a bug in the caller

using TransferPtr = std::shared_ptr<CurlTransfer>;

/// One reference to curl's global state; the first creates it, the last frees it.
struct CurlGlobal {
    CurlGlobal() : code(curl_global_init(CURL_GLOBAL_DEFAULT)) {}
    CurlGlobal(const CurlGlobal&) = delete;
    CurlGlobal& operator=(const CurlGlobal&) = delete;
    ~CurlGlobal() { curl_global_cleanup(); }
    CURLcode code;
};

struct MultiDelete {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

/// Owns the multi handle and everything on the loop. Shared with the calls only as weak pointers.
class Engine final : public std::enable_shared_from_this<Engine> {
public:
    Engine(EventLoop& loop, std::unique_ptr<CurlGlobal> global, CURLM* multi)
        : global_(std::move(global)), loop_(loop), multi_(multi) {
        curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &Engine::onSocketInterest);
        curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
        curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &Engine::onTimerInterest);
        curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
        curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, kIdleConnections);
        curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, kOpenConnections);
    }
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;
    ~Engine() { close(); }

    void start(const TransferPtr& transfer);
    void cancel(const TransferPtr& transfer);
    void close();

private:
    static int onSocketInterest(CURL*, curl_socket_t socket, int what, void* engine, void*) noexcept;
    static int onTimerInterest(CURLM*, long milliseconds, void* engine) noexcept;

    [[nodiscard]] bool watchSocket(curl_socket_t socket, int what);
    void act(curl_socket_t socket, int events);
    void deliverBodies();
    void deliverOutcomes();
    void retire(const TransferPtr& transfer);
    void finish(const TransferPtr& transfer, Result<HttpResponse> result);
    void failLater(const TransferPtr& transfer, Error error);
    void deliverFailures();

    std::unique_ptr<CurlGlobal> global_; // destroyed last
    EventLoop& loop_;
    std::map<curl_socket_t, SourcePtr> sockets_;
    SourcePtr timer_;
    std::map<CURL*, TransferPtr> running_;
    std::vector<std::pair<TransferPtr, Error>> failed_; ///< requests that could not even be started
    SourcePtr failureSource_;
    std::vector<EasyHandle> idle_;
    std::unique_ptr<CURLM, MultiDelete> multi_; // destroyed before what its callbacks use
};

int Engine::onSocketInterest(CURL*, curl_socket_t socket, int what, void* engine, void*) noexcept {
    try {
        return static_cast<Engine*>(engine)->watchSocket(socket, what) ? 0 : -1;
    } catch (...) {
        return -1; // out of memory: curl fails the transfers
    }
}

int Engine::onTimerInterest(CURLM*, long milliseconds, void* engine) noexcept {
    auto& self = *static_cast<Engine*>(engine);
    try {
        self.timer_.reset();
        if (milliseconds >= 0) {
            self.timer_ = self.loop_.after(std::chrono::milliseconds(milliseconds),
                                           [&self] { self.act(CURL_SOCKET_TIMEOUT, 0); });
        }
        return 0;
    } catch (...) {
        return -1;
    }
}

bool Engine::watchSocket(curl_socket_t socket, int what) {
    sockets_.erase(socket); // an epoll entry cannot be added twice, so the old one goes first
    if (what == CURL_POLL_REMOVE) {
        return true;
    }
    const Readiness wanted{.readable = (what & CURL_POLL_IN) != 0, .writable = (what & CURL_POLL_OUT) != 0};
    auto source = loop_.onReady(socket, wanted, [this, socket](Readiness ready) {
        act(socket, (ready.readable ? CURL_CSELECT_IN : 0) | (ready.writable ? CURL_CSELECT_OUT : 0) |
                        (ready.hangup ? CURL_CSELECT_ERR : 0));
    });
    const bool watched = source != nullptr;
    if (watched) {
        sockets_[socket] = std::move(source);
    }
    return watched;
}

void Engine::act(curl_socket_t socket, int events) {
    const auto alive = shared_from_this(); // the client may be destroyed by the functions called below
    int running = 0;
    static_cast<void>(curl_multi_socket_action(multi_.get(), socket, events, &running));
    deliverBodies();
    deliverOutcomes();
}

void Engine::start(const TransferPtr& transfer) {
    if (running_.size() >= kRequestsInFlight) {
        failLater(transfer,
                  transfer->error(HttpFault::overloaded, std::to_string(kRequestsInFlight) +
                                                             " requests are already waiting for answers"));
        return;
    }
    EasyHandle easy;
    if (!idle_.empty()) {
        easy = std::move(idle_.back());
        idle_.pop_back();
    }
    if (auto prepared = transfer->prepare(std::move(easy)); !prepared) {
        failLater(transfer, prepared.error());
        return;
    }
    running_[transfer->handle()] = transfer;
    if (const auto code = curl_multi_add_handle(multi_.get(), transfer->handle()); code != CURLM_OK) {
        running_.erase(transfer->handle());
        failLater(transfer, transfer->error(HttpFault::overloaded, curl_multi_strerror(code)));
    }
}

void Engine::retire(const TransferPtr& transfer) {
    running_.erase(transfer->handle());
    curl_multi_remove_handle(multi_.get(), transfer->handle());
    if (auto easy = transfer->releaseHandle(); easy && idle_.size() < kIdleHandles) {
        idle_.push_back(std::move(easy));
    }
}

void Engine::cancel(const TransferPtr& transfer) {
    if (transfer->handle() != nullptr && running_.contains(transfer->handle())) {
        retire(transfer);
    }
    std::erase_if(failed_, [&transfer](const auto& entry) { return entry.first == transfer; });
}

void Engine::close() {
    for (const auto& [easy, transfer] : std::exchange(running_, {})) {
        curl_multi_remove_handle(multi_.get(), easy);
    }
    failed_.clear();
    failureSource_.reset();
    timer_.reset();
    sockets_.clear();
}

void Engine::deliverBodies() {
    std::vector<std::weak_ptr<CurlTransfer>> candidates;
    for (const auto& [easy, transfer] : running_) {
        if (transfer->streams()) {
            candidates.push_back(transfer);
        }
    }
    for (const auto& candidate : candidates) {
        const auto transfer = candidate.lock(); // empty once a reader before it cancelled this one
        if (transfer && !transfer->deliverBody() && running_.contains(transfer->handle())) {
            finish(transfer,
                   failure(transfer->error(HttpFault::readerStopped, "the reader ended the request")));
        }
    }
}

void Engine::deliverOutcomes() {
    int left = 0;
    while (const auto* message = curl_multi_info_read(multi_.get(), &left)) {
        const auto found = running_.find(message->easy_handle);
        if (message->msg == CURLMSG_DONE && found != running_.end()) {
            const auto transfer = found->second;
            finish(transfer, transfer->outcome(message->data.result));
        }
    }
}

void Engine::finish(const TransferPtr& transfer, Result<HttpResponse> result) {
    retire(transfer);
    if (const auto done = transfer->takeDone()) {
        done(std::move(result));
    }
}

void Engine::failLater(const TransferPtr& transfer, Error error) {
    failed_.emplace_back(transfer, std::move(error));
    if (!failureSource_) {
        failureSource_ = loop_.soon([this] { deliverFailures(); });
    }
}

void Engine::deliverFailures() {
    const auto alive = shared_from_this();
    failureSource_.reset();
    // One at a time: each callback may cancel the others.
    for (size_t count = failed_.size(); count > 0 && !failed_.empty(); --count) {
        const auto [transfer, error] = failed_.front();
        failed_.erase(failed_.begin());
        if (const auto done = transfer->takeDone()) {
            done(failure(error));
        }
    }
}

class CurlCall final : public HttpCall {
public:
    CurlCall(std::weak_ptr<Engine> engine, TransferPtr transfer)
        : engine_(std::move(engine)), transfer_(std::move(transfer)) {}
    ~CurlCall() override {
        if (const auto engine = engine_.lock()) {
            engine->cancel(transfer_);
        }
    }

private:
    std::weak_ptr<Engine> engine_;
    TransferPtr transfer_;
};

class CurlClient final : public HttpClient {
public:
    explicit CurlClient(std::shared_ptr<Engine> engine) : engine_(std::move(engine)) {}
    ~CurlClient() override {
        engine_->close(); // the engine itself may still be running further up the stack
    }

    [[nodiscard]] HttpCallPtr send(HttpRequest request,
                                   std::function<void(Result<HttpResponse>)> done) override {
        auto transfer = std::make_shared<CurlTransfer>(std::move(request), std::move(done));
        engine_->start(transfer);
        return std::make_unique<CurlCall>(engine_, std::move(transfer));
    }

private:
    std::shared_ptr<Engine> engine_;
};

} // namespace

Result<std::unique_ptr<HttpClient>> makeHttpClient(EventLoop& loop) {
    auto global = std::make_unique<CurlGlobal>();
    auto* multi = global->code == CURLE_OK ? curl_multi_init() : nullptr;
    if (multi == nullptr) {
        return failure({HttpFault::unusableRequest,
                        std::string("cannot start the HTTP client: ") + curl_easy_strerror(global->code),
                        Recovery::terminal});
    }
    return std::make_unique<CurlClient>(std::make_shared<Engine>(loop, std::move(global), multi));
}

} // namespace hal
