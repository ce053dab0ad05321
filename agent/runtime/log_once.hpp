// Errors that are logged once: a repeated failure is logged when it begins, when its reason changes and when it ends.
// It owns the last message of each activity and judges none.
#pragma once

#include "hal/base/result.hpp"

#include <map>
#include <string>

namespace agent {

class LogOnce {
public:
    /// `activity` as an operator would name it: "connecting to etcd".
    void report(const std::string& activity, const hal::Status& status);

private:
    std::map<std::string, std::string> last_;
};

} // namespace agent
