// A call that was sent is carried out even if its process dies, as with a real server.
#include "tests/sim/clients.hpp"

#include <algorithm>

namespace sim {

using namespace std::chrono_literals;

namespace {

constexpr hal::Duration kDeadline = 1500ms;
constexpr hal::Duration kWatchCheck = 500ms;
const std::string kServer = "10.0.0.9:2379";

template <class T>
struct Pending final : EtcdClient::Call {
    Pending(fakes::Loop& itsLoop, std::function<void(hal::Result<T>)> itsDone)
        : loop(itsLoop), done(std::move(itsDone)) {}

    void finish(const hal::Result<T>& result) {
        if (!std::exchange(over, true)) {
            deadline.reset();
            std::exchange(done, nullptr)(result);
        }
    }

    fakes::Loop& loop;
    std::function<void(hal::Result<T>)> done;
};

/// Hands the answer to the process: from its loop, once, and not when it is gone.
template <class T>
void deliver(const std::weak_ptr<Pending<T>>& weak, const hal::Result<T>& result) {
    if (const auto pending = weak.lock()) {
        pending->loop.post(0ms, [weak, result] {
            if (const auto answered = weak.lock()) {
                answered->finish(result);
            }
        });
    }
}

hal::Error lost(std::errc why) { return {std::make_error_code(why), kServer}; }

} // namespace

template <class T>
void EtcdClient::call(std::function<hal::Result<T>(fakes::EtcdStore&)> operation, Done<T> done) {
    const auto pending = std::make_shared<Pending<T>>(loop_, std::move(done));
    const std::weak_ptr<Pending<T>> weak = pending;
    pending->deadline = loop_.after(kDeadline, [weak] {
        if (const auto late = weak.lock()) {
            late->finish(hal::failure(lost(std::errc::timed_out)));
        }
    });
    std::erase_if(pending_, [](const auto& old) { return old->over; });
    pending_.push_back(pending);
    shared_.loop.post(wire_.latency, [&shared = shared_, &wire = wire_, generation = wire_.generation, weak,
                                      operation = std::move(operation)] {
        if (wire.silent) {
            return;
        }
        if (wire.refused || shared.etcd.stopped() || wire.failNext > 0 || wire.generation != generation) {
            wire.failNext -= wire.failNext > 0 ? 1 : 0;
            deliver<T>(weak, hal::failure(fakes::refused(kServer)));
            return;
        }
        const auto result = operation(shared.etcd);
        if (wire.loseReplies > 0) {
            --wire.loseReplies;
            deliver<T>(weak, hal::failure(lost(std::errc::connection_reset)));
            return;
        }
        shared.loop.post(wire.latency, [&wire, generation, weak, result] {
            if (wire.generation != generation) {
                deliver<T>(weak, hal::failure(lost(std::errc::connection_reset)));
            } else if (wire.open()) {
                deliver<T>(weak, result);
            }
        });
    });
}

void EtcdClient::grant(std::chrono::seconds ttl, Done<hal::Lease> done) {
    listener_.granted(ttl); // now, and not when it arrives: the process may be gone then
    call<hal::Lease>([ttl](fakes::EtcdStore& etcd) { return etcd.grant(ttl); }, std::move(done));
}

void EtcdClient::keepAlive(hal::LeaseId lease, Done<std::optional<hal::Lease>> done) {
    call<std::optional<hal::Lease>>([lease](fakes::EtcdStore& etcd) { return etcd.keepAlive(lease); },
                                    std::move(done));
}

void EtcdClient::revoke(hal::LeaseId lease, Done<hal::Header> done) {
    call<hal::Header>([lease](fakes::EtcdStore& etcd) { return etcd.revoke(lease); }, std::move(done));
}

void EtcdClient::transact(hal::Transaction transaction, Done<hal::TransactionReply> done) {
    const bool readsNodes = std::ranges::any_of(transaction.then, [](const hal::Operation& operation) {
        const auto* const read = std::get_if<hal::RangeRequest>(&operation);
        return read != nullptr && read->prefix && read->key.ends_with("/nodes/");
    });
    auto listening = [done = std::move(done), heard = listener_.heard,
                      readsNodes](hal::Result<hal::TransactionReply> reply) {
        if (reply && readsNodes) {
            heard(*reply);
        }
        done(std::move(reply));
    };
    call<hal::TransactionReply>(
        [transaction, wrote = listener_.wrote](fakes::EtcdStore& etcd) {
            auto reply = etcd.transact(transaction);
            if (reply && reply->succeeded) {
                wrote(transaction);
            }
            return reply;
        },
        std::move(listening));
}

/// It lives in the world and speaks to the process on its loop. What happens while the wire is silent is told when
/// the wire is back within half a second, else the watch ends.
class EtcdClient::Watch final : public hal::EtcdWatch {
public:
    Watch(Shared& shared, fakes::Loop& loop, Wire& wire, std::vector<std::string> prefixes,
          hal::EtcdWatcher watcher)
        : shared_(shared), loop_(loop), wire_(wire), generation_(wire.generation),
          watcher_(std::make_shared<hal::EtcdWatcher>(std::move(watcher))) {
        begin_ =
            shared_.loop.after(wire_.latency, [this, prefixes = std::move(prefixes)] { stand(prefixes); });
    }

private:
    void stand(const std::vector<std::string>& prefixes) {
        check_ = shared_.loop.every(kWatchCheck, [this] { check(); });
        if (gone()) {
            return; // the next check says so
        }
        token_ = shared_.etcd.watch(prefixes, [this] { news(); });
        news();
    }

