// Who is connected to a listen socket, since when, and whose connection goes first when there are too many.
// Pure bookkeeping: it opens and closes nothing. The server ends the connections it names.
#pragma once

#include "hal/base/event_loop.hpp"

#include <cstddef>
#include <list>
#include <map>
#include <string>

struct sockaddr;

namespace hal {

/// What clients of one address share: an IPv4 address, or the first half of an IPv6 address, which belongs to one
/// network. Empty for a local socket.
[[nodiscard]] std::string sharedAddress(const sockaddr* address);

/// One connection. References stay valid until it is removed.
struct ConnectedClient {
    int fd = -1;
    std::string address; ///< clients of one address share their fate; empty for local ones
    TimePoint since;     ///< when it connected or was last answered
    unsigned answers = 0;
    bool ended = false; ///< the server has shut it down, and waits for its end
    std::list<ConnectedClient>::iterator self;
};

class ConnectedClients {
public:
    ConnectedClient& add(int fd, std::string address, TimePoint now);
    void answered(ConnectedClient& client, TimePoint now);
    /// The server has shut it down; it counts no more.
    void end(ConnectedClient& client);
    void remove(ConnectedClient& client);

    /// Connections that have not been ended.
    [[nodiscard]] size_t count() const { return clients_.size() - ended_; }
    /// Whether each client has got an answer.
    [[nodiscard]] bool answeredAll() const;
    /// The client that has waited or been idle longest, if that began before `limit`; null otherwise.
    [[nodiscard]] ConnectedClient* olderThan(TimePoint limit);
    /// Whose connection goes when there are too many: of the address with the most connections the client that has waited
    /// or been idle longest. Never `newest`, which has not had its turn yet. Null if there is no other.
    [[nodiscard]] ConnectedClient* mostExpendable(const ConnectedClient& newest);

private:
    std::list<ConnectedClient> clients_; ///< the longest without an answer in front, ended ones at the back
    std::map<std::string, size_t> perAddress_;
    size_t ended_ = 0;
};

} // namespace hal
