// The node's standing with etcd: its lease, guarded writes and claims, against an etcd in memory.
#include "tests/unit/session_fixture.hpp"

using namespace std::chrono_literals;

namespace {

hal::Transaction createMember() {
    return {
        .when = {{.key = kKeys.member("m1"), .target = hal::Compare::Target::createRevision, .operand = 0}},
        .then = {hal::PutRequest{kKeys.member("m1"), R"({"v":1,"name":"n1","slot":1})", {}}},
        .otherwise = {}};
}

} // namespace

TEST_GROUP_BASE(Session, SessionFixture){};

// ---- the lease ----

TEST(Session, ANewNodeGrantsALeaseReadsAndWrites) {
    start();
    CHECK_EQUAL("grant", link.calls.front());
    LONGS_EQUAL(1, link.count("grant"));
    LONGS_EQUAL(1, link.count("write"));
    CHECK_EQUAL("document service", announced());
    LONGS_EQUAL(1, store.leases());
    CHECK_TRUE(session->state().lease.has_value());
    CHECK_TRUE(!!session->state().registry);
    CHECK_TRUE(!session->state().error);
}

TEST(Session, TheLeaseIsKeptAliveEveryThirdOfItsTime) {
    start();
    loop.advance(60s);
    CHECK_EQUAL("document service", announced());
    LONGS_EQUAL(1, link.count("grant"));
    CHECK_TRUE(link.count("keepAlive") >= 34 && link.count("keepAlive") <= 37);
}

TEST(Session, TheShortestLeaseIsKeptAliveWithoutAHotLoop) {
    leaseTtl = 2s;
    start();
    loop.advance(60s);
    CHECK_EQUAL("document service", announced());
    CHECK_TRUE(link.count("keepAlive") >= 85 && link.count("keepAlive") <= 92);
    link.cut = true;
    link.calls.clear();
    loop.advance(60s);
    CHECK_TRUE(link.calls.size() >= 90 && link.calls.size() <= 190);
}

TEST(Session, ADeadNodesKeysVanishWithItsLease) {
    start();
    session.reset();
    loop.advance(5s);
    CHECK_EQUAL("- -", announced());
}

TEST(Session, ALeaseOfTheProcessBeforeIsTakenOver) {
    start();
    const auto lease = session->state().lease;
    session.reset();
    loop.advance(3s);
    link.calls.clear();
    start(lease);
    LONGS_EQUAL(0, link.count("grant"));
    CHECK_EQUAL("keepAlive", link.calls.front());
    LONGS_EQUAL_TEXT(0, link.count("write"), "all is there already");
    CHECK_EQUAL("document service", announced());
    CHECK_TRUE(lease == session->state().lease);
}

TEST(Session, ALeaseOfAnotherLengthIsLeftBehindWithoutAFlap) {
    start();
    const auto shorter = session->state().lease;
    session.reset();
    leaseTtl = 60s;
    start(shorter);
    CHECK_TRUE(shorter != session->state().lease);
    loop.advance(10s); // the shorter one ran out, with none of our keys
    CHECK_EQUAL("document service", announced());
    LONGS_EQUAL(1, store.leases());
}

TEST(Session, AnExpiredLeaseIsReplaced) {
    start(4711);
    CHECK_EQUAL("keepAlive", link.calls.front());
    LONGS_EQUAL(1, link.count("grant"));
    CHECK_EQUAL("document service", announced());
}

TEST(Session, ALostLeaseIsGrantedAgainAndTheKeysAreBackWithinAHeartbeat) {
    start();
    store.revoke(*session->state().lease);
    CHECK_EQUAL("- -", announced());
    loop.advance(kHeartbeat + 100ms);
    CHECK_EQUAL("document service", announced());
    LONGS_EQUAL(2, link.count("grant"));
}

TEST(Session, AWipedEtcdIsFilledAgainWithinAHeartbeat) {
    start();
    store.wipe();
    loop.advance(kHeartbeat + 100ms);
    CHECK_EQUAL("document service", announced());
    LONGS_EQUAL(1, store.leases());
}

TEST(Session, ALeaseThatEndsBetweenAKeepAliveAndAWriteIsNotAFailure) {
    start();
    store.revoke(*session->state().lease);
    setDesired({{kNode, "newer"}});
    loop.advance(kHeartbeat);
    CHECK_EQUAL("newer -", announced());
}

TEST(Session, GivingTheLeaseBackRemovesAllAtOnceAndWritesNothingMore) {
    start();
    session->revoke();
    loop.advance(100ms);
    CHECK_EQUAL("- -", announced());
    LONGS_EQUAL(0, store.leases());
    setDesired({{kNode, "newer"}});
    loop.advance(60s);
    CHECK_EQUAL("- -", announced());
}

TEST(Session, WithoutALeaseThereIsNothingToGiveBack) {
    link.cut = true;
    start();
    session->revoke();
    loop.advance(100ms);
    LONGS_EQUAL(0, link.count("revoke"));
}

// ---- writes ----

