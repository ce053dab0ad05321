// Why the stand-in exits: a message and the exit status that real CrateDB would have.
// Owns nothing but the value; never prints and never exits, main() does both.
#pragma once

#include <expected>
#include <string>

namespace standin {

// Exit statuses of CrateDB: 1 for anything thrown at start, 64 for wrong usage, 78 for failed bootstrap checks.
inline constexpr int kExitStartup = 1;
inline constexpr int kExitUsage = 64;
inline constexpr int kExitBootstrapChecks = 78;

struct Failure {
    int exitStatus = kExitStartup;
    std::string message;

    bool operator==(const Failure&) const = default;
};

template <typename T>
using Result = std::expected<T, Failure>;

[[nodiscard]] inline std::unexpected<Failure> fail(std::string message, int exitStatus = kExitStartup) {
    return std::unexpected(Failure{exitStatus, std::move(message)});
}

} // namespace standin
