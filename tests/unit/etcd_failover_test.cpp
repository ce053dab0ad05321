// Which endpoint is asked, how often and with what, without a network: the HTTP client and the loop are fakes
// that the test answers itself.
#include "hal/etcd/etcd.hpp"
#include "tests/cpputest.hpp"

#include <algorithm>
#include <deque>

namespace {

class FakeLoop final : public hal::EventLoop {
public:
    struct Deferred final : hal::Source {
        explicit Deferred(std::function<void()> function) : call(std::move(function)) {}
        std::function<void()> call;
    };

    [[nodiscard]] hal::TimePoint now() const override { return time; }
    [[nodiscard]] hal::SourcePtr after(hal::Duration, std::function<void()>) override { return nullptr; }
    [[nodiscard]] hal::SourcePtr every(hal::Duration, std::function<void()>) override { return nullptr; }
    [[nodiscard]] hal::SourcePtr onReady(int, hal::Readiness, std::function<void(hal::Readiness)>) override {
        return nullptr;
    }
    [[nodiscard]] hal::SourcePtr onExit(int, std::function<void()>) override { return nullptr; }
    [[nodiscard]] hal::SourcePtr onSignal(int, std::function<void()>) override { return nullptr; }
    [[nodiscard]] hal::SourcePtr soon(std::function<void()> call) override {
        deferred = call;
        return std::make_unique<Deferred>(std::move(call));
    }
    int run() override { return 0; }
    bool turn() override { return false; }
    void stop(int) override {}
    [[nodiscard]] void* native() const override { return nullptr; }

    hal::TimePoint time{std::chrono::seconds(1000)};
    std::function<void()> deferred;
};

class FakeHttp final : public hal::HttpClient {
public:
    struct Sent {
        hal::HttpRequest request;
        std::function<void(hal::Result<hal::HttpResponse>)> done;
    };

    [[nodiscard]] hal::HttpCallPtr send(hal::HttpRequest request,
                                        std::function<void(hal::Result<hal::HttpResponse>)> done) override {
        sent.push_back({std::move(request), std::move(done)});
        return std::make_unique<hal::HttpCall>();
    }

    /// Answers the oldest request that still waits.
    void answer(int status, std::string body) {
        take()(hal::HttpResponse{.status = status, .body = std::move(body)});
    }
    void fail(hal::HttpFault fault) { take()(hal::failure({fault, "it: failed"})); }

    std::function<void(hal::Result<hal::HttpResponse>)> take() {
        auto done = std::move(sent.at(answered).done);
        ++answered;
        return done;
    }

    std::deque<Sent> sent;
    size_t answered = 0;
};

bool hasHeader(const hal::HttpRequest& request, const std::string& header) {
    return std::ranges::find(request.headers, header) != request.headers.end();
}

const std::string kRange =
    R"({"header":{"revision":"5"},"succeeded":true,"responses":[{"response_range":{}}]})";
const std::string kTxn = R"({"header":{"revision":"6"},"succeeded":true})";
const std::string kToken = R"({"token":"abc.15"})";
const std::string kInvalidToken = R"({"code":16,"message":"etcdserver: invalid auth token"})";

} // namespace

TEST_GROUP(EtcdFailover) {
    FakeLoop loop;
    FakeHttp http;
    std::unique_ptr<hal::Etcd> etcd;
    std::vector<hal::Result<hal::TransactionReply>> ranges;
    std::vector<hal::Result<hal::TransactionReply>> transactions;

    void make(bool withUser = false) {
        hal::EtcdOptions options;
        options.endpoints = {"http://10.0.0.1:2379", "http://10.0.0.2:2379/", "http://10.0.0.3:2379"};
        if (withUser) {
            options.user = "agent";
            options.password = "pw";
        }
        auto made = hal::makeEtcd(loop, http, options);
        CHECK_OK(made);
        etcd = *std::move(made);
    }

    void range() {
        etcd->transact({.when = {}, .then = {hal::RangeRequest{.key = "/a"}}, .otherwise = {}},
                       [this](auto reply) { ranges.push_back(std::move(reply)); });
    }

    void transact() {
        etcd->transact({.when = {},
                        .then = {hal::PutRequest{.key = "/a", .value = "x", .lease = std::nullopt}},
                        .otherwise = {}},
                       [this](auto reply) { transactions.push_back(std::move(reply)); });
    }

    [[nodiscard]] const std::string& url(size_t index) const { return http.sent.at(index).request.url; }
};

