// tcp(7). The user timeout counts while data is under way, keep-alive while there is none.
#include "hal/base/keep_alive.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace hal {

void giveUpOnSilence(int socket) {
    constexpr int kIdleSeconds = 5;
    constexpr int kIntervalSeconds = 2;
    constexpr int kProbes = 2;
    constexpr unsigned kUserTimeoutMilliseconds = 5000;
    const int on = 1;
    setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    const auto tcp = [socket](int name, const auto& value) {
        setsockopt(socket, IPPROTO_TCP, name, &value, sizeof value);
    };
    tcp(TCP_KEEPIDLE, kIdleSeconds);
    tcp(TCP_KEEPINTVL, kIntervalSeconds);
    tcp(TCP_KEEPCNT, kProbes);
    tcp(TCP_USER_TIMEOUT, kUserTimeoutMilliseconds);
}

} // namespace hal
