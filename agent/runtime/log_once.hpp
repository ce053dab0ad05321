// Errors that are said once: what fails over and over is logged when it begins, when its reason changes and when
// it is over. It owns the last words of each activity and judges none.
#pragma once

#include "hal/base/result.hpp"

#include <map>
#include <string>

namespace agent {

class LogOnce {
public:
    /// `activity` as a person would name it: "connecting to etcd".
    void report(const std::string& activity, const hal::Status& status);

private:
    std::map<std::string, std::string> last_;
};

} // namespace agent
