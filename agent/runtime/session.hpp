// The node's standing with etcd: one lease, the keys written under it, the registry as last read, and the watch that
// says when to read again. It owns when to grant, keep alive, read, write and retry; one call is in flight at a time,
// and however much others write, most of the time is left to the node.
// It never decides what is written: it makes etcd equal to what setDesired() was last told, guarded so that it never
// overwrites a stranger.
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
    std::optional<hal::LeaseId> previousLease; ///< of the process before us: taken over if it still lives
    uint64_t jitterSeed = 0;
};

/// What etcd should hold for us.
struct Desired {
    Announcement announcement;
    std::optional<hal::Transaction> claim;
    /// How old the registry may grow: short while we wait for others, long as a net otherwise.
    hal::Duration refreshEvery = std::chrono::seconds(30);
};

class Session {
public:
    /// `changed` is called, from the loop, whenever state() is different from before.
    Session(hal::EventLoop& loop, hal::Etcd& etcd, SessionOptions options, std::function<void()> changed);

    /// Starts talking; the first call may be a takeover of the previous lease.
    void start();
    void setDesired(Desired desired);
    /// Gives the lease back, so that all our keys vanish at once; for a machine that goes down.
    void revoke();
    [[nodiscard]] const EtcdState& state() const { return state_; }
    /// When etcd last answered anything; for the watchdog's question whether this stage makes progress.
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
    std::optional<Step> failedStep_; ///< trouble is over when this step succeeds, not when another one does
    std::optional<Desired>
        desired_; ///< empty until told: what a former process wrote stays untouched till then
    bool busy_ = false;
    bool adopted_ =
        false; ///< the lease is another process's, and not yet known to be as long as ours should be
    bool started_ = false;
    bool registryStale_ = true; ///< it must be read before anything is written
    bool heard_ = false;        ///< the watch spoke since the last reading began
    bool unanswered_ = false;   ///< setDesired() has not been told yet what follows from the last reading
    hal::EtcdWatchPtr watch_;   ///< empty after it ended, until the next good keep-alive
    std::optional<hal::TimePoint> watchedAt_;   ///< when it was opened last
    std::optional<hal::TimePoint> keptAliveAt_; ///< when the last good keep-alive was sent
    std::optional<hal::TimePoint> readAt_;
    hal::Duration pause_{0}; ///< after a reading, before what the watch says makes another
    std::optional<hal::TimePoint>
        wholeAgainAt_; ///< the registry was too large; until then only our keys are read
    std::optional<hal::TimePoint> claimAgainAt_; ///< after a claim that was lost
    std::optional<hal::TimePoint> lastAttempt_;
    hal::SourcePtr wake_;
};

} // namespace agent
