// When to log what. Of the two files, only this one knows the agent's log.
#include "agent/runtime/log_once.hpp"

#include "agent/runtime/log.hpp"

#include <utility>

namespace agent {

void LogOnce::report(const std::string& activity, const hal::Status& status) {
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

} // namespace agent
