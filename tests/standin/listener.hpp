// Listening TCP sockets of one protocol, on all its addresses and the first port of its range that is free on all.
// Owns the descriptors; accepts, and leaves what to do with a connection to the caller.
#pragma once

#include "tests/standin/addresses.hpp"

namespace standin {

class Listener {
public:
    [[nodiscard]] static Result<Listener> open(const std::string& protocol, const Binding& binding,
                                               PortRange ports);

    Listener(Listener&& other) noexcept = default;
    Listener& operator=(Listener&&) = delete;
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    ~Listener();

    struct Accepted {
        int descriptor = -1; // non-blocking; the caller's from now on
        sockaddr_storage peer{};
        socklen_t peerLength = 0;
    };

    [[nodiscard]] const std::vector<int>& descriptors() const { return descriptors_; }
    [[nodiscard]] int port() const { return port_; }
    // One waiting connection, or a descriptor of -1 when there is none.
    [[nodiscard]] static Accepted accept(int listening);
    // "publish_address {10.0.0.5:4200}, bound_addresses {127.0.0.1:4200}, {10.0.0.5:4200}"
    [[nodiscard]] std::string description(const Binding& binding) const;

private:
    Listener() = default;

    std::vector<int> descriptors_;
    int port_ = 0;
};

} // namespace standin
