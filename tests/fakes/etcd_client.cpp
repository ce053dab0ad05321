// A request is carried out when its answer is due, so a connection cut before that loses the request, too.
#include "tests/fakes/etcd.hpp"
#include "tests/fakes/etcd_limits.hpp"

#include <algorithm>

namespace fakes {

size_t EtcdLink::count(const std::string& call) const {
    return static_cast<size_t>(std::ranges::count(calls, call));
}

template <class T>
void Etcd::call(const std::string& name, std::function<hal::Result<T>()> operation, Done<T> done) {
    link_.calls.push_back(name);
    link_.mostInFlight = std::max(link_.mostInFlight, ++link_.inFlight);
    const auto id = ++sequence_;
    if (link_.deaf) {
        pending_[id] = nullptr;
        return;
    }
    const bool late = link_.frozen;
    const auto answer = [this, id, late, operation = std::move(operation), done = std::move(done)] {
        const auto source = std::move(pending_[id]);
        pending_.erase(id);
        --link_.inFlight;
        if (link_.cut || store_.stopped() || link_.failNext > 0) {
            link_.failNext -= link_.failNext > 0 ? 1 : 0;
            done(hal::failure(refused("10.0.0.9:2379")));
        } else if (late) {
            done(hal::failure({std::make_error_code(std::errc::timed_out), "10.0.0.9:2379"}));
        } else if (link_.loseReplies > 0) {
            --link_.loseReplies;
            (void)operation();
            done(hal::failure({std::make_error_code(std::errc::connection_reset), "10.0.0.9:2379"}));
        } else {
            done(operation());
        }
    };
    pending_[id] = loop_.after(late ? link_.deadline : link_.latency, answer);
}

void Etcd::grant(std::chrono::seconds ttl, Done<hal::Lease> done) {
    call<hal::Lease>(
        "grant",
        [this, ttl] {
            return link_.full ? hal::failure(noSpace()) : hal::Result<hal::Lease>(store_.grant(ttl));
        },
        std::move(done));
}

void Etcd::keepAlive(hal::LeaseId lease, Done<std::optional<hal::Lease>> done) {
    call<std::optional<hal::Lease>>(
        "keepAlive", [this, lease] { return store_.keepAlive(lease); }, std::move(done));
}

void Etcd::revoke(hal::LeaseId lease, Done<hal::Header> done) {
    call<hal::Header>("revoke", [this, lease] { return store_.revoke(lease); }, std::move(done));
}

void Etcd::transact(hal::Transaction transaction, Done<hal::TransactionReply> done) {
    const bool reads = std::ranges::all_of(transaction.then, [](const hal::Operation& operation) {
        return std::holds_alternative<hal::RangeRequest>(operation);
    });
    if (!reads) {
        link_.transactions.push_back(transaction);
    }
    call<hal::TransactionReply>(
        reads ? "read" : "write",
        [this, reads, transaction = std::move(transaction)] {
            if (link_.full && puts(transaction)) {
                return hal::Result<hal::TransactionReply>(hal::failure(noSpace()));
            }
            auto reply = bounded(store_.transact(transaction), link_.largestReply);
            if (reply && reads && link_.shortReads > 0) {
                --link_.shortReads;
                reply->ranges.clear();
            }
            return reply;
        },
        std::move(done));
}

/// Confirmed after a latency; then it looks twice a second, as etcd does, for leases that ran out and for its own end.
class Etcd::Watch final : public hal::EtcdWatch {
public:
    Watch(Etcd& etcd, std::vector<std::string> prefixes, hal::EtcdWatcher watcher)
        : etcd_(etcd), watcher_(std::move(watcher)) {
        begin_ = etcd_.loop_.after(etcd_.link_.latency,
                                   [this, prefixes = std::move(prefixes)] { stand(prefixes); });
    }

private:
    void stand(const std::vector<std::string>& prefixes) {
        if (gone() || etcd_.link_.watchesFail) {
            end();
            return;
        }
        token_ = etcd_.store_.watch(prefixes, [this] {
            if (!news_) {
                news_ = etcd_.loop_.after(etcd_.link_.latency, [this] {
                    const auto done = std::exchange(news_, nullptr);
                    gone() ? end() : tellChanged();
                });
            }
        });
        check_ = etcd_.loop_.every(std::chrono::milliseconds(500), [this] {
            (void)etcd_.store_.leases(); // runs out what is due
            if (gone()) {
                end();
            }
        });
        tellChanged();
    }

    void tellChanged() {
        const auto changed = watcher_.changed; // may destroy us
        changed();
    }

    [[nodiscard]] bool gone() const {
        return etcd_.link_.cut || etcd_.link_.frozen || etcd_.link_.deaf || etcd_.store_.stopped();
    }

    void end() {
        const auto check = std::move(check_);
        token_.reset();
        news_.reset();
        const auto ended = watcher_.ended; // may destroy us
        ended(refused("10.0.0.9:2379"));
    }

    Etcd& etcd_;
    hal::EtcdWatcher watcher_;
    EtcdStore::WatchToken token_;
    hal::SourcePtr begin_;
    hal::SourcePtr news_;
    hal::SourcePtr check_;
};

hal::EtcdWatchPtr Etcd::watch(const std::vector<std::string>& prefixes, hal::EtcdWatcher watcher) {
    ++link_.watches;
    return std::make_unique<Watch>(*this, prefixes, std::move(watcher));
}

} // namespace fakes
