// The contents of /proc/cpuinfo, /proc/meminfo, os-release and DMI attributes, as values.
// Pure functions over text that is already in memory; malformed text yields "unknown", never a guess.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hal {

struct CpuFacts {
    std::optional<std::string> model;
    std::optional<uint32_t> cores;   ///< distinct (package, core) pairs; unknown if the kernel lists none
    std::optional<uint32_t> threads; ///< processors listed
    bool operator==(const CpuFacts&) const = default;
};

[[nodiscard]] CpuFacts parseCpuinfo(std::string_view text);

/// Bytes of "MemTotal: <n> kB"; the kernel's kB are KiB.
[[nodiscard]] std::optional<uint64_t> parseMemTotal(std::string_view text);

/// The value of one key of os-release(5), quotes and backslashes resolved.
[[nodiscard]] std::optional<std::string> parseOsRelease(std::string_view text, std::string_view key);

} // namespace hal
