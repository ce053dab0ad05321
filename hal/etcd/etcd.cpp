// Endpoint failover and authentication around the gateway's calls. It uses only the HttpClient and EventLoop
// interfaces. One call tries the endpoints once, from the one that answered last, within its deadline; later
// retries are the caller's responsibility.
#include "hal/etcd/etcd.hpp"

#include "hal/etcd/etcd_watch.hpp"
#include "hal/etcd/etcd_wire.hpp"

#include <algorithm>
#include <limits>
#include <list>
#include <utility>

namespace hal {
namespace {

constexpr size_t kCallsInFlight = 64; // the agent has a handful; more means a bug
// 30 nodes of a few kB each need a tenth. Of the smallest keys 2 MiB are 15 000, which parsed take some 45 MB: more
// would not fit into the 64 MB that the unit allows.
constexpr size_t kMaxReplyBytes = 2U << 20U;
// A stream is renewed periodically, so that a member which lost it does not stay silent forever.
constexpr Duration kWatchLife = std::chrono::minutes(30);
constexpr Duration kShortestTry = std::chrono::milliseconds(20); // with less, an endpoint has no fair chance

using Body = std::string;

/// One call on its way through the endpoints.
struct Pending {
    EtcdRequest request;
    Etcd::Done<Body> done;
    TimePoint deadline;
    size_t endpoint = 0;
    size_t tried = 0;
    bool authenticating = false; ///< the request in flight is the one for a token
    bool authenticated = false;  ///< a token was already requested during this call: do not request it twice
    HttpCallPtr http;
};

/// One stream. It reports its end to its watcher at most once.
class GatewayWatch final : public EtcdWatch {
public:
    GatewayWatch(EventLoop& loop, HttpClient& http, HttpRequest request, Duration deadline, size_t prefixes,
                 EtcdWatcher watcher)
        : loop_(loop), watcher_(std::move(watcher)), awaited_(prefixes) {
        request.deadline = kWatchLife;
        request.maxResponseBytes = std::numeric_limits<size_t>::max(); // nothing of it is kept
        request.onBody = [this](std::string_view bytes) {
            hear(lines_.take(bytes));
            return !ended_;
        };
        unconfirmed_ = loop.after(
            deadline, [this] { end(Error(EtcdFault::unavailable, "the watch was not confirmed in time")); });
        call_ = http.send(std::move(request), [this](const Result<HttpResponse>& response) {
            hear(lines_.finish());
            end(response ? Error(EtcdFault::unavailable, "the member closed the watch") : response.error());
        });
    }

private:
    void hear(const WatchNews& news) {
        const bool stood = awaited_ == 0;
        awaited_ -= std::min<size_t>(awaited_, news.created);
        if (awaited_ == 0) {
            unconfirmed_.reset();
            if (!stood || news.changed) {
                watcher_.changed();
            }
        }
        if (news.ended) {
            end(*news.ended);
        }
    }

    /// Called from the loop, because the watcher then destroys this watch.
    void end(const Error& error) {
        if (!std::exchange(ended_, true)) {
            unconfirmed_.reset();
            farewell_ = loop_.soon([ended = watcher_.ended, error] { ended(error); });
        }
    }

    EventLoop& loop_;
    EtcdWatcher watcher_;
    size_t awaited_; ///< prefixes the member has not confirmed yet
    bool ended_ = false;
    WatchLines lines_;
    SourcePtr unconfirmed_;
    SourcePtr farewell_;
    HttpCallPtr call_;
};

class GatewayEtcd final : public Etcd {
public:
    GatewayEtcd(EventLoop& loop, HttpClient& http, EtcdOptions options)
        : loop_(loop), http_(http), options_(std::move(options)) {}

    void grant(std::chrono::seconds ttl, Done<Lease> done) override {
        call(encodeGrant(ttl), decodeGrant, std::move(done));
    }
    void keepAlive(LeaseId lease, Done<std::optional<Lease>> done) override {
        call(encodeKeepAlive(lease), decodeKeepAlive, std::move(done));
    }
    void revoke(LeaseId lease, Done<Header> done) override;
    void transact(Transaction transaction, Done<TransactionReply> done) override {
        call(encodeTransaction(transaction), decodeTransaction, std::move(done));
    }

    [[nodiscard]] EtcdWatchPtr watch(const std::vector<std::string>& prefixes, EtcdWatcher watcher) override {
        Pending call;
        call.endpoint = current_;
        return std::make_unique<GatewayWatch>(loop_, http_,
                                              httpRequest(call, encodeWatch(prefixes), options_.deadline),
                                              options_.deadline, prefixes.size(), std::move(watcher));
    }

private:
    using Position = std::list<Pending>::iterator;

