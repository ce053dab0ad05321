// See farewell.hpp.
#include "tests/standin/farewell.hpp"

#include "tests/standin/node.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>

namespace standin {

namespace {

constexpr std::size_t kMostLeaving = 64;
constexpr std::chrono::seconds kPatience{2};

bool peerIsGone(int descriptor) {
    std::array<char, 512> ignored{};
    const ssize_t count = ::recv(descriptor, ignored.data(), ignored.size(), MSG_DONTWAIT);
    return count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR);
}

} // namespace

Farewell::~Farewell() {
    for (const Leaving& leaving : leaving_) {
        ::close(leaving.descriptor);
    }
}

void Farewell::bid(int descriptor, std::string_view lastWord, Clock::time_point now) {
    if (!lastWord.empty()) {
        const ssize_t sent = ::send(descriptor, lastWord.data(), lastWord.size(), MSG_NOSIGNAL);
        static_cast<void>(sent); // a peer that is gone already needs no last word
    }
    ::shutdown(descriptor, SHUT_WR);
    if (leaving_.size() == kMostLeaving) {
        ::close(leaving_.front().descriptor);
        leaving_.erase(leaving_.begin());
    }
    leaving_.push_back({descriptor, now + kPatience});
}

void Farewell::tidy(Clock::time_point now) {
    std::erase_if(leaving_, [now](const Leaving& leaving) {
        const bool over = now >= leaving.until || peerIsGone(leaving.descriptor);
        if (over) {
            ::close(leaving.descriptor);
        }
        return over;
    });
}

std::string postgresRefusal() {
    const std::string fields = std::string("SFATAL") + '\0' + "VFATAL" + '\0' + "C0A000" + '\0' + "M" +
                               kDisclaimer + ": it speaks SQL over HTTP only" + '\0' + '\0';
    const auto length = static_cast<std::uint32_t>(fields.size() + 4);
    std::string message = "E";
    for (const int shift : {24, 16, 8, 0}) {
        message += static_cast<char>((length >> shift) & 0xffU);
    }
    return message + fields;
}

} // namespace standin
