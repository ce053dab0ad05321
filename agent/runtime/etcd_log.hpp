// What the journal is told about etcd: that it fails, why, when it is over, and which of its values do not fit.
// It owns "once": nothing is said twice while it stays the same, however often it is seen. It judges nothing.
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
    /// A call failed. Each kind of error is said once until recovered(): endpoints take turns in failing.
    void failed(const hal::Error& error);
    /// All goes well again, `after` this time.
    void recovered(hal::Duration after);
    /// What is wrong with the values of a reading. One of more than kMaxProblems did not name all of them.
    void read(const hal::Problems& problems);

private:
    std::set<std::pair<std::string, int>> saidFaults_; ///< category and code
    std::map<std::string, std::string> saidProblems_;  ///< reasons by key
};

} // namespace agent
