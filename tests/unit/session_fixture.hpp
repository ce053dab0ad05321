// One session with an etcd in memory, and a plan that answers every change as the node's does.
// Shared by the tests of the session; each of them ends with the check that one call was in flight at a time.
#pragma once

#include "agent/runtime/session.hpp"
#include "tests/cpputest.hpp"
#include "tests/fakes/etcd.hpp"

#include <memory>

inline const agent::Keys kKeys("crate");
inline const std::string kNode = "/cratekeeper/crate/nodes/m1";
inline const std::string kService = "/services/crate/n1";
inline constexpr hal::Duration kHeartbeat = hal::Duration(std::chrono::seconds(5)) / 3;

class SessionFixture : public Utest {
public:
    fakes::Loop loop;
    fakes::EtcdStore store{loop};
    fakes::EtcdLink link;
    std::unique_ptr<fakes::Etcd> etcd = std::make_unique<fakes::Etcd>(loop, store, link);
    std::unique_ptr<agent::Session> session;
    agent::Desired desired{.announcement = {{kNode, "document"}, {kService, "service"}}, .claim = {}};
    std::chrono::seconds leaseTtl{5};
    bool planning = true; ///< answers every change with setDesired(), as the node does
    unsigned changes = 0;
    hal::SourcePtr plan;

    void start(std::optional<hal::LeaseId> previousLease = {}) {
        session = std::make_unique<agent::Session>(
            loop, *etcd,
            agent::SessionOptions{
                .keys = kKeys, .leaseTtl = leaseTtl, .previousLease = previousLease, .jitterSeed = 1},
            [this] {
                ++changes;
                if (planning) {
                    plan = loop.soon([this] { session->setDesired(desired); });
                }
            });
        session->start();
        loop.advance(std::chrono::milliseconds(100));
    }

    void setDesired(agent::Announcement announcement) {
        desired.announcement = std::move(announcement);
        session->setDesired(desired);
        loop.advance(std::chrono::milliseconds(100));
    }

    [[nodiscard]] std::string announced() {
        return store.value(kNode).value_or("-") + " " + store.value(kService).value_or("-");
    }

    void teardown() override {
        LONGS_EQUAL_TEXT(1, link.mostInFlight, "one call at a time");
        session.reset();
        etcd.reset();
    }
};
