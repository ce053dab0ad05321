// The connections of one agent's process: its etcd client and its database client. The world carries out their
// requests, and the answer reaches the process on the process's own loop: late if that loop is frozen, never if the
// process is gone. They behave as hal/etcd/etcd.hpp and hal/crate/crate.hpp document, and own no rule.
#pragma once

#include "hal/crate/crate.hpp"
#include "hal/etcd/etcd.hpp"
#include "tests/sim/shared.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace sim {

/// What lies between one machine and etcd.
struct Wire {
    hal::Duration latency = std::chrono::milliseconds(2);
    bool refused = false;     ///< connections are refused
    bool silent = false;      ///< nothing comes through, without an error
    unsigned failNext = 0;    ///< so many calls from now are refused
    unsigned loseReplies = 0; ///< so many calls from now are carried out and not answered
    unsigned generation =
        0; ///< counts the ends of all connections: calls in flight and watches end with them

    [[nodiscard]] bool open() const { return !refused && !silent; }
};

/// Who listens to what an agent is told and what it changes; for the invariants.
struct Listener {
    std::function<void(const hal::TransactionReply&)> heard;
    std::function<void(const hal::Transaction&)> wrote;
    std::function<void(std::chrono::seconds ttl)> granted;
};

class EtcdClient final : public hal::Etcd {
public:
    /// One call on its way.
    struct Call {
        bool over = false;
        hal::SourcePtr deadline;
    };

    EtcdClient(Shared& shared, fakes::Loop& loop, Wire& wire, Listener listener)
        : shared_(shared), loop_(loop), wire_(wire), listener_(std::move(listener)) {}

    void grant(std::chrono::seconds ttl, Done<hal::Lease> done) override;
    void keepAlive(hal::LeaseId lease, Done<std::optional<hal::Lease>> done) override;
    void revoke(hal::LeaseId lease, Done<hal::Header> done) override;
    void transact(hal::Transaction transaction, Done<hal::TransactionReply> done) override;
    [[nodiscard]] hal::EtcdWatchPtr watch(const std::vector<std::string>& prefixes,
                                          hal::EtcdWatcher watcher) override;

private:
    class Watch;
    template <class T>
    void call(std::function<hal::Result<T>(fakes::EtcdStore&)> operation, Done<T> done);

    Shared& shared_;
    fakes::Loop& loop_;
    Wire& wire_;
    Listener listener_;
    std::vector<std::shared_ptr<Call>> pending_; ///< dropped with the client
};

/// What the machine's database port does with a question: an answer, or none while the database is frozen.
using AskDatabase = std::function<std::optional<hal::CrateAnswer>()>;

/// Connections that are held open, to be broken when the database ends.
using Held = std::vector<std::weak_ptr<std::function<void()>>>;

class CrateClient final : public hal::Crate {
public:
    CrateClient(Shared& shared, fakes::Loop& loop, AskDatabase askDatabase, Held& held)
        : shared_(shared), loop_(loop), askDatabase_(std::move(askDatabase)), heldByAll_(held) {}

    void ask(hal::Duration deadline, std::function<void(hal::CrateAnswer)> done) override;
    void hold(std::function<void()> lost) override;

private:
    struct Round {
        std::vector<std::function<void(hal::CrateAnswer)>> waiting;
        hal::SourcePtr deadline;
    };
    void finish(const hal::CrateAnswer& answer);

    Shared& shared_;
    fakes::Loop& loop_;
    AskDatabase askDatabase_;
    Held& heldByAll_;
    std::shared_ptr<Round> round_;
    std::shared_ptr<std::function<void()>> held_;
};

} // namespace sim
