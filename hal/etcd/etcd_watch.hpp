// The stream of etcd's watch as news: established, something changed, ended. Pure: bytes in, news out.
// It owns the framing by lines and the many ways a stream ends. It keeps no key and no value: after a change the
// receiver reads again, so nothing can be lost between two lines.
#pragma once

#include "hal/etcd/etcd_wire.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hal {

/// One request that watches every key that begins with one of the prefixes, from now on.
[[nodiscard]] EtcdRequest encodeWatch(const std::vector<std::string>& prefixes);

struct WatchNews {
    unsigned created = 0;       ///< how many prefixes these bytes confirmed as watched
    bool changed = false;       ///< some key was written or deleted
    std::optional<Error> ended; ///< the server ended the watch, or the data is not a watch
    bool operator==(const WatchNews&) const = default;
};

/// Takes the bytes of one stream as they arrive. Lines may have any length: beyond 64 KiB it only searches for their
/// end, because a line that long can only be an event.
class WatchLines {
public:
    [[nodiscard]] WatchNews take(std::string_view bytes);
    /// The stream is over: a rest without a newline may be the server's reason.
    [[nodiscard]] WatchNews finish();

private:
    void takeLine(WatchNews& news);

    std::string line_;
    bool tooLong_ = false;
};

} // namespace hal
