// The list is sorted by age because each event moves its client to the back. Ended clients stay behind all others: they
// leave within one turn of the loop, so the list of those that count is in front.
#include "hal/http/connected_clients.hpp"

#include <algorithm>
#include <iterator>
#include <netinet/in.h>
#include <utility>

namespace hal {

std::string sharedAddress(const sockaddr* address) {
    if (address != nullptr && address->sa_family == AF_INET) {
        const auto* four = reinterpret_cast<const sockaddr_in*>(address);
        return {reinterpret_cast<const char*>(&four->sin_addr), sizeof four->sin_addr};
    }
    if (address == nullptr || address->sa_family != AF_INET6) {
        return {};
    }
    // On a socket for both families IPv4 arrives as ::ffff:a.b.c.d.
    const auto* six = reinterpret_cast<const sockaddr_in6*>(address);
    const auto* bytes = reinterpret_cast<const char*>(&six->sin6_addr);
    return IN6_IS_ADDR_V4MAPPED(&six->sin6_addr) != 0 ? std::string(bytes + 12, 4) : std::string(bytes, 8);
}

ConnectedClient& ConnectedClients::add(int fd, std::string address, TimePoint now) {
    ++perAddress_[address];
    const auto place = clients_.insert(std::prev(clients_.end(), static_cast<std::ptrdiff_t>(ended_)),
                                       {.fd = fd, .address = std::move(address), .since = now, .self = {}});
    place->self = place;
    return *place;
}

void ConnectedClients::answered(ConnectedClient& client, TimePoint now) {
    ++client.answers;
    if (!client.ended) {
        client.since = now;
        clients_.splice(std::prev(clients_.end(), static_cast<std::ptrdiff_t>(ended_)), clients_,
                        client.self);
    }
}

void ConnectedClients::end(ConnectedClient& client) {
    if (!std::exchange(client.ended, true)) {
        clients_.splice(clients_.end(), clients_, client.self);
        ++ended_;
        if (const auto count = perAddress_.find(client.address); --count->second == 0) {
            perAddress_.erase(count);
        }
    }
}

void ConnectedClients::remove(ConnectedClient& client) {
    end(client);
    --ended_;
    clients_.erase(client.self);
}

bool ConnectedClients::answeredAll() const {
    return std::ranges::all_of(clients_, [](const ConnectedClient& client) { return client.answers > 0; });
}

ConnectedClient* ConnectedClients::olderThan(TimePoint limit) {
    return count() > 0 && clients_.front().since < limit ? &clients_.front() : nullptr;
}

ConnectedClient* ConnectedClients::mostExpendable(const ConnectedClient& newest) {
    if (count() < 2) {
        return nullptr;
    }
    const auto largest = std::ranges::max_element(
        perAddress_, {}, [](const auto& addressAndCount) { return addressAndCount.second; });
    const auto isChosen = [&](const ConnectedClient& client) {
        return !client.ended && &client != &newest && client.address == largest->first;
    };
    const auto chosen = std::ranges::find_if(clients_, isChosen);
    return chosen != clients_.end() ? &*chosen : &clients_.front();
}

} // namespace hal
