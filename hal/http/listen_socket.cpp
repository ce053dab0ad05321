// Listen sockets on POSIX calls and sd_listen_fds(). It owns nothing: every descriptor goes to the caller.
#include "hal/http/listen_socket.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>

namespace hal {
namespace {

// The kernel limits it to net.core.somaxconn (4096 since Linux 5.4); the same as Backlog= in cratekeeper.socket.
constexpr int kBacklog = 4096;

Error cannotListen(int reason, const std::string& where) {
    return Error::fromErrno(reason,
                            "cannot listen on " + where + " (is another process already listening there?)",
                            Recovery::terminal);
}

/// The sockets API takes every address as a sockaddr.
template <class Address>
const sockaddr* generic(const Address& address) {
    return reinterpret_cast<const sockaddr*>(&address); // NOLINT(*-reinterpret-cast)
}

Result<FileDescriptor> listenOnPort(int port) {
    const std::string where = "port " + std::to_string(port);
    const int yes = 1;
    const int no = 0;
    FileDescriptor socket(::socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    int bound = -1;
    if (socket) {
        ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
        sockaddr_in6 address{};
        address.sin6_family = AF_INET6;
        address.sin6_port = htons(static_cast<uint16_t>(port));
        bound = ::bind(socket.get(), generic(address), sizeof address);
    } else { // a kernel without IPv6
        socket.reset(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        if (!socket) {
            return failure(cannotListen(errno, where));
        }
        ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<uint16_t>(port));
        bound = ::bind(socket.get(), generic(address), sizeof address);
    }
    if (bound < 0 || ::listen(socket.get(), kBacklog) < 0) {
        return failure(cannotListen(errno, where));
    }
    return socket;
}

Result<FileDescriptor> listenOnPath(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
        return failure(Error::invalid("the socket path " + path + " is too long: at most " +
                                      std::to_string(sizeof address.sun_path - 1) + " bytes are allowed"));
    }
    std::copy(path.begin(), path.end(), std::begin(address.sun_path));
    FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket) {
        return failure(cannotListen(errno, path));
    }
    struct stat info{};
    if (::lstat(path.c_str(), &info) == 0 && S_ISSOCK(info.st_mode)) {
        ::unlink(path.c_str());
    }
    // 0666: the answers are for every local program, and connecting needs write permission.
    if (::bind(socket.get(), generic(address), sizeof address) < 0 || ::chmod(path.c_str(), 0666) < 0 ||
        ::listen(socket.get(), kBacklog) < 0) {
        return failure(cannotListen(errno, path));
    }
    return socket;
}

Result<std::vector<FileDescriptor>> passedSockets() {
    std::vector<FileDescriptor> sockets;
    const int count = sd_listen_fds(1);
    if (count < 0) {
        return failure(Error::fromErrno(-count, "cannot read LISTEN_FDS", Recovery::terminal));
    }
    for (int fd = SD_LISTEN_FDS_START; fd < SD_LISTEN_FDS_START + count; ++fd) {
        sockets.emplace_back(fd);
        if (sd_is_socket(fd, AF_UNSPEC, SOCK_STREAM, 1) <= 0) {
            return failure(
                Error::invalid("file descriptor " + std::to_string(fd) +
                               " of LISTEN_FDS is not a listening stream socket: use ListenStream= and "
                               "Accept=no in the socket unit"));
        }
        if (const int flags = ::fcntl(fd, F_GETFL);
            flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) {
            return failure(
                Error::fromErrno(errno, "cannot prepare " + describeSocket(fd), Recovery::terminal));
        }
    }
    return sockets;
}

} // namespace

std::string describeSocket(int fd) {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) < 0) { // NOLINT(*-reinterpret-cast)
        return "socket " + std::to_string(fd);
    }
    if (address.ss_family == AF_UNIX) {
        sockaddr_un local{};
        std::memcpy(&local, &address, sizeof local);
        const auto* path = static_cast<const char*>(local.sun_path);
        return {path, ::strnlen(path, sizeof local.sun_path)};
    }
    sockaddr_in6 remote{}; // the port is at the same offset in IPv4 addresses
    std::memcpy(&remote, &address, sizeof remote);
    return "port " + std::to_string(ntohs(remote.sin6_port));
}

Result<std::vector<FileDescriptor>> listenSockets(int port, const std::string& unixPath) {
    auto sockets = passedSockets();
    if (!sockets || !sockets->empty()) {
        return sockets;
    }
    if (port > 0) {
        auto socket = listenOnPort(port);
        if (!socket) {
            return failure(socket.error());
        }
        sockets->push_back(std::move(*socket));
    }
    if (!unixPath.empty()) {
        auto socket = listenOnPath(unixPath);
        if (!socket) {
            return failure(socket.error());
        }
        sockets->push_back(std::move(*socket));
    }
    return sockets;
}

} // namespace hal
