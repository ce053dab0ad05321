// CrateDB's bootstrap checks: what a node that others can reach demands of its machine before it starts.
// checkMachine() is pure over values; readMachine() is the only part that looks at the process and /proc.
#pragma once

#include "tests/standin/settings.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace standin {

struct Machine {
    std::string user;                       // as CrateDB names it in its messages
    std::optional<std::uint64_t> heapBytes; // of CRATE_HEAP_SIZE, which sets the initial and the largest heap
    std::uint64_t openFiles = 0;            // hard limit: the JVM raises the soft one to it
    std::uint64_t processes = 0;
    bool addressSpaceUnlimited = true;
    bool fileSizeUnlimited = true;
    std::optional<std::uint64_t> maxMapCount;
    std::uint64_t lockableBytes = 0; // of RLIMIT_MEMLOCK; all ones mean unlimited
    bool memoryLocked = false;
};

// The real demands, unless a test machine that cannot reach them lowers them through the environment.
struct Demands {
    std::uint64_t openFiles = 65536;
    std::uint64_t processes = 4096;
    std::uint64_t maxMapCount = 262144;
    std::uint64_t lockableBytes = UINT64_MAX; // asked for by bootstrap.memory_lock only

    bool operator==(const Demands&) const = default;
};

// STANDIN_MIN_NOFILE, STANDIN_MIN_NPROC, STANDIN_MIN_MAX_MAP_COUNT and STANDIN_MIN_MEMLOCK.
[[nodiscard]] Demands demandsFrom(const Environment& environment);

// Messages of the checks that fail, in CrateDB's order and words. Empty means all pass.
[[nodiscard]] std::vector<std::string> checkMachine(const Machine& machine, const Demands& demands,
                                                    const Settings& settings);

// "512M", "2g" or plain bytes, as the JVM's -Xmx takes it; empty for anything else.
[[nodiscard]] std::optional<std::uint64_t> parseHeapSize(std::string_view text);

// Locks the process' memory when bootstrap.memory_lock asks for it, then looks at the limits.
[[nodiscard]] Machine readMachine(const Settings& settings, std::optional<std::uint64_t> heapBytes);

} // namespace standin
