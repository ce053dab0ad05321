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
    wanted.refreshEvery = 1s;
    want(wanted.announcement);
    link.calls.clear();
    loop.advance(10s);
    CHECK_TRUE(link.count("read") >= 9 && link.count("read") <= 11);
}

TEST(SessionTrouble, WhatOthersWroteIsTold) {
    start();
    store.put(kKeys.clusterId(), R"({"v":1,"id":"abc"})");
    changes = 0;
    loop.advance(31s);
    CHECK_TRUE("abc" == session->store().registry->clusterId);
    CHECK_TRUE(changes > 0);
}

TEST(SessionTrouble, BothRangesAreOfOneRevision) {
    start();
    LONGS_EQUAL(store.header().revision, session->store().registry->header.revision);
    LONGS_EQUAL(2, session->store().registry->raw.size());
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
    CHECK_TRUE("abc" == session->store().registry->clusterId);
    store.put("/services/crate/n2", "{}");
    loop.advance(10ms);
    LONGS_EQUAL(2, session->store().registry->services.size());
}

TEST(SessionTrouble, AWatchThatEndedIsOpenedAgainAndWhatItMissedIsRead) {
    start();
    store.stop();
    loop.advance(2s);
    store.start();
    loop.advance(kHeartbeat + 50ms);
    store.put(kKeys.clusterId(), R"({"v":1,"id":"abc"})");
    loop.advance(10ms);
    CHECK_TRUE("abc" == session->store().registry->clusterId);
}

TEST(SessionTrouble, AnEtcdWithoutWatchesIsReadInTheUsualRhythmAndNotFlooded) {
    link.watchesFail = true;
    start();
    loop.advance(10min);
    CHECK_TRUE(link.watches <= 600 * 3 / 5 + 5);
    CHECK_EQUAL("document service", announced());
    CHECK_TRUE(!session->store().error);
}

// ---- trouble ----

TEST(SessionTrouble, AFailureIsToldWithItsBeginAndTheNextTry) {
    link.cut = true;
    start();
    const auto& told = session->store();
    CHECK_EQUAL("10.0.0.9:2379: Connection refused", told.error.value_or(""));
    CHECK_TRUE(told.failingSince.has_value() && told.nextTry.has_value());
    const auto begin = told.failingSince;
    loop.advance(30s);
    CHECK_TRUE(begin == session->store().failingSince);
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
    CHECK_TRUE("abc" == session->store().registry->clusterId);
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
        CHECK_TRUE(!session->store().error && !session->store().failingSince && !session->store().nextTry);
    }
}

TEST(SessionTrouble, AShortAbsenceCostsNoLease) {
    start();
    const auto lease = session->store().lease;
    link.cut = true;
    loop.advance(3s);
    link.cut = false;
    loop.advance(kHeartbeat + 50ms);
    CHECK_TRUE(lease == session->store().lease);
    CHECK_EQUAL("document service", announced());
    LONGS_EQUAL(1, link.count("write"));
}

TEST(SessionTrouble, AfterAnAbsenceTheRegistryIsReadAnew) {
    start();
    link.cut = true;
    loop.advance(3s);
    store.put(kKeys.clusterId(), R"({"v":1,"id":"abc"})");
    link.cut = false;
    loop.advance(kHeartbeat + 50ms);
    CHECK_TRUE("abc" == session->store().registry->clusterId);
}

TEST(SessionTrouble, AFrozenEtcdIsAskedOnceADeadlineAndTheRestIsSilence) {
    start();
    link.frozen = true;
    loop.advance(60s);
    CHECK_EQUAL("10.0.0.9:2379: Connection timed out", session->store().error.value_or(""));
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
    STRCMP_CONTAINS("two ranges", session->store().error.value_or("").c_str());
    link.shortReads = 0;
    loop.advance(kHeartbeat);
    CHECK_EQUAL("document service", announced());
}

TEST(SessionTrouble, EveryCallMayFailAndAllComesRightInTheEnd) {
    for (unsigned failing = 1; failing <= 12; ++failing) {
        link.failNext = failing;
        start();
        loop.advance(kHeartbeat * static_cast<int>(failing + 2));
        CHECK_EQUAL_TEXT("document service", announced(), std::to_string(failing).c_str());
        store.revoke(*session->store().lease);
        session.reset();
    }
}
