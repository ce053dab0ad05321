// Turns network.host words (_local_, _site_, _eth0_, addresses) into addresses of this machine.
// Owns the choice of the published address; opens no socket.
#pragma once

#include "tests/standin/settings.hpp"

#include <netinet/in.h>
#include <string>
#include <vector>

namespace standin {

struct Address {
    sockaddr_storage storage{};
    std::string text; // "10.0.0.5" or "::1"

    [[nodiscard]] bool isV6() const { return storage.ss_family == AF_INET6; }
    [[nodiscard]] bool isLoopback() const;
    [[nodiscard]] bool isWildcard() const;
    [[nodiscard]] socklen_t length() const;
    void setPort(int port);
    [[nodiscard]] std::string withPort(int port) const; // "10.0.0.5:4300" or "[::1]:4300"
};

struct Binding {
    std::vector<Address> bound;
    Address published;

    // CrateDB's own test for production: bound or publishing to anything but loopback.
    [[nodiscard]] bool reachesBeyondLoopback() const;
};

// `protocol` is "http" or "transport"; its own settings win over network.*, whose default is _local_.
[[nodiscard]] Result<Binding> resolveBinding(const Settings& settings, const std::string& protocol);

} // namespace standin
