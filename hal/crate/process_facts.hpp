// The kernel's files about processes, as values: cgroup.procs and /proc/PID/status.
// Pure: bytes in, values out; it opens nothing.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace hal {

/// The process ids in a cgroup.procs file, in its order. Foreign ids (0: a process of another PID namespace) and lines
/// that are not numbers are skipped.
[[nodiscard]] std::vector<int> parseCgroupProcesses(std::string_view text);

/// A process's place among the others, from /proc/PID/status.
struct ProcessPlace {
    int parent = 0;
    bool firstOfNamespace = false; ///< process 1 of a PID namespace below ours: a container's main process
    bool operator==(const ProcessPlace&) const = default;
};

/// Empty if the text has no readable PPid line: it is not a status file, or is truncated.
[[nodiscard]] std::optional<ProcessPlace> parseProcessStatus(std::string_view text);

} // namespace hal
