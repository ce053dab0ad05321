// The stream of etcd's watch as news: it stands, something changed, it ended. Pure: bytes in, news out.
// It owns the framing by lines and the many ways a stream ends. It keeps no key and no value: whoever hears that
// something changed reads again, so nothing can be lost between two lines.
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
    unsigned created = 0;       ///< how many of the prefixes began to be watched by these bytes
    bool changed = false;       ///< some key was written or deleted
    std::optional<Error> ended; ///< the server ended the watch, or what came is no watch
    bool operator==(const WatchNews&) const = default;
};

/// Takes the bytes of one stream as they arrive. Lines of any length are fine: beyond 64 KiB only their end is
/// looked for, because a line that long can only be an event.
class WatchLines {
public:
    [[nodiscard]] WatchNews take(std::string_view bytes);
    /// The stream is over: what is left without a newline may be the server's reason.
    [[nodiscard]] WatchNews finish();

private:
    void takeLine(WatchNews& news);

    std::string line_;
    bool tooLong_ = false;
};

} // namespace hal