TEST(Session, NothingIsWrittenWhenNothingChanged) {
    start();
    const auto revision = store.header().revision;
    setDesired(desired.announcement);
    loop.advance(10min);
    LONGS_EQUAL(revision, store.header().revision);
    LONGS_EQUAL(1, link.count("write"));
}

TEST(Session, OnlyTheKeyThatChangedIsWritten) {
    start();
    setDesired({{kNode, "newer"}, {kService, "service"}});
    CHECK_EQUAL("newer service", announced());
    LONGS_EQUAL(2, link.transactions.size());
    LONGS_EQUAL(1, link.transactions.back().then.size());
}

TEST(Session, AServiceThatIsNotWantedAnyMoreIsWithdrawnAtOnce) {
    start();
    setDesired({{kNode, "not ready"}});
    CHECK_EQUAL("not ready -", announced());
    LONGS_EQUAL_TEXT(3, link.transactions.size(), "the withdrawal by itself, and first");
    CHECK_TRUE(std::holds_alternative<hal::DeleteRequest>(link.transactions[1].then.at(0)));
    LONGS_EQUAL(1, link.transactions[1].then.size());
}

TEST(Session, NothingIsWrittenAndNothingDeletedBeforeTheFirstWant) {
    start();
    const auto lease = session->state().lease;
    session.reset();
    planning = false;
    link.calls.clear();
    start(lease);
    loop.advance(2min);
    LONGS_EQUAL(0, link.count("write"));
    CHECK_EQUAL("document service", announced());
    planning = true;
    setDesired({{kNode, "document"}});
    CHECK_EQUAL("document -", announced());
}

TEST(Session, KeysOfOthersAreNeverDeleted) {
    const auto other = store.grant(3600s);
    store.put(kNode + "x", "other", other.id);
    store.put("/services/crate/n2", "other", other.id);
    store.put("/services/crate/n3", "by hand");
    store.put(kKeys.member("m1"), R"({"v":1,"name":"n1","slot":1})");
    start();
    setDesired({});
    CHECK_EQUAL("- -", announced());
    LONGS_EQUAL(4, store.keys().size());
}

TEST(Session, AForeignWriteSinceTheLastReadIsSeenBeforeOneOfOurs) {
    start();
    const auto other = store.grant(3600s);
    store.put(kNode, "the clone", other.id);
    planning = false; // the planner has not seen the clone yet
    setDesired({{kNode, "newer"}, {kService, "service"}});
    loop.advance(10s);
    CHECK_EQUAL("the clone service", announced());
    CHECK_EQUAL("the clone", session->state().registry->raw.at(kNode).value);
    setDesired({}); // and now he has
    CHECK_EQUAL("the clone -", announced());
}

TEST(Session, TwoMachinesThatBootAtOnceDoNotOverwriteEachOther) {
    planning = false;
    start();
    const auto other = store.grant(3600s);
    store.put(kNode, "the clone", other.id); // after our read, before our write
    setDesired({{kNode, "document"}});
    loop.advance(10s);
    CHECK_EQUAL("the clone -", announced());
}

TEST(Session, AKeyOfThe2014SidekickIsTakenOverOnceItWasSeen) {
    store.put(kService, R"({"http": 4200, "transport": 4300})");
    start();
    CHECK_EQUAL("document service", announced());
}

TEST(Session, ADeletedKeyComesBackWithTheNextRead) {
    start();
    store.erase(kService);
    loop.advance(30s + 100ms);
    CHECK_EQUAL("document service", announced());
}

TEST(Session, AWriteWhoseAnswerWasLostIsReadBackAndNotRepeated) {
    start();
    link.loseReplies = 1;
    setDesired({{kNode, "newer"}, {kService, "service"}});
    loop.advance(kHeartbeat);
    CHECK_EQUAL("newer service", announced());
    LONGS_EQUAL(2, link.count("write"));
    CHECK_TRUE(!session->state().error);
}

// ---- claims ----

TEST(Session, AClaimIsMadeOnceAndReadBack) {
    desired.claim = createMember();
    planning = false;
    start();
    session->setDesired(desired);
    loop.advance(10s);
    LONGS_EQUAL(2, link.count("write")); // the announcement and the claim
    CHECK_TRUE(store.value(kKeys.member("m1")).has_value());
    LONGS_EQUAL(1, session->state().registry->members.size());
}

TEST(Session, AClaimThatAnotherNodeWonIsReadBackToo) {
    planning = false;
    start();
    store.put(kKeys.member("m1"), R"({"v":1,"name":"other","slot":1})");
    session->setDesired({.announcement = {}, .claim = createMember()});
    loop.advance(10s);
    LONGS_EQUAL(1, link.count("write"));
    CHECK_EQUAL("other", session->state().registry->members.front().name);
}

TEST(Session, AClaimWhoseAnswerWasLostIsReadBackBeforeTheNext) {
    planning = false;
    start();
    session->setDesired({.announcement = {}, .claim = createMember()});
    link.loseReplies = 1;
    loop.advance(10s);
    LONGS_EQUAL(1, session->state().registry->members.size());
    LONGS_EQUAL(1, link.count("write"));
}
