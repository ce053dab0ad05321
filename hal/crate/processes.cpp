// Processes on cgroup v2 files, /proc and pidfd_open(2). A container's main process is process 1 of its PID
// namespace: processes that `docker exec` adds to the group also have a parent outside. Without a namespace, the
// parent decides.
#include "hal/crate/processes.hpp"

#include "hal/base/handles.hpp"
#include "hal/base/identifiers.hpp"
#include "hal/base/read_file.hpp"
#include "hal/crate/process_facts.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <sys/syscall.h>
#include <unistd.h>

namespace hal {
namespace {

// A control group of a thousand processes has a list of 8 KiB; a status file has 1.5 KiB.
constexpr size_t kMostListBytes = 64 * 1024;
constexpr size_t kMostStatusBytes = 16 * 1024;
constexpr size_t kMostQuotedBytes = 64;

class PidFdWatch final : public ProcessWatch {
public:
    PidFdWatch(int pid, FileDescriptor fd, std::function<void()> ended)
        : pid_(pid), fd_(std::move(fd)), ended_(std::move(ended)) {}

    [[nodiscard]] bool start(EventLoop& loop) {
        source_ = loop.onExit(fd_.get(), [this] {
            source_.reset(); // a pidfd stays readable
            const auto ended = std::move(ended_);
            ended(); // may destroy this watch
        });
        return source_ != nullptr;
    }

    [[nodiscard]] int pid() const override { return pid_; }

private:
    int pid_;
    FileDescriptor fd_;
    std::function<void()> ended_;
    SourcePtr source_;
};

class CgroupProcesses final : public Processes {
public:
    CgroupProcesses(EventLoop& loop, std::string root) : loop_(loop), root_(std::move(root)) {}

    Result<std::optional<int>> mainProcess(const std::string& containerId) override {
        if (!isContainerId(containerId)) {
            return failure(Error::invalid("\"" + containerId.substr(0, kMostQuotedBytes) +
                                          "\" is not a container id: expected 64 hexadecimal digits"));
        }
        const std::array groups{
            "/system.slice/docker-" + containerId + ".scope",            // Docker, driver systemd
            "/docker/" + containerId,                                    // Docker, driver cgroupfs
            "/machine.slice/libpod-" + containerId + ".scope/container", // podman with crun
            "/machine.slice/libpod-" + containerId + ".scope",           // podman with runc
        };
        for (const std::string& group : groups) {
            auto list = readFile(root_ + group + "/cgroup.procs", kMostListBytes);
            if (!list) {
                return failure(list.error());
            }
            if (*list) {
                if (const auto found = mainOf(parseCgroupProcesses(**list))) {
                    return std::optional<int>(found);
                }
            }
        }
        return std::optional<int>();
    }

    Result<std::unique_ptr<ProcessWatch>> watch(int pid, std::function<void()> ended) override {
        // A raw system call, because Debian 12's libc has no wrapper usable from C++; the descriptor is
        // close-on-exec.
        FileDescriptor fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
        if (!fd) {
            return failure(Error::fromErrno(errno, "cannot watch process " + std::to_string(pid)));
        }
        auto watch = std::make_unique<PidFdWatch>(pid, std::move(fd), std::move(ended));
        if (!watch->start(loop_)) {
            return failure(Error::fromErrno(ENOMEM, "cannot watch process " + std::to_string(pid)));
        }
        return watch;
    }

private:
    static std::optional<int> mainOf(const std::vector<int>& processes) {
        std::optional<int> childOfOutside;
        for (const int pid : processes) {
            const auto status = readFile("/proc/" + std::to_string(pid) + "/status", kMostStatusBytes);
            if (!status || !*status) {
                continue; // it has just ended
            }
            const auto place = parseProcessStatus(**status);
            if (!place) {
                continue;
            }
            if (place->firstOfNamespace) {
                return pid;
            }
            if (!childOfOutside &&
                std::find(processes.begin(), processes.end(), place->parent) == processes.end()) {
                childOfOutside = pid;
            }
        }
        return childOfOutside;
    }

    EventLoop& loop_;
    std::string root_;
};

} // namespace

std::unique_ptr<Processes> makeProcesses(EventLoop& loop, std::string cgroupRoot) {
    return std::make_unique<CgroupProcesses>(loop, std::move(cgroupRoot));
}

} // namespace hal
