// Errors that are said once: what fails over and over is logged when it begins, when its reason changes and when
// it is over. It owns the last words of each activity and judges none.
#pragma once

#include "agent/log.hpp"
#include "hal/result.hpp"

#include <map>
#include <string>
#include <utility>

namespace agent {

class Notes {
public:
    /// `activity` as a person would name it: "connecting to etcd".
    void take(const std::string& activity, const hal::Status& status) {
        if (status) {
            if (last_.erase(activity) > 0) {
                log().info("{}: works again", activity);
            }
            return;
        }
        const std::string text = status.error().text();
        if (std::exchange(last_[activity], text) != text) {
            log().error("{}: {}", activity, text);
        }
    }

private:
    std::map<std::string, std::string> last_;
};

} // namespace agent