    template <class T>
    void call(EtcdRequest request, Result<T> (*decode)(std::string_view), Done<T> done) {
        start(std::move(request), [decode, done = std::move(done)](Result<Body> body) {
            done(body ? decode(*body) : Result<T>(failure(body.error())));
        });
    }

    void start(EtcdRequest request, Done<Body> done);
    void refuseLater(Error error, Done<Body> done);
    void tryNext(Position call);
    void send(Position call, const EtcdRequest& request, Duration share);
    [[nodiscard]] Duration shareOf(const Pending& call) const;
    [[nodiscard]] HttpRequest httpRequest(const Pending& call, const EtcdRequest& request,
                                          Duration share) const;
    void onAnswer(Position call, Result<HttpResponse> answer);
    void onToken(Position call, const Body& body);
    void onError(Position call, const Error& error);
    void moveOn(Position call, const Error& error);
    void finish(Position call, Result<Body> result);
    [[nodiscard]] std::string addressOf(size_t endpoint) const;

    EventLoop& loop_;
    HttpClient& http_;
    EtcdOptions options_;
    size_t current_ = 0; ///< the endpoint that answered last
    std::optional<std::string> token_;
    bool authenticationOff_ = false; ///< the server needs no token, regardless of our configuration
    std::list<Pending> calls_;
    std::list<SourcePtr> refusals_;
};

void GatewayEtcd::revoke(LeaseId lease, Done<Header> done) {
    call<Header>(encodeRevoke(lease), decodeRevoke, [done = std::move(done)](Result<Header> header) {
        const bool alreadyGone = !header && header.error().code() == EtcdFault::notFound;
        done(alreadyGone ? Result<Header>(Header{}) : std::move(header));
    });
}

void GatewayEtcd::start(EtcdRequest request, Done<Body> done) {
    if (calls_.size() >= kCallsInFlight) {
        refuseLater({EtcdFault::resourceExhausted,
                     std::to_string(kCallsInFlight) + " calls to etcd are already waiting for answers"},
                    std::move(done));
        return;
    }
    auto& call = calls_.emplace_back();
    call.request = std::move(request);
    call.done = std::move(done);
    call.deadline = loop_.now() + options_.deadline;
    call.endpoint = current_;
    tryNext(std::prev(calls_.end()));
}

void GatewayEtcd::refuseLater(Error error, Done<Body> done) {
    const auto place = refusals_.insert(refusals_.end(), nullptr);
    *place = loop_.soon([this, place, error = std::move(error), done = std::move(done)] {
        refusals_.erase(place);
        done(failure(error));
    });
}

void GatewayEtcd::tryNext(Position call) {
    const bool needsToken = options_.user && !token_ && !authenticationOff_ && !call->authenticated;
    call->authenticating = needsToken;
    const auto share = shareOf(*call);
    send(call,
         needsToken ? encodeAuthenticate(*options_.user, options_.password.value_or("")) : call->request,
         share);
}

/// What is left of the deadline, divided by the endpoints that may still have to be tried.
Duration GatewayEtcd::shareOf(const Pending& call) const {
    const auto left = std::max(kShortestTry, call.deadline - loop_.now());
    const auto endpoints = options_.endpoints.size() - std::min(call.tried, options_.endpoints.size() - 1);
    return std::max<Duration>(kShortestTry, left / static_cast<Duration::rep>(endpoints));
}

void GatewayEtcd::send(Position call, const EtcdRequest& request, Duration share) {
    call->http = http_.send(httpRequest(*call, request, share),
                            [this, call](Result<HttpResponse> answer) { onAnswer(call, std::move(answer)); });
}

HttpRequest GatewayEtcd::httpRequest(const Pending& call, const EtcdRequest& request, Duration share) const {
    HttpRequest http;
    http.method = "POST";
    http.url = options_.endpoints[call.endpoint] + request.path;
    // A member without a leader refuses at once instead of waiting for an election.
    http.headers = {"Content-Type: application/json", "Grpc-Metadata-hasleader: true"};
    http.body = request.body;
    http.tls = options_.tls;
    http.deadline = share;
    http.connectDeadline = share;
    http.maxResponseBytes = kMaxReplyBytes;
    if (token_ && !call.authenticating) {
        http.headers.push_back("Authorization: " + *token_);
    }
    if (!request.repeatable) {
        // If an idle connection turns out to be dead, the HTTP client would send the request a second time, and a late
        // answer is still better than an unknown outcome.
        http.freshConnection = true;
        http.deadline = std::max(kShortestTry, call.deadline - loop_.now());
    }
    return http;
}

void GatewayEtcd::onAnswer(Position call, Result<HttpResponse> answer) {
    call->http.reset();
    if (!answer) {
        onError(call, answer.error());
        return;
    }
    if (const auto error = etcdError(answer->status, answer->body)) {
        onError(call, error->withContext(addressOf(call->endpoint)));
        return;
    }
    current_ = call->endpoint;
    if (call->authenticating) {
        onToken(call, answer->body);
        return;
    }
    finish(call, std::move(answer->body));
}

void GatewayEtcd::onToken(Position call, const Body& body) {
    auto token = decodeAuthenticate(body);
    if (!token) {
        onError(call, token.error().withContext(addressOf(call->endpoint)));
        return;
    }
    token_ = *std::move(token);
    call->authenticated = true;
    tryNext(call);
}

void GatewayEtcd::onError(Position call, const Error& error) {
    if (call->authenticating && authenticationIsOff(error)) {
        authenticationOff_ = true;
        call->authenticated = true;
        tryNext(call);
        return;
    }
    switch (remedyFor(error)) {
    case EtcdRemedy::giveUp: break;
    case EtcdRemedy::authenticate:
        if (!options_.user || call->authenticated) {
            break;
        }
        token_.reset();
        authenticationOff_ = false;
        tryNext(call);
        return;
    case EtcdRemedy::nextIfRepeatable:
        if (!call->request.repeatable && !call->authenticating) {
            current_ = (call->endpoint + 1) %
                       options_.endpoints.size(); // the next call should not wait for it again
            finish(call, failure({error.code(), error.message() + " (it may have been carried out anyway)",
                                  error.recovery()}));
            return;
        }
        [[fallthrough]];
    case EtcdRemedy::nextEndpoint: moveOn(call, error); return;
    }
    finish(call, failure(error));
}

void GatewayEtcd::moveOn(Position call, const Error& error) {
    const auto count = options_.endpoints.size();
    if (current_ == call->endpoint) {
        current_ = (current_ + 1) % count;
    }
    call->endpoint = (call->endpoint + 1) % count;
    call->tried += 1;
    if (call->tried < count && call->deadline - loop_.now() > kShortestTry) {
        tryNext(call);
        return;
    }
    finish(call, failure(count == 1 ? error
                                    : error.withContext("none of " + std::to_string(count) +
                                                        " etcd endpoints can be used, last tried")));
}

void GatewayEtcd::finish(Position call, Result<Body> result) {
    const auto done = std::move(call->done);
    calls_.erase(call);
    done(std::move(result));
}

std::string GatewayEtcd::addressOf(size_t endpoint) const {
    const auto& url = options_.endpoints[endpoint];
    return url.substr(url.find("://") + 3);
}

Status checkEndpoint(std::string& endpoint, const EtcdOptions& options) {
    while (endpoint.ends_with('/')) {
        endpoint.pop_back();
    }
    const bool plain = endpoint.starts_with("http://");
    const bool secure = endpoint.starts_with("https://");
    const auto authority = endpoint.substr(std::min(endpoint.size(), endpoint.find("://") + 3));
    if ((!plain && !secure) || authority.empty() || authority.find_first_of("/?#@ ") != std::string::npos) {
        return failure(Error::invalid("etcd endpoint \"" + endpoint +
                                      "\": expected http://address:2379 or https://address:2379"));
    }
    if (plain && (options.tls != TlsFiles{})) {
        return failure(
            Error::invalid("etcd endpoint \"" + endpoint +
                           "\": TLS files are configured, so expected https:// instead of http://"));
    }
    return {};
}

} // namespace

Result<std::unique_ptr<Etcd>> makeEtcd(EventLoop& loop, HttpClient& http, EtcdOptions options) {
    if (options.endpoints.empty()) {
        return failure(Error::invalid("no etcd endpoint: expected at least one like http://10.0.0.1:2379"));
    }
    for (auto& endpoint : options.endpoints) {
        if (auto valid = checkEndpoint(endpoint, options); !valid) {
            return failure(valid.error());
        }
    }
    if (options.user.has_value() != options.password.has_value()) {
        return failure(Error::invalid("etcd needs both a user and a password, only one of them is set"));
    }
    return std::make_unique<GatewayEtcd>(loop, http, std::move(options));
}

} // namespace hal
