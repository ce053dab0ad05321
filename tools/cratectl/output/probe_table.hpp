// The inventory as text for a terminal: one block each for host, network, disks, volume and problems.
// Unknown is "-". It computes nothing and prints nothing by itself.
#pragma once

#include "agent/hardware/inventory.hpp"

#include <cstdint>
#include <string>

namespace cratectl {

/// Several lines, each ended by a newline; columns are aligned with blanks.
[[nodiscard]] std::string probeTable(const agent::Inventory& inventory);

/// "1.8 TiB", "512 MiB", "0 B": at most one decimal, powers of 1024.
[[nodiscard]] std::string humanBytes(uint64_t bytes);

} // namespace cratectl
