// The journal's messages about etcd: failures, their reasons and their end, and malformed values.
// It logs each message once: nothing is repeated while it stays the same. It judges nothing.
#pragma once

#include "agent/cluster/registry.hpp"
#include "hal/base/event_loop.hpp"
#include "hal/base/problem.hpp"
#include "hal/base/result.hpp"

#include <map>
#include <set>
#include <string>
#include <system_error>

namespace agent {

class EtcdLog {
public:
    /// A call failed. Each kind of error is logged once until recovered(): endpoints take turns in failing.
    void failed(const hal::Error& error);
    /// etcd works again, `after` this time.
    void recovered(hal::Duration after);
    /// The malformed values of a reading. A list of more than kMaxProblems is incomplete.
    void read(const hal::Problems& problems);

private:
    std::set<std::pair<std::string, int>> saidFaults_; ///< category and code
    std::map<std::string, std::string> saidProblems_;  ///< reasons by key
};

} // namespace agent