TEST(EtcdFailover, StaysWithAnEndpointThatAnswers) {
    make();
    range();
    http.answer(200, kRange);
    range();
    http.answer(200, kRange);
    CHECK_EQUAL(2, ranges.size());
    CHECK_OK(ranges[1]);
    CHECK_EQUAL(std::string("http://10.0.0.1:2379/v3/kv/txn"), url(0));
    CHECK_EQUAL(url(0), url(1));
    CHECK_TRUE(hasHeader(http.sent[0].request, "Grpc-Metadata-hasleader: true"));
    CHECK_FALSE(http.sent[0].request.freshConnection);
}

TEST(EtcdFailover, AsksEachEndpointOnceAndNamesTheLast) {
    make();
    range();
    http.fail(hal::HttpFault::refused);
    http.fail(hal::HttpFault::timeout);
    CHECK_EQUAL(0, ranges.size());
    http.answer(503, R"({"code":14,"message":"etcdserver: no leader"})");
    CHECK_EQUAL(1, ranges.size());
    CHECK_FAILS("none of 3 etcd endpoints can be used, last tried: 10.0.0.3:2379: etcdserver: no leader",
                ranges[0]);
    CHECK_TRUE(ranges[0].error().recovery() == hal::Recovery::retryable);
    CHECK_EQUAL(3, http.sent.size());
}

TEST(EtcdFailover, BeginsTheNextCallWhereTheLastOneSucceeded) {
    make();
    range();
    http.fail(hal::HttpFault::refused);
    http.answer(200, kRange);
    CHECK_OK(ranges.at(0));
    range();
    STRCMP_CONTAINS("10.0.0.2:2379/v3", url(2).c_str());
}

TEST(EtcdFailover, SharesTheDeadlineBetweenTheEndpointsLeft) {
    make();
    range();
    CHECK_TRUE(http.sent[0].request.deadline == std::chrono::milliseconds(500));
    loop.time += std::chrono::milliseconds(500);
    http.fail(hal::HttpFault::timeout);
    CHECK_TRUE(http.sent[1].request.deadline == std::chrono::milliseconds(500));
    loop.time += std::chrono::milliseconds(100);
    http.fail(hal::HttpFault::refused);
    CHECK_TRUE(http.sent[2].request.deadline == std::chrono::milliseconds(900));
}

TEST(EtcdFailover, EndsWhenTheDeadlineHasPassed) {
    make();
    range();
    loop.time += std::chrono::milliseconds(1500);
    http.fail(hal::HttpFault::timeout);
    CHECK_EQUAL(1, ranges.size());
    CHECK_EQUAL(1, http.sent.size());
}

TEST(EtcdFailover, NeverSendsATransactionTwiceAfterItLeft) {
    make();
    transact();
    CHECK_TRUE(http.sent[0].request.freshConnection);
    http.fail(hal::HttpFault::timeout);
    CHECK_EQUAL(1, http.sent.size());
    CHECK_FAILS("may have been carried out", transactions.at(0));
    // The next call does not wait for the silent endpoint again.
    transact();
    STRCMP_CONTAINS("10.0.0.2:2379", url(1).c_str());
}

TEST(EtcdFailover, SendsATransactionElsewhereWhenNothingLeft) {
    make();
    transact();
    http.fail(hal::HttpFault::connectTimeout);
    http.answer(503, R"({"code":14,"message":"etcdserver: no leader"})");
    http.answer(200, kTxn);
    CHECK_OK(transactions.at(0));
    CHECK_TRUE(transactions[0]->succeeded);
}

TEST(EtcdFailover, GivesATransactionTheWholeDeadlineButLittleTimeToConnect) {
    make();
    transact();
    CHECK_TRUE(http.sent[0].request.deadline == std::chrono::milliseconds(1500));
    CHECK_TRUE(http.sent[0].request.connectDeadline == hal::Duration(std::chrono::milliseconds(500)));
}

TEST(EtcdFailover, DoesNotAskOthersWhatAllWouldRefuse) {
    make();
    range();
    http.answer(400, R"({"code":3,"message":"etcdserver: key is not provided"})");
    CHECK_EQUAL(1, http.sent.size());
    CHECK_FAILS("10.0.0.1:2379: etcdserver: key is not provided", ranges.at(0));
}

