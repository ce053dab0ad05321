// What the kernel writes about processes, as values: cgroup.procs and /proc/PID/status.
// Pure: bytes in, values out; it opens nothing.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace hal {

/// The process numbers of a cgroup.procs file, in its order. Numbers that are none of ours (0: a process of
/// another PID namespace) and lines that are no numbers are left out.
[[nodiscard]] std::vector<int> parseCgroupProcesses(std::string_view text);

/// What /proc/PID/status tells about a process's place among the others.
struct ProcessPlace {
    int parent = 0;
    bool firstOfNamespace =
        false; ///< process 1 of a PID namespace below ours: what a container was started for
    bool operator==(const ProcessPlace&) const = default;
};

/// Empty when the text has no readable PPid line: it is no status file, or was cut before it.
[[nodiscard]] std::optional<ProcessPlace> parseProcessStatus(std::string_view text);

} // namespace hal
