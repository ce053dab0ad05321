// See transport.hpp.
#include "tests/standin/transport.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

namespace standin {

namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr std::size_t kMostConnections = 128;
constexpr std::size_t kLargestFrame = std::size_t{4} << 20;
constexpr std::size_t kMostUnsent = kLargestFrame + 4;
// A peer that takes nothing for so long is gone; a new connection is tried with the next frame.
constexpr auto kStalled = 2s;
constexpr auto kIdle = 60s;

int connectTo(const std::string& address) {
    const std::size_t colon = address.rfind(':');
    if (colon == std::string::npos) {
        return -1;
    }
    std::string host = address.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    }
    addrinfo hints{};
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(host.c_str(), address.substr(colon + 1).c_str(), &hints, &found) != 0) {
        return -1;
    }
    int descriptor = ::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor >= 0 && ::connect(descriptor, found->ai_addr, found->ai_addrlen) != 0 &&
        errno != EINPROGRESS) {
        ::close(descriptor);
        descriptor = -1;
    }
    ::freeaddrinfo(found);
    return descriptor;
}

bool wouldBlock() { return errno == EAGAIN || errno == EINTR || errno == ENOTCONN; }

std::string frame(const json& message) {
    const std::string text = message.dump(-1, ' ', false, json::error_handler_t::replace);
    if (text.size() > kLargestFrame) {
        return "";
    }
    std::string bytes;
    for (const int shift : {24, 16, 8, 0}) {
        bytes += static_cast<char>((text.size() >> shift) & 0xffU);
    }
    return bytes + text;
}

std::size_t lengthAt(std::string_view bytes) {
    std::size_t length = 0;
    for (const char byte : bytes.substr(0, 4)) {
        length = (length << 8) | static_cast<unsigned char>(byte);
    }
    return length;
}

} // namespace

Transport::~Transport() { cut(); }

void Transport::cut() {
    for (const Incoming& incoming : incoming_) {
        ::close(incoming.descriptor);
    }
    for (const auto& [address, outgoing] : outgoing_) {
        ::close(outgoing.descriptor);
    }
    incoming_.clear();
    outgoing_.clear();
}

void Transport::accept(int descriptor, Clock::time_point now) {
    if (incoming_.size() == kMostConnections) {
        const auto oldest = std::ranges::min_element(incoming_, {}, &Incoming::lastUse);
        ::close(oldest->descriptor);
        incoming_.erase(oldest);
    }
    incoming_.push_back({descriptor, "", now});
}

void Transport::send(const std::string& address, const json& message, Clock::time_point now) {
    auto found = outgoing_.find(address);
    if (found == outgoing_.end()) {
        if (outgoing_.size() == kMostConnections) {
            return;
        }
        const int descriptor = connectTo(address);
        if (descriptor < 0) {
            return;
        }
        found = outgoing_.emplace(address, Outgoing{descriptor, "", now, now}).first;
    }
    Outgoing& outgoing = found->second;
    const std::string bytes = frame(message);
    if (outgoing.unsent.size() + bytes.size() <= kMostUnsent) {
        outgoing.lastProgress = outgoing.unsent.empty() ? now : outgoing.lastProgress;
        outgoing.unsent += bytes;
    }
    outgoing.lastUse = now;
    if (!flush(outgoing, now)) {
        ::close(outgoing.descriptor);
        outgoing_.erase(found);
    }
}

// False when the connection is of no more use.
bool Transport::flush(Outgoing& outgoing, Clock::time_point now) {
    while (!outgoing.unsent.empty()) {
        const ssize_t sent =
            ::send(outgoing.descriptor, outgoing.unsent.data(), outgoing.unsent.size(), MSG_NOSIGNAL);
        if (sent < 0) {
            return wouldBlock() && now - outgoing.lastProgress < kStalled;
        }
        outgoing.unsent.erase(0, static_cast<std::size_t>(sent));
        outgoing.lastProgress = now;
    }
    // The other side sends nothing here: the end of the stream is all that can be read.
    char byte = 0;
    const ssize_t count = ::recv(outgoing.descriptor, &byte, 1, MSG_DONTWAIT);
    return count < 0 && wouldBlock() && now - outgoing.lastUse < kIdle;
}

// False when the connection has ended or carries no frames of ours.
bool Transport::read(Incoming& incoming, std::vector<json>& messages, Clock::time_point now) {
    std::array<char, 16384> buffer{};
    bool open = true;
    while (incoming.received.size() <= kLargestFrame) {
        const ssize_t count = ::recv(incoming.descriptor, buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (count <= 0) {
            open = count < 0 && wouldBlock();
            break;
        }
        incoming.received.append(buffer.data(), static_cast<std::size_t>(count));
        incoming.lastUse = now;
    }
    while (incoming.received.size() >= 4) {
        const std::size_t length = lengthAt(incoming.received);
        if (length > kLargestFrame) {
            return false;
        }
        if (incoming.received.size() < 4 + length) {
            break;
        }
        json message = json::parse(std::string_view(incoming.received).substr(4, length), nullptr, false);
        if (!message.is_object()) {
            return false;
        }
        messages.push_back(std::move(message));
        incoming.received.erase(0, 4 + length);
    }
    return open && now - incoming.lastUse < kIdle;
}

void Transport::watch(std::vector<pollfd>& watched) const {
    for (const Incoming& incoming : incoming_) {
        watched.push_back({incoming.descriptor, POLLIN, 0});
    }
    for (const auto& [address, outgoing] : outgoing_) {
        const int events = outgoing.unsent.empty() ? POLLIN : POLLIN | POLLOUT;
        watched.push_back({outgoing.descriptor, static_cast<short>(events), 0});
    }
}

void Transport::run(const Receiver& receiver, Clock::time_point now) {
    for (auto each = outgoing_.begin(); each != outgoing_.end();) {
        if (flush(each->second, now)) {
            ++each;
        } else {
            ::close(each->second.descriptor);
            each = outgoing_.erase(each);
        }
    }
    // Receiving may send, and sending changes the connections: the frames are collected first.
    std::vector<json> messages;
    std::erase_if(incoming_, [now, &messages](Incoming& incoming) {
        const bool open = read(incoming, messages, now);
        if (!open) {
            ::close(incoming.descriptor);
        }
        return !open;
    });
    std::ranges::for_each(messages, receiver);
}

} // namespace standin
