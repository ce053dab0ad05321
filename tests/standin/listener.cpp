// See listener.hpp.
#include "tests/standin/listener.hpp"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <unistd.h>

namespace standin {

namespace {

constexpr int kBacklog = 128;

int listenOn(Address address, int port) {
    address.setPort(port);
    const int descriptor = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) {
        return -1;
    }
    const int on = 1;
    ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (address.isV6() && !address.isWildcard()) { // at "::" the JVM takes both families
        ::setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    }
    if (::bind(descriptor, reinterpret_cast<const sockaddr*>(&address.storage), address.length()) != 0 ||
        ::listen(descriptor, kBacklog) != 0) {
        const int error = errno;
        ::close(descriptor);
        errno = error;
        return -1;
    }
    return descriptor;
}

} // namespace

Result<Listener> Listener::open(const std::string& protocol, const Binding& binding, PortRange ports) {
    std::string why;
    for (int port = ports.first; port <= ports.last; ++port) {
        Listener listener;
        listener.port_ = port;
        for (const Address& address : binding.bound) {
            const int descriptor = listenOn(address, port);
            if (descriptor < 0) {
                why = address.withPort(port) + ": " + std::strerror(errno);
                break;
            }
            listener.descriptors_.push_back(descriptor);
        }
        if (listener.descriptors_.size() == binding.bound.size()) {
            return listener;
        }
    }
    return fail("BindException[Failed to resolve or bind " + protocol + " to a port of [" +
                std::to_string(ports.first) + "-" + std::to_string(ports.last) + "]: " + why + "]");
}

Listener::~Listener() {
    for (const int descriptor : descriptors_) {
        ::close(descriptor);
    }
}

Listener::Accepted Listener::accept(int listening) {
    Accepted accepted;
    accepted.peerLength = sizeof(accepted.peer);
    accepted.descriptor = ::accept4(listening, reinterpret_cast<sockaddr*>(&accepted.peer),
                                    &accepted.peerLength, SOCK_NONBLOCK | SOCK_CLOEXEC);
    return accepted;
}

std::string Listener::description(const Binding& binding) const {
    std::string bound;
    for (const Address& address : binding.bound) {
        bound += (bound.empty() ? "{" : ", {") + address.withPort(port_) + "}";
    }
    return "publish_address {" + binding.published.withPort(port_) + "}, bound_addresses " + bound;
}

} // namespace standin