TEST(EtcdFailover, AsksForATokenFirstAndSendsItAfterwards) {
    make(true);
    range();
    STRCMP_CONTAINS("/v3/auth/authenticate", url(0).c_str());
    CHECK_EQUAL(std::string(R"({"name":"agent","password":"pw"})"), http.sent[0].request.body);
    http.answer(200, kToken);
    CHECK_TRUE(hasHeader(http.sent[1].request, "Authorization: abc.15"));
    http.answer(200, kRange);
    CHECK_OK(ranges.at(0));
    range();
    STRCMP_CONTAINS("/v3/kv/txn", url(2).c_str());
}

TEST(EtcdFailover, RenewsATokenOnceWhenTheServerForgotIt) {
    make(true);
    transact();
    http.answer(200, kToken);
    http.answer(200, kTxn);
    transact();
    http.answer(401, kInvalidToken);
    STRCMP_CONTAINS("/v3/auth/authenticate", url(3).c_str());
    http.answer(200, R"({"token":"new.16"})");
    CHECK_TRUE(hasHeader(http.sent[4].request, "Authorization: new.16"));
    http.answer(401, kInvalidToken);
    CHECK_EQUAL(5, http.sent.size());
    CHECK_FAILS("invalid auth token", transactions.at(1));
}

TEST(EtcdFailover, EndsWithTheServersWordsWhenThePasswordIsWrong) {
    make(true);
    range();
    http.answer(400,
                R"({"code":3,"message":"etcdserver: authentication failed, invalid user ID or password"})");
    CHECK_FAILS("wrong user or password", ranges.at(0));
    CHECK_TRUE(ranges[0].error().recovery() == hal::Recovery::terminal);
    CHECK_EQUAL(1, http.sent.size());
}

TEST(EtcdFailover, DoesWithoutTokenWhereAuthenticationIsOff) {
    make(true);
    range();
    http.answer(412, R"({"code":9,"message":"etcdserver: authentication is not enabled"})");
    STRCMP_CONTAINS("/v3/kv/txn", url(1).c_str());
    http.answer(200, kRange);
    CHECK_OK(ranges.at(0));
    // Switched on later, the server says so and gets its token.
    range();
    http.answer(400, R"({"code":3,"message":"etcdserver: user name is empty"})");
    STRCMP_CONTAINS("/v3/auth/authenticate", url(3).c_str());
}

TEST(EtcdFailover, TakesARevokedLeaseForRevoked) {
    make();
    std::vector<hal::Result<hal::Header>> headers;
    etcd->revoke(7, [&headers](auto header) { headers.push_back(std::move(header)); });
    http.answer(404, R"({"code":5,"message":"etcdserver: requested lease not found"})");
    CHECK_OK(headers.at(0));
}

TEST(EtcdFailover, DropsPendingCallsWhenItEndsInsideACallback) {
    make();
    etcd->revoke(7, [this](const auto&) { etcd.reset(); });
    range();
    http.answer(200, R"({"header":{"revision":"5"}})");
    CHECK_TRUE(etcd == nullptr);
    CHECK_EQUAL(0, ranges.size());
}

TEST(EtcdFailover, RefusesMoreCallsThanItCanBound) {
    make();
    for (int call = 0; call < 65; ++call) {
        range();
    }
    CHECK_EQUAL(64, http.sent.size());
    CHECK_EQUAL(0, ranges.size()); // reported later, never from inside the call
    loop.deferred();
    CHECK_FAILS("64 calls", ranges.at(0));
    loop.deferred = nullptr;
}

TEST(EtcdFailover, RefusesOptionsThatCannotWork) {
    const auto with = [this](auto change) {
        hal::EtcdOptions options;
        options.endpoints = {"http://10.0.0.1:2379"};
        change(options);
        return hal::makeEtcd(loop, http, options);
    };
    CHECK_FAILS("at least one", with([](auto& options) { options.endpoints.clear(); }));
    for (const auto* endpoint :
         {"10.0.0.1:2379", "http://", "ftp://10.0.0.1", "http://10.0.0.1/v3", "http://a@b"}) {
        CHECK_FAILS("expected http://", with([endpoint](auto& options) { options.endpoints = {endpoint}; }));
    }
    CHECK_FAILS("needs both a user and a password", with([](auto& options) { options.user = "agent"; }));
    CHECK_FAILS("https://", with([](auto& options) { options.tls.caFile = "/ca.pem"; }));
}
