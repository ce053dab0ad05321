// The files the container mounts, as text: pure functions of the configuration, the hardware and the formation.
// It owns which CrateDB settings this project sets and why. It writes nothing: agent/runtime/agent puts files on disk.
#pragma once

#include "agent/cluster/formation.hpp"
#include "agent/config/config.hpp"
#include "agent/observed.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace agent {

struct RenderedFile {
    std::string name; ///< relative to the instance's directory: "config/crate.yml"
    std::string content;
    bool operator==(const RenderedFile&) const = default;
};

/// Empty while a required value is unknown (address, memory): half a configuration is worse than none.
[[nodiscard]] std::vector<RenderedFile> render(const Observed& observed, const Formation& formation,
                                               const Config& config);

/// A quarter of the memory, at least 1 GiB where there are 2 GiB, at most 30500 MiB (compressed object pointers),
/// in bytes. Sources: CrateDB's memory guide and its default configuration.
[[nodiscard]] uint64_t heapBytes(uint64_t memoryBytes, const std::optional<uint64_t>& configured);

} // namespace agent
