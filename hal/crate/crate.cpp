// Two requests per question, each on a fresh connection, and one socket of our own that only waits for its end.
// The socket is not curl's, because curl checks an idle connection only before it reuses it.
#include "hal/crate/crate.hpp"

#include "hal/base/handles.hpp"
#include "hal/base/ip.hpp"
#include "hal/base/keep_alive.hpp"
#include "hal/crate/crate_wire.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <utility>
#include <vector>

namespace hal {
namespace {

constexpr size_t kMaxReplyBytes = 64U << 10U; // both answers are below one kB

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t length = 0; ///< 0: `host` is not an address
};

SocketAddress addressOf(const std::string& host, int port) {
    SocketAddress address;
    auto* four = reinterpret_cast<sockaddr_in*>(&address.storage);
    if (inet_pton(AF_INET, host.c_str(), &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons(static_cast<uint16_t>(port));
        address.length = sizeof *four;
        return address;
    }
    auto* six = reinterpret_cast<sockaddr_in6*>(&address.storage);
    if (inet_pton(AF_INET6, host.c_str(), &six->sin6_addr) == 1) {
        six->sin6_family = AF_INET6;
        six->sin6_port = htons(static_cast<uint16_t>(port));
        address.length = sizeof *six;
    }
    return address;
}

/// One connection that is held only to learn when it ends.
class HeldConnection {
public:
    HeldConnection(EventLoop& loop, std::function<void()> lost) : loop_(loop), lost_(std::move(lost)) {}

    void open(const SocketAddress& address) {
        socket_ = FileDescriptor(
            ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        if (!socket_) {
            return;
        }
        giveUpOnSilence(socket_.get());
        const int result =
            ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.length);
        if (result == 0) {
            wait();
        } else if (errno == EINPROGRESS) {
            source_ = loop_.onReady(socket_.get(), {.writable = true}, [this](Readiness) { onConnected(); });
        }
    }

private:
    void onConnected() {
        source_.reset();
        int error = 0;
        socklen_t length = sizeof error;
        getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &length);
        if (error == 0) {
            wait();
        } else {
            socket_.reset(); // it was never connected, so nothing is lost
        }
    }

    void wait() {
        source_ = loop_.onReady(socket_.get(), {.readable = true}, [this](Readiness) { onReadable(); });
    }

    void onReadable() {
        // The database sends nothing unrequested, except perhaps the reason why it closes an idle connection.
        std::array<char, 512> ignored{};
        const auto count = ::recv(socket_.get(), ignored.data(), ignored.size(), 0);
        if (count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR))) {
            return;
        }
        source_.reset();
        socket_.reset();
        if (const auto lost = std::exchange(lost_, nullptr)) {
            lost(); // may destroy this
        }
    }

    EventLoop& loop_;
    std::function<void()> lost_;
    FileDescriptor socket_;
    SourcePtr source_;
};

class HttpCrate final : public Crate {
public:
    HttpCrate(EventLoop& loop, HttpClient& http, const std::string& host, int port)
        : loop_(loop), http_(http), address_(addressOf(host, port)),
          url_("http://" + hostAndPort(host, static_cast<unsigned>(port))) {}

    void ask(Duration deadline, std::function<void(CrateAnswer)> done) override;
    void hold(std::function<void()> lost) override;

private:
    [[nodiscard]] HttpRequest requestTo(const std::string& path, Duration deadline) const;
    void answerWhenComplete();

    EventLoop& loop_;
    HttpClient& http_;
    SocketAddress address_;
    std::string url_;
    std::vector<std::function<void(CrateAnswer)>> waiting_;
    std::optional<Result<HttpResponse>> root_;
    std::optional<Result<HttpResponse>> sql_;
    HttpCallPtr rootCall_;
    HttpCallPtr sqlCall_;
    std::unique_ptr<HeldConnection> held_;
};

HttpRequest HttpCrate::requestTo(const std::string& path, Duration deadline) const {
    HttpRequest request;
    request.url = url_ + path;
    request.headers = {"Accept: application/json"};
    request.deadline = deadline;
    request.maxResponseBytes = kMaxReplyBytes;
    request.freshConnection = true; // a node that refuses new sessions still serves a kept-alive connection
    return request;
}

void HttpCrate::ask(Duration deadline, std::function<void(CrateAnswer)> done) {
    waiting_.push_back(std::move(done)); // bounded: only the callers within one deadline
    if (waiting_.size() > 1) {
        return;
    }
    rootCall_ = http_.send(requestTo("/", deadline), [this](Result<HttpResponse> response) {
        root_ = std::move(response);
        answerWhenComplete();
    });
    auto question = requestTo("/_sql", deadline);
    question.method = "POST";
    question.headers.emplace_back("Content-Type: application/json");
    question.body = crateQuestion();
    sqlCall_ = http_.send(std::move(question), [this](Result<HttpResponse> response) {
        sql_ = std::move(response);
        answerWhenComplete();
    });
}

void HttpCrate::answerWhenComplete() {
    if (!root_ || !sql_) {
        return;
    }
    const auto answer = crateAnswer(*root_, *sql_);
    root_.reset();
    sql_.reset();
    // All state is settled before the callers run: one of them may ask again or destroy this.
    for (const auto& done : std::exchange(waiting_, {})) {
        done(answer);
    }
}

void HttpCrate::hold(std::function<void()> lost) {
    held_ = std::make_unique<HeldConnection>(loop_, std::move(lost));
    if (address_.length > 0) {
        held_->open(address_);
    }
}

} // namespace

std::unique_ptr<Crate> makeCrate(EventLoop& loop, HttpClient& http, const std::string& host, int port) {
    return std::make_unique<HttpCrate>(loop, http, host, port);
}

} // namespace hal
