// The words and std::errc equivalents of HttpFault, so that callers may compare with either.
#include "hal/http/http_fault.hpp"

namespace hal {
namespace {

class HttpCategory final : public std::error_category {
public:
    [[nodiscard]] const char* name() const noexcept override { return "http"; }

    /// The message of an Error already says what happened; this adds what to check.
    [[nodiscard]] std::string message(int value) const override {
        switch (static_cast<HttpFault>(value)) {
        case HttpFault::refused: return "nothing is listening there";
        case HttpFault::unreachable: return "check the address and the network";
        case HttpFault::connectTimeout: return "the host is down or a firewall drops packets";
        case HttpFault::tls: return "check the certificates";
        case HttpFault::overloaded: return "too many requests are already waiting";
        case HttpFault::unusableRequest: return "check the configuration";
        case HttpFault::timeout: return "the service hangs or is overloaded";
        case HttpFault::closed: return "the service stopped or restarted";
        case HttpFault::malformed: return "another service is listening there";
        case HttpFault::tooLarge: return "not the expected answer";
        case HttpFault::readerStopped: return "the reader stopped";
        }
        return "unknown reason";
    }

    [[nodiscard]] std::error_condition default_error_condition(int value) const noexcept override {
        switch (static_cast<HttpFault>(value)) {
        case HttpFault::refused: return std::errc::connection_refused;
        case HttpFault::unreachable: return std::errc::host_unreachable;
        case HttpFault::connectTimeout:
        case HttpFault::timeout: return std::errc::timed_out;
        case HttpFault::closed: return std::errc::connection_reset;
        case HttpFault::tooLarge: return std::errc::message_size;
        case HttpFault::malformed: return std::errc::bad_message;
        default: return std::error_condition(value, *this);
        }
    }
};

const HttpCategory& httpCategory() {
    static const HttpCategory category;
    return category;
}

} // namespace

std::error_code make_error_code(HttpFault fault) noexcept {
    return {static_cast<int>(fault), httpCategory()};
}

bool nothingWasSent(const Error& error) {
    return error.code().category() == httpCategory() &&
           error.code().value() < static_cast<int>(HttpFault::timeout);
}

} // namespace hal
