// The machine itself: its identity, its board, its processor and memory.
// It reads a few small files of /etc, /proc and /sys. It runs nothing and decides nothing.
#pragma once

#include "hal/base/problem.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace hal {

struct Host {
    std::optional<std::string> machineId; ///< 32 lower-case hexadecimal digits
    std::optional<std::string> bootId;    ///< a UUID with dashes
    std::optional<std::string> hostname;
    std::optional<std::string> vendor; ///< DMI facts, up to biosDate
    std::optional<std::string> product;
    std::optional<std::string> serial;
    std::optional<std::string> biosVersion;
    std::optional<std::string> biosDate; ///< in the firmware's format: "07/25/2023"
    std::optional<std::string> cpuModel;
    std::optional<uint32_t> cores;       ///< physical cores that are online
    std::optional<uint32_t> threads;     ///< logical processors that are online
    std::optional<uint64_t> memoryBytes; ///< MemTotal: usable by the kernel, slightly less than installed
    std::optional<std::string> kernel;
    std::optional<std::string> os;           ///< PRETTY_NAME of os-release
    std::optional<std::string> architecture; ///< "x86_64"
    bool operator==(const Host&) const = default;
};

/// Where to look. `root` is put before every path ("" is the machine itself).
struct HostPaths {
    std::string root;
    /// systemd's $CREDENTIALS_DIRECTORY: "dmi.product_serial" in it replaces the file that only root can read.
    std::optional<std::string> credentialsDirectory;
};

/// The machine itself and the credentials this process was given.
[[nodiscard]] HostPaths thisMachine();

/// Never fails as a whole: an unreadable value is unknown and a problem.
[[nodiscard]] Reading<Host> readHost(const HostPaths& paths);

} // namespace hal
