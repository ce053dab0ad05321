// Who goes when there are too many: the one that has waited longest, of the address that has most.
#include "hal/http/connected_clients.hpp"

#include "tests/cpputest.hpp"

using namespace std::chrono_literals;

TEST_GROUP(ConnectedClients) {
    hal::ConnectedClients clients;
    hal::TimePoint start{};
};

TEST(ConnectedClients, TheOldestOfTheLargestAddressGoes) {
    auto& alone = clients.add(1, "a", start);
    auto& first = clients.add(2, "b", start + 1s);
    auto& second = clients.add(3, "b", start + 2s);
    auto& newest = clients.add(4, "c", start + 3s);
    POINTERS_EQUAL(&first, clients.mostExpendable(newest));
    clients.answered(first, start + 4s);
    POINTERS_EQUAL(&second, clients.mostExpendable(newest));
    clients.end(second);
    LONGS_EQUAL(3, clients.count());
    POINTERS_EQUAL(&alone, clients.mostExpendable(newest));
}

TEST(ConnectedClients, TheNewestNeverGoesForItself) {
    auto& only = clients.add(1, "a", start);
    POINTERS_EQUAL(nullptr, clients.mostExpendable(only));
    auto& newest = clients.add(2, "a", start);
    POINTERS_EQUAL(&only, clients.mostExpendable(newest));
}

TEST(ConnectedClients, AnAnswerMakesAClientYoungAgain) {
    auto& first = clients.add(1, "a", start);
    auto& second = clients.add(2, "a", start + 1s);
    clients.answered(first, start + 9s);
    POINTERS_EQUAL(&second, clients.olderThan(start + 5s));
    POINTERS_EQUAL(nullptr, clients.olderThan(start + 1s));
    CHECK_FALSE(clients.answeredAll());
    clients.answered(second, start + 9s);
    CHECK_TRUE(clients.answeredAll());
}

TEST(ConnectedClients, WhatWasEndedIsNotChosenAgainAndLeavesOnce) {
    auto& first = clients.add(1, "a", start);
    clients.end(first);
    clients.end(first);
    clients.answered(first, start + 1s);
    LONGS_EQUAL(0, clients.count());
    POINTERS_EQUAL(nullptr, clients.olderThan(start + 100s));
    auto& second = clients.add(2, "a", start + 2s);
    auto& third = clients.add(3, "b", start + 3s);
    clients.remove(first);
    LONGS_EQUAL(2, clients.count());
    POINTERS_EQUAL(&second, clients.mostExpendable(third));
    clients.remove(second);
    clients.remove(third);
    LONGS_EQUAL(0, clients.count());
    CHECK_TRUE(clients.answeredAll());
}
