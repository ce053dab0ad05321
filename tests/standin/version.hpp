// The version that the stand-in claims, and so the line whose rules it follows. Pure.
#pragma once

#include <compare>
#include <optional>
#include <string_view>

namespace standin {

struct Version {
    int major = 0;
    int minor = 0;
    int patch = 0;

    auto operator<=>(const Version&) const = default;
};

// "6.4.5"; empty for anything else.
[[nodiscard]] std::optional<Version> parseVersion(std::string_view text);

// Below it discovery is another one altogether, which nothing here imitates.
inline constexpr Version kOldestVersion{4, 0, 0};
// GET / is 200 while the cluster waits for its nodes; 503 before.
inline constexpr Version kUnrecoveredIsOk{6, 2, 0};
// "status" in the body of GET / is that of the answer; always 200 before.
inline constexpr Version kStatusIsTrue{5, 10, 2};
// cluster.graceful_stop.force=false is heeded when a decommission does not finish in time; ignored before.
inline constexpr Version kTimeoutIsHeeded{6, 4, 4};

} // namespace standin
