// Listen sockets for hal/*.cpp: those passed by systemd, or our own if it passed none.
// Private to hal (it names a file descriptor). It accepts nothing.
#pragma once

#include "hal/base/handles.hpp"
#include "hal/base/result.hpp"

#include <string>
#include <vector>

namespace hal {

/// The sockets of LISTEN_FDS, which is removed from the environment. When there are none: `port` on all
/// addresses (0 = none) and `unixPath` (empty = none; a stale socket file is replaced). All are non-blocking.
/// A terminal error names the address that could not be opened, or the descriptor that is not a listening stream
/// socket.
[[nodiscard]] Result<std::vector<FileDescriptor>> listenSockets(int port, const std::string& unixPath);

/// The address a socket is bound to, for messages: "port 4480", "/run/cratekeeper-health.sock".
[[nodiscard]] std::string describeSocket(int fd);

} // namespace hal
