// The node's standing with etcd: what it reads and hears, and what it does while
// etcd is away, slow or answers nonsense.
#include "tests/unit/session_fixture.hpp"

using namespace std::chrono_literals;

TEST_GROUP_BASE(SessionTrouble, SessionFixture){};

// ---- reading ----

TEST(SessionTrouble, TheRegistryIsReadAgainAfterItsTime) {
    start();
    link.calls.clear();
    loop.advance(61s);
    LONGS_EQUAL(2, link.count("read"));
    desired.refreshEvery = 1s;
    setDesired(desired.announcement);
    link.calls.clear();
    loop.advance(10s);
    CHECK_TRUE(link.count("read") >= 9 && link.count("read") <= 11);
}

TEST(SessionTrouble, ForeignWritesAreReported) {
    start();
    store.put(kKeys.clusterId(), R"({"v":1,"id":"abc"})");
    changes = 0;
    loop.advance(31s);
    CHECK_TRUE("abc" == session->state().registry->clusterId);
    CHECK_TRUE(changes > 0);
}

TEST(SessionTrouble, BothRangesAreOfOneRevision) {
    start();
    LONGS_EQUAL(store.header().revision, session->state().registry->header.revision);
    LONGS_EQUAL(2, session->state().registry->raw.size());
}

TEST(SessionTrouble, AQuietEtcdMakesNoNoise) {
    start();
    changes = 0;
    loop.advance(29s);
    LONGS_EQUAL(0, changes);
}

TEST(SessionTrouble, AChangeIsHeardByTheWatchAtOnce) {
    start();
    store.put(kKeys.clusterId(), R"({"v":1,"id":"abc"})");
    loop.advance(10ms);
    CHECK_TRUE("abc" == session->state().registry->clusterId);
    loop.advance(50ms);
    store.put("/services/crate/n2", "{}");
    loop.advance(10ms);
    CHECK_TRUE(session->state().registry->raw.contains("/services/crate/n2"));
}

TEST(SessionTrouble, AFloodOfChangesIsReadNowAndThenAndItsLastOneNeverMissed) {
    start();
    link.calls.clear();
    for (int i = 0; i < 10'000; ++i) {
        store.put(kKeys.member("x"), R"({"v":1,"slot":1,"name":"abc)" + std::to_string(i) + "\"}");
        loop.advance(1ms);
    }
    CHECK_TRUE(link.count("read") > 100 && link.count("read") <= 10'000 / 50 + 1);
    CHECK_TRUE_TEXT(link.count("keepAlive") >= 5, "the lease does not wait for a quiet moment");
    CHECK_TRUE(!session->state().error);
    loop.advance(60ms);
    CHECK_EQUAL("abc9999", session->state().registry->members.at(0).name);
}

TEST(SessionTrouble, OurOwnChangesDoNotWaitForAFloodToEnd) {
    start();
    for (int i = 0; i < 500; ++i) {
        store.put(kKeys.prefix() + "noise", std::to_string(i));
        if (i == 100) {
            desired.announcement = {{kNode, "not ready"}};
            session->setDesired(desired);
        }
        if (i == 200) {
            CHECK_EQUAL("not ready -", announced());
        }
        loop.advance(1ms);
    }
}

TEST(SessionTrouble, AWatchThatEndedIsOpenedAgainAndWhatItMissedIsRead) {
    start();
    store.stop();
    loop.advance(2s);
    store.start();
    loop.advance(kHeartbeat + 50ms);
    store.put(kKeys.clusterId(), R"({"v":1,"id":"abc"})");
    loop.advance(10ms);
    CHECK_TRUE("abc" == session->state().registry->clusterId);
}

TEST(SessionTrouble, AnEtcdWithoutWatchesIsReadInTheUsualRhythmAndNotFlooded) {
    link.watchesFail = true;
    start();
    loop.advance(10min);
    CHECK_TRUE(link.watches <= 600 * 3 / 5 + 5);
    CHECK_EQUAL("document service", announced());
    CHECK_TRUE(!session->state().error);
}

// ---- trouble ----

