// The last message about a key is kept while the key may still be wrong, for a bounded number of keys.
#include "agent/runtime/etcd_log.hpp"

#include "agent/runtime/log.hpp"

#include <utility>

namespace agent {
namespace {

// A dropped key is merely logged again.
constexpr size_t kMaxRemembered = 10 * kMaxProblems;

} // namespace

void EtcdLog::failed(const hal::Error& error) {
    const auto& code = error.code();
    if (saidFaults_.emplace(code.category().name(), code.value()).second) {
        log().warn("etcd: {}; retrying, the database is not affected", error.text());
    }
}

void EtcdLog::recovered(hal::Duration after) {
    if (!std::exchange(saidFaults_, {}).empty()) {
        log().info("etcd: works again after {} s",
                   std::chrono::duration_cast<std::chrono::seconds>(after).count());
    }
}

void EtcdLog::read(const hal::Problems& problems) {
    std::map<std::string, std::string> wrong;
    for (const auto& problem : problems) {
        auto& reason = wrong[problem.source]; // a value may have two errors
        reason += (reason.empty() ? "" : "; ") + problem.reason;
    }
    for (const auto& [source, reason] : wrong) {
        const auto said = saidProblems_.find(source);
        if (said == saidProblems_.end() || said->second != reason) {
            log().warn("{}: ignored: {}", source, reason);
        }
    }
    if (problems.size() > kMaxProblems && saidProblems_.size() + wrong.size() <= kMaxRemembered) {
        wrong.merge(saidProblems_); // those that are not listed may be as wrong as before
    } else {
        for (const auto& [source, reason] : saidProblems_) {
            if (problems.size() <= kMaxProblems && !wrong.contains(source)) {
                log().info("{}: valid again, or deleted", source);
            }
        }
    }
    saidProblems_ = std::move(wrong);
}

} // namespace agent
