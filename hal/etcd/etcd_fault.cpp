// etcd's messages in one table with the operator's next step, and the rules of failover by code. It does not know
// how many endpoints there are.
#include "hal/etcd/etcd_fault.hpp"

#include "hal/base/text.hpp"
#include "hal/http/http_fault.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace hal {
namespace {

constexpr size_t kMaxMessageBytes = 512; // etcd's longest own message has a third of that

constexpr std::array kKnownCodes = {EtcdFault::canceled,           EtcdFault::unknown,
                                    EtcdFault::invalidArgument,    EtcdFault::notFound,
                                    EtcdFault::permissionDenied,   EtcdFault::resourceExhausted,
                                    EtcdFault::failedPrecondition, EtcdFault::outOfRange,
                                    EtcdFault::unavailable,        EtcdFault::unauthenticated};

class EtcdCategory final : public std::error_category {
public:
    [[nodiscard]] const char* name() const noexcept override { return "etcd"; }

    [[nodiscard]] std::string message(int value) const override {
        switch (static_cast<EtcdFault>(value)) {
        case EtcdFault::canceled: return "the member is shutting down";
        case EtcdFault::unknown: return "etcd failed";
        case EtcdFault::invalidArgument: return "etcd rejected the request";
        case EtcdFault::notFound: return "not found";
        case EtcdFault::permissionDenied: return "permission denied";
        case EtcdFault::resourceExhausted: return "an etcd limit was reached";
        case EtcdFault::failedPrecondition: return "etcd's state does not allow it";
        case EtcdFault::outOfRange: return "revision out of range";
        case EtcdFault::unavailable: return "the member cannot serve requests now";
        case EtcdFault::unauthenticated: return "not authenticated";
        case EtcdFault::gatewayOff: return "no JSON gateway";
        case EtcdFault::malformed: return "not an answer from etcd";
        case EtcdFault::other: break;
        }
        return "unknown etcd error";
    }
};

const EtcdCategory& etcdCategory() {
    static const EtcdCategory category;
    return category;
}

/// The messages are those of etcd's api/v3rpc/rpctypes/error.go, the same from 3.4 to 3.6.
struct Hint {
    std::string_view fragment;
    std::string_view nextStep;
};
constexpr std::array<Hint, 6> kHints = {{
    {"user name is empty", "etcd requires a user: set a user and a password for etcd in the configuration"},
    {"authentication failed", "wrong user or password: compare the configuration with `etcdctl user list`"},
    {"permission denied",
     "grant the user's role read and write on the prefix: `etcdctl role grant-permission`"},
    {"CommonName of client",
     "etcd's gateway accepts no client certificate with a common name while authentication is on: "
     "issue one without CN"},
    {"learner", "this member is a learner and serves nothing: set a voting member as endpoint"},
    {"database space exceeded", "compact and defragment etcd, then `etcdctl alarm disarm`"},
}};

bool contains(const Error& error, std::string_view fragment) { return error.message().contains(fragment); }

/// Rejected by a member before it proposed anything to the others.
bool refusedBeforehand(const Error& error) {
    return contains(error, "etcdserver: no leader") || contains(error, "rpc not supported for learner");
}

} // namespace

std::error_code make_error_code(EtcdFault fault) noexcept {
    return {static_cast<int>(fault), etcdCategory()};
}

Error etcdFaultError(int grpcCode, const std::string& message) {
    auto fault = EtcdFault::other;
    if (const auto known = std::ranges::find(kKnownCodes, static_cast<EtcdFault>(grpcCode));
        known != kKnownCodes.end()) {
        fault = *known;
    }
    std::string text =
        message.empty() ? "gRPC code " + std::to_string(grpcCode) : oneLine(message, kMaxMessageBytes);
    auto recovery = fault == EtcdFault::invalidArgument || fault == EtcdFault::permissionDenied
                        ? Recovery::terminal
                        : Recovery::retryable;
    for (const auto& [fragment, nextStep] : kHints) {
        if (message.contains(fragment)) {
            text.append(" (").append(nextStep).append(")");
            break;
        }
    }
    return {fault, std::move(text), recovery};
}

EtcdRemedy remedyFor(const Error& error) {
    if (nothingWasSent(error)) {
        return EtcdRemedy::nextEndpoint;
    }
    if (error.code() == HttpFault::tooLarge) {
        return EtcdRemedy::giveUp;
    }
    if (error.code().category() != etcdCategory()) {
        return EtcdRemedy::nextIfRepeatable;
    }
    switch (static_cast<EtcdFault>(error.code().value())) {
    case EtcdFault::gatewayOff: return EtcdRemedy::nextEndpoint;
    case EtcdFault::malformed:
    case EtcdFault::canceled: return EtcdRemedy::nextIfRepeatable;
    case EtcdFault::unauthenticated: return EtcdRemedy::authenticate;
    case EtcdFault::invalidArgument:
        // A member that has restarted or was reconfigured answers these instead of "invalid auth token".
        return contains(error, "user name is empty") || contains(error, "revision of auth store is old")
                   ? EtcdRemedy::authenticate
                   : EtcdRemedy::giveUp;
    case EtcdFault::unavailable:
        return refusedBeforehand(error) ? EtcdRemedy::nextEndpoint : EtcdRemedy::nextIfRepeatable;
    case EtcdFault::unknown:
        return contains(error, "context deadline exceeded") || contains(error, "server stopped")
                   ? EtcdRemedy::nextIfRepeatable
                   : EtcdRemedy::giveUp;
    default: return EtcdRemedy::giveUp;
    }
}

bool authenticationIsOff(const Error& error) {
    return error.code() == EtcdFault::failedPrecondition && contains(error, "authentication is not enabled");
}

} // namespace hal
