// That the etcd in memory behaves as the real one does where the agent depends on it.
#include "tests/cpputest.hpp"
#include "tests/fakes/etcd.hpp"

using hal::Compare;
using namespace std::chrono_literals;

namespace {

hal::Transaction put(const std::string& key, const std::string& value, std::vector<Compare> when = {},
                     std::optional<hal::LeaseId> lease = {}) {
    return {.when = std::move(when), .then = {hal::PutRequest{key, value, lease}}, .otherwise = {}};
}

} // namespace

TEST_GROUP(FakeEtcd) {
    fakes::Loop loop;
    fakes::EtcdStore store{loop};
};

TEST(FakeEtcd, ALeaseTakesItsKeysWithIt) {
    const auto lease = store.grant(5s);
    store.put("/a", "1", lease.id);
    store.put("/b", "2");
    loop.advance(4s);
    CHECK_TRUE(store.keepAlive(lease.id).has_value());
    loop.advance(4999ms);
    CHECK_TRUE("1" == store.value("/a"));
    loop.advance(1ms);
    CHECK_TRUE(!store.value("/a") && "2" == store.value("/b"));
    CHECK_TRUE(!store.keepAlive(lease.id).has_value());
}

TEST(FakeEtcd, NothingExpiresWhileItIsStoppedAndAllLeasesRestartAfterwards) {
    const auto lease = store.grant(5s);
    store.put("/a", "1", lease.id);
    store.stop();
    loop.advance(60s);
    store.start();
    loop.advance(4s);
    CHECK_TRUE("1" == store.value("/a"));
    loop.advance(1s);
    CHECK_TRUE(!store.value("/a"));
}

TEST(FakeEtcd, AKeyPutUnderAnotherLeaseLeavesTheFirst) {
    const auto first = store.grant(5s);
    const auto second = store.grant(5s);
    store.put("/a", "1", first.id);
    store.put("/a", "2", second.id);
    store.revoke(first.id);
    CHECK_TRUE("2" == store.value("/a"));
}

TEST(FakeEtcd, APutUnderAMissingLeaseFailsAsAWhole) {
    auto transaction = put("/a", "1");
    transaction.then.emplace_back(hal::PutRequest{"/b", "2", 77});
    const auto reply = store.transact(transaction);
    CHECK_FAILS("lease not found", reply);
    CHECK_TRUE(reply.error().code() == make_error_code(hal::EtcdFault::notFound));
    CHECK_TRUE(store.keys().empty());
}

TEST(FakeEtcd, CreateOnlyCreatesOnce) {
    const Compare absent{.key = "/a", .target = Compare::Target::createRevision, .operand = 0};
    CHECK_TRUE(store.transact(put("/a", "1", {absent}))->succeeded);
    CHECK_TRUE(!store.transact(put("/a", "2", {absent}))->succeeded);
    CHECK_TRUE("1" == store.value("/a"));
}

TEST(FakeEtcd, ARevisionPerChangeAndNoneForReading) {
    const auto before = store.header().revision;
    store.put("/a", "1");
    const auto reply = store.transact(
        {.when = {}, .then = {hal::RangeRequest{.key = "/", .prefix = true}}, .otherwise = {}});
    LONGS_EQUAL(before + 1, store.header().revision);
    LONGS_EQUAL(before + 1, reply->ranges.at(0).keyValues.at(0).modRevision);
}

TEST(FakeEtcd, AComparisonOfAPrefixHoldsForAllOfItsKeysOrForNone) {
    const auto holds = [this](int64_t revision) {
        const Compare older{.key = "/m/",
                            .target = Compare::Target::modRevision,
                            .relation = Compare::Relation::less,
                            .operand = revision,
                            .prefix = true};
        return store.transact({.when = {older}, .then = {}, .otherwise = {}})->succeeded;
    };
    CHECK_TRUE(holds(1)); // no key: all numbers are 0
    store.put("/m/a", "1");
    const auto revision = store.header().revision;
    CHECK_TRUE(holds(revision + 1));
    CHECK_TRUE(!holds(revision));
    store.put("/m/b", "1");
    CHECK_TRUE(!holds(revision + 1));
}

TEST(FakeEtcd, AClientAnswersLaterAndOnce) {
    fakes::EtcdLink link;
    fakes::Etcd etcd(loop, store, link);
    int answers = 0;
    etcd.grant(5s, [&answers](const hal::Result<hal::Lease>& lease) {
        CHECK_OK(lease);
        ++answers;
    });
    LONGS_EQUAL(0, answers);
    loop.advance(1s);
    LONGS_EQUAL(1, answers);
    LONGS_EQUAL(0, link.inFlight);
}

TEST(FakeEtcd, ADestroyedClientAnswersNothing) {
    fakes::EtcdLink link;
    {
        fakes::Etcd etcd(loop, store, link);
        etcd.grant(5s, [](const hal::Result<hal::Lease>&) { FAIL("the client is gone"); });
    }
    loop.advance(1s);
    LONGS_EQUAL(0, link.inFlight);
    LONGS_EQUAL(0, store.leases());
}

TEST(FakeEtcd, ALostReplyIsOfACallThatWasCarriedOut) {
    fakes::EtcdLink link;
    fakes::Etcd etcd(loop, store, link);
    link.loseReplies = 1;
    bool failed = false;
    etcd.transact(put("/a", "1"),
                  [&failed](const hal::Result<hal::TransactionReply>& reply) { failed = !reply; });
    loop.advance(1s);
    CHECK_TRUE(failed && "1" == store.value("/a"));
}

TEST(FakeEtcd, AWatchReportsThatItIsEstablishedAndEveryChangeBelowItsPrefix) {
    fakes::EtcdLink link;
    fakes::Etcd etcd(loop, store, link);
    int changes = 0;
    const auto lease = store.grant(5s);
    const auto watch = etcd.watch({"/a/", "/b/"}, {.changed = [&changes] { ++changes; },
                                                   .ended = [](const hal::Error&) { FAIL("it stands"); }});
    loop.advance(10ms);
    LONGS_EQUAL(1, changes);
    store.put("/a/x", "1", lease.id);
    store.put("/c/x", "1");
    loop.advance(10ms);
    LONGS_EQUAL(2, changes);
    loop.advance(6s); // the lease runs out
    LONGS_EQUAL(3, changes);
}

TEST(FakeEtcd, AWatchEndsOnceWithItsServer) {
    fakes::EtcdLink link;
    fakes::Etcd etcd(loop, store, link);
    int ends = 0;
    hal::EtcdWatchPtr watch =
        etcd.watch({"/a/"}, {.changed = [] {}, .ended = [&ends](const hal::Error&) { ++ends; }});
    loop.advance(1s);
    store.stop();
    loop.advance(10s);
    LONGS_EQUAL(1, ends);
}
