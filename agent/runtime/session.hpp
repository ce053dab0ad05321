// The node's session with etcd: one lease, the keys written under it, the registry as last read, and the watch that
// says when to read again. It owns when to grant, keep alive, read, write and retry; one call is in flight at a time,
// and however much others write, reading leaves most of the time to the node.
// It never decides what is written: it makes etcd equal to the last setDesired(), guarded so that it never overwrites
// another machine's keys.
#pragma once

#include "agent/cluster/registry.hpp"
#include "agent/health/announce.hpp"
#include "agent/observed.hpp"
#include "agent/runtime/backoff.hpp"
#include "agent/runtime/etcd_log.hpp"
#include "hal/base/event_loop.hpp"
#include "hal/etcd/etcd.hpp"

#include <functional>
#include <optional>

namespace agent {

struct SessionOptions {
    Keys keys;
    std::chrono::seconds leaseTtl{5};
    std::optional<hal::LeaseId> previousLease; ///< of the previous process: taken over if it still exists
    uint64_t jitterSeed = 0;
};

/// What etcd should hold for us.
struct Desired {
    Announcement announcement;
    std::optional<hal::Transaction> claim;
    /// The maximum age of the registry: short while we wait for other nodes, otherwise long, as a safety net.
    hal::Duration refreshEvery = std::chrono::seconds(30);
};

class Session {
public:
    /// `changed` is called, from the loop, whenever state() has changed.
    Session(hal::EventLoop& loop, hal::Etcd& etcd, SessionOptions options, std::function<void()> changed);

    /// Starts the session; the first call may take over the previous lease.
    void start();
    void setDesired(Desired desired);
    /// Revokes the lease, so that all our keys vanish at once; for a machine that shuts down.
    void revoke();
    [[nodiscard]] const EtcdState& state() const { return state_; }
    /// When the session last sent a request; the watchdog uses it to tell whether this stage makes progress.
    [[nodiscard]] std::optional<hal::TimePoint> lastAttempt() const { return lastAttempt_; }

private:
    enum class Step { grant, keepAlive, read, write, claim };

    void advance();
    void advanceOwn();
    [[nodiscard]] bool readDue() const;
    [[nodiscard]] bool isOversized() const;
    void sleep();
    void grant();
    void keepAlive();
    void read();
    void readEverything();
    void readOwn();
    void everythingRead(hal::TransactionReply reply);
    void foundOversized(const hal::Error& error);
    void openWatch();
    void write(const hal::Transaction& transaction);
    void writeClaim();
    [[nodiscard]] hal::Transaction pendingWrites() const;
    void written(const hal::Transaction& transaction, const hal::TransactionReply& reply);
    void succeeded(Step step);
    void failed(Step step, const hal::Error& error);
    void recovered();
    void tellError(Step step, const hal::Error& error);
    void lostLease();
    void wakeAt(hal::TimePoint time);
    [[nodiscard]] hal::Duration heartbeat() const { return hal::Duration(options_.leaseTtl) / 3; }

    hal::EventLoop& loop_;
    hal::Etcd& etcd_;
    SessionOptions options_;
    std::function<void()> changed_;
    Backoff backoff_;
    Backoff claimBackoff_;
    EtcdLog said_;
    EtcdState state_;
    std::optional<Step> failedStep_; ///< the failure ends when this step succeeds, not when another one does
    std::optional<Desired>
        desired_; ///< empty until the first setDesired(): until then the previous process's keys stay
    bool busy_ = false;
    bool adopted_ = false; ///< the lease is from the previous process, and its length is not yet checked
    bool started_ = false;
    bool registryStale_ = true;               ///< it must be read before anything is written
    bool heard_ = false;                      ///< the watch reported a change since the last reading began
    bool unanswered_ = false;                 ///< setDesired() has not been called yet since the last reading
    hal::EtcdWatchPtr watch_;                 ///< empty after it ended, until the next successful keep-alive
    std::optional<hal::TimePoint> watchedAt_; ///< when it was last opened
    std::optional<hal::TimePoint> keptAliveAt_; ///< when the last successful keep-alive was sent
    std::optional<hal::TimePoint> readAt_;
    hal::Duration pause_{0}; ///< after a reading, before the watch may cause another one
    std::optional<hal::TimePoint>
        wholeAgainAt_; ///< the registry was too large; until then only our keys are read
    std::optional<hal::TimePoint> claimAgainAt_; ///< after a lost claim
    std::optional<hal::TimePoint> lastAttempt_;
    hal::SourcePtr wake_;
};

} // namespace agent