TEST(SessionTrouble, AFailureIsReportedWithItsBeginningAndTheNextTry) {
    link.cut = true;
    start();
    const auto& told = session->state();
    CHECK_EQUAL("10.0.0.9:2379: Connection refused", told.error.value_or(""));
    CHECK_TRUE(told.failingSince.has_value() && told.nextTry.has_value());
    const auto begin = told.failingSince;
    loop.advance(30s);
    CHECK_TRUE(begin == session->state().failingSince);
    CHECK_TRUE(changes > 0);
}

TEST(SessionTrouble, TriesAreNeverFurtherApartThanAHeartbeatAndNoHotLoop) {
    start();
    link.cut = true;
    link.calls.clear();
    loop.advance(10min);
    CHECK_TRUE_TEXT(link.calls.size() >= 600 * 3 / 5, "at least one a heartbeat");
    CHECK_TRUE_TEXT(link.calls.size() <= 600 * 2 * 3 / 5 + 10, "at most two, by the jitter");
    CHECK_TRUE(loop.now() - *session->lastAttempt() <= kHeartbeat + 10ms);
}

TEST(SessionTrouble, WhatWasReadStaysWhileEtcdIsAway) {
    store.put(kKeys.clusterId(), R"({"v":1,"id":"abc"})");
    start();
    link.cut = true;
    loop.advance(10min);
    CHECK_TRUE("abc" == session->state().registry->clusterId);
}

TEST(SessionTrouble, TheKeysAreBackWithinAHeartbeatAfterEtcdIs) {
    for (int round = 0; round < 20; ++round) {
        if (!session) {
            start();
        }
        store.stop();
        loop.advance(60s + std::chrono::milliseconds(round * 97));
        store.wipe();
        store.start();
        loop.advance(kHeartbeat + 50ms);
        CHECK_EQUAL_TEXT("document service", announced(), std::to_string(round).c_str());
        CHECK_TRUE(!session->state().error && !session->state().failingSince && !session->state().nextTry);
    }
}

TEST(SessionTrouble, AShortAbsenceCostsNoLease) {
    start();
    const auto lease = session->state().lease;
    link.cut = true;
    loop.advance(3s);
    link.cut = false;
    loop.advance(kHeartbeat + 50ms);
    CHECK_TRUE(lease == session->state().lease);
    CHECK_EQUAL("document service", announced());
    LONGS_EQUAL(1, link.count("write"));
}

TEST(SessionTrouble, AfterAnAbsenceTheRegistryIsReadAgain) {
    start();
    link.cut = true;
    loop.advance(3s);
    store.put(kKeys.clusterId(), R"({"v":1,"id":"abc"})");
    link.cut = false;
    loop.advance(kHeartbeat + 50ms);
    CHECK_TRUE("abc" == session->state().registry->clusterId);
}

TEST(SessionTrouble, AFrozenEtcdIsQueriedOncePerDeadlineAndNotMore) {
    start();
    link.frozen = true;
    loop.advance(60s);
    CHECK_EQUAL("10.0.0.9:2379: Connection timed out", session->state().error.value_or(""));
    link.frozen = false;
    loop.advance(link.deadline + kHeartbeat + 50ms);
    CHECK_EQUAL("document service", announced());
}

TEST(SessionTrouble, AGrantWhoseAnswerWasLostLeavesNoMoreThanALeaseThatRunsOut) {
    link.loseReplies = 1;
    start();
    loop.advance(kHeartbeat);
    CHECK_EQUAL("document service", announced());
    loop.advance(6s);
    LONGS_EQUAL(1, store.leases());
}

TEST(SessionTrouble, AReadOfTheWrongShapeIsAnErrorAndNotACrash) {
    link.shortReads = 1000;
    start();
    STRCMP_CONTAINS("unexpected number of ranges", session->state().error.value_or("").c_str());
    link.shortReads = 0;
    loop.advance(kHeartbeat);
    CHECK_EQUAL("document service", announced());
}

// ---- a full etcd, and an overfilled registry ----

