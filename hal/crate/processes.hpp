// Processes of a container, found by control group, and notification of their end.
// It reads /sys/fs/cgroup and holds pidfds. It never signals a process.
#pragma once

#include "hal/base/event_loop.hpp"
#include "hal/base/result.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace hal {

/// A pidfd on a process together with its number. Destroying it ends the watch.
class ProcessWatch {
public:
    ProcessWatch() = default;
    ProcessWatch(const ProcessWatch&) = delete;
    ProcessWatch& operator=(const ProcessWatch&) = delete;
    virtual ~ProcessWatch() = default;
    [[nodiscard]] virtual int pid() const = 0;
};

class Processes {
public:
    Processes() = default;
    Processes(const Processes&) = delete;
    Processes& operator=(const Processes&) = delete;
    virtual ~Processes() = default;

    /// The main process of the container with this id (64 hexadecimal digits, as `docker run --cidfile`
    /// writes it): process 1 of its PID namespace, or if it shares ours, the process in its control group
    /// whose parent is outside. Empty while there is none. Searches the control groups of Docker and podman:
    /// system.slice/docker-ID.scope, docker/ID, machine.slice/libpod-ID.scope.
    [[nodiscard]] virtual Result<std::optional<int>> mainProcess(const std::string& containerId) = 0;

    /// Calls once when the process ends, at once if it already has. Fails if there is no such process.
    [[nodiscard]] virtual Result<std::unique_ptr<ProcessWatch>> watch(int pid,
                                                                      std::function<void()> ended) = 0;
};

/// `cgroupRoot` is /sys/fs/cgroup except in tests.
[[nodiscard]] std::unique_ptr<Processes> makeProcesses(EventLoop& loop,
                                                       std::string cgroupRoot = "/sys/fs/cgroup");

} // namespace hal