    void news() {
        if (!news_) {
            news_ = shared_.loop.after(wire_.latency, [this] {
                const auto done = std::exchange(news_, nullptr);
                missed_ = gone();
                if (!missed_) {
                    tell([](const hal::EtcdWatcher& watcher) { watcher.changed(); });
                }
            });
        }
    }

    void check() {
        if (gone()) {
            token_.reset();
            news_.reset();
            tell([](const hal::EtcdWatcher& watcher) {
                const auto ended = watcher.ended; // may destroy the watch
                ended(fakes::refused(kServer));
            });
            check_.reset();
        } else if (missed_) {
            news();
        }
    }

    void tell(std::function<void(const hal::EtcdWatcher&)> what) {
        loop_.post(0ms, [what = std::move(what), weak = std::weak_ptr(watcher_)] {
            if (const auto watcher = weak.lock()) {
                what(*watcher);
            }
        });
    }

    [[nodiscard]] bool gone() const {
        return !wire_.open() || wire_.generation != generation_ || shared_.etcd.stopped();
    }

    Shared& shared_;
    fakes::Loop& loop_;
    Wire& wire_;
    unsigned generation_;
    std::shared_ptr<hal::EtcdWatcher> watcher_;
    fakes::EtcdStore::WatchToken token_;
    bool missed_ = false;
    hal::SourcePtr begin_;
    hal::SourcePtr news_;
    hal::SourcePtr check_;
};

hal::EtcdWatchPtr EtcdClient::watch(const std::vector<std::string>& prefixes, hal::EtcdWatcher watcher) {
    return std::make_unique<Watch>(shared_, loop_, wire_, prefixes, std::move(watcher));
}

// ---- the database ----

void CrateClient::finish(const hal::CrateAnswer& answer) {
    const auto round = std::exchange(round_, nullptr);
    for (const auto& call : round->waiting) {
        call(answer);
    }
}

void CrateClient::ask(hal::Duration deadline, std::function<void(hal::CrateAnswer)> done) {
    if (round_) {
        round_->waiting.push_back(std::move(done));
        return;
    }
    round_ = std::make_shared<Round>();
    round_->waiting.push_back(std::move(done));
    round_->deadline = loop_.after(deadline, [this] {
        hal::CrateAnswer none;
        none.sqlError = "127.0.0.1:4200: no answer within the deadline";
        finish(none);
    });
    shared_.loop.post(1ms, [this, weak = std::weak_ptr(round_)] {
        if (weak.expired()) {
            return;
        }
        const auto answer = askDatabase_();
        if (!answer) {
            return; // its deadline ends it
        }
        shared_.loop.post(1ms, [this, weak, answer = *answer] {
            if (weak.expired()) {
                return;
            }
            loop_.post(0ms, [this, weak, answer] {
                if (!weak.expired()) {
                    finish(answer);
                }
            });
        });
    });
}

void CrateClient::hold(std::function<void()> lost) {
    held_ = std::make_shared<std::function<void()>>(
        [&loop = loop_, lost = std::move(lost)] { loop.post(0ms, lost); });
    std::erase_if(heldByAll_, [](const auto& held) { return held.expired(); });
    heldByAll_.push_back(held_);
}

} // namespace sim