TEST(SessionTrouble, AFullEtcdKeepsTheLeaseAndIsReportedAllTheTime) {
    start();
    const auto lease = session->state().lease;
    link.full = true;
    setDesired({{kNode, "newer"}, {kService, "service"}});
    link.calls.clear();
    for (int i = 0; i < 600; ++i) {
        loop.advance(100ms);
        STRCMP_CONTAINS("etcdctl alarm disarm", session->state().error.value_or("").c_str());
    }
    CHECK_TRUE(lease == session->state().lease);
    CHECK_EQUAL("document service", announced());
    CHECK_TRUE_TEXT(link.count("write") <= 2 * 60 * 3 / 5 + 5, "no hot loop of writes that are refused");
    LONGS_EQUAL_TEXT(1, link.watches, "a refused write says nothing against the watch");
    link.full = false;
    loop.advance(kHeartbeat + 50ms);
    CHECK_EQUAL("newer service", announced());
    CHECK_TRUE(!session->state().error);
}

TEST(SessionTrouble, AnEndpointIsWithdrawnFromAFullEtcd) {
    start();
    link.full = true;
    setDesired({{kNode, "not ready"}});
    CHECK_EQUAL("document -", announced());
    STRCMP_CONTAINS("database space exceeded", session->state().error.value_or("").c_str());
}

TEST(SessionTrouble, AWriteThatIsNoLongerWantedIsNoLongerAFailure) {
    start();
    link.full = true;
    setDesired({{kNode, "newer"}, {kService, "service"}});
    CHECK_TRUE(session->state().error.has_value());
    desired.announcement = {{kNode, "document"}, {kService, "service"}};
    session->setDesired(desired);
    loop.advance(kHeartbeat + 50ms);
    CHECK_TRUE(!session->state().error);
}

TEST(SessionTrouble, AnOverfilledRegistryIsReportedAndTheLastGoodReadingStays) {
    store.put(kKeys.clusterId(), R"({"v":1,"id":"abc"})");
    start();
    link.largestReply = 1000;
    store.put(kKeys.node("junk"), std::string(2000, 'x'));
    loop.advance(100ms);
    STRCMP_CONTAINS("list the keys under /cratekeeper/crate/", session->state().error.value_or("").c_str());
    CHECK_TRUE("abc" == session->state().registry->clusterId);
    link.calls.clear();
    setDesired({{kNode, "not ready"}});
    CHECK_EQUAL_TEXT("not ready -", announced(), "our own keys follow the database anyway");
    loop.advance(10min);
    CHECK_TRUE_TEXT(link.count("read") <= 600 / 15 + 5, "what cannot be read is not asked for all the time");
    CHECK_TRUE(link.count("keepAlive") > 300);
    store.erase(kKeys.node("junk"));
    loop.advance(61s);
    CHECK_TRUE(!session->state().error);
}

TEST(SessionTrouble, AnOverfilledRegistryThatWasNeverReadIsWaitedFor) {
    link.largestReply = 1000;
    store.put(kKeys.node("junk"), std::string(2000, 'x'));
    start();
    loop.advance(10min);
    CHECK_TRUE(!session->state().registry && session->state().error);
    CHECK_TRUE(link.count("read") <= 600 / 30 + 2);
    CHECK_EQUAL("- -", announced());
    store.erase(kKeys.node("junk"));
    loop.advance(31s);
    CHECK_EQUAL("document service", announced());
}

TEST(SessionTrouble, AClaimThatIsAlwaysLostIsNotRetriedInAHotLoop) {
    store.put(kKeys.clusterId(), "somebody's text");
    const hal::Transaction claim{.when = {{.key = kKeys.clusterId(), .operand = 0}},
                                 .then = {hal::PutRequest{kKeys.clusterId(), "ours", {}}},
                                 .otherwise = {}};
    desired.claim = claim;
    start();
    link.calls.clear();
    loop.advance(60s);
    CHECK_TRUE(link.count("write") >= 30 && link.count("write") <= 80);
    CHECK_EQUAL("document service", announced());
    store.erase(kKeys.clusterId());
    loop.advance(kHeartbeat + 50ms);
    CHECK_EQUAL("ours", store.value(kKeys.clusterId()).value_or(""));
}

TEST(SessionTrouble, EveryCallMayFailAndAllComesRightInTheEnd) {
    for (unsigned failing = 1; failing <= 12; ++failing) {
        link.failNext = failing;
        start();
        loop.advance(kHeartbeat * static_cast<int>(failing + 2));
        CHECK_EQUAL_TEXT("document service", announced(), std::to_string(failing).c_str());
        store.revoke(*session->state().lease);
        session.reset();
    }
}
