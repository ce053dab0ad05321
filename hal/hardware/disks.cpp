// Disks through libudev: it enumerates the block devices, reads udev's database and delivers the hotplug events.
// Without udev (a container, a rescue system), it uses only sysfs and the kernel's own events.
#include "hal/hardware/disks.hpp"

#include "hal/base/handles.hpp"
#include "hal/hardware/disk_facts.hpp"
#include "hal/hardware/system_files.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace hal {
namespace {

constexpr const char* kMountTable = "/proc/self/mountinfo";
constexpr size_t kMaxMountTableBytes = 4 << 20; // tens of thousands of mounts

/// Whether a udev daemon is running, or ran and left its database.
bool udevRuns() { return ::access("/run/udev/control", F_OK) == 0; }

std::optional<UdevFacts> lookUp(udev* context, const std::string& name) {
    const UdevDeviceHandle device(udev_device_new_from_subsystem_sysname(context, "block", name.c_str()));
    if (!device || udev_device_get_is_initialized(device.get()) <= 0) {
        return std::nullopt;
    }
    UdevFacts facts;
    for (udev_list_entry* entry = udev_device_get_properties_list_entry(device.get()); entry != nullptr;
         entry = udev_list_entry_get_next(entry)) {
        const char* value = udev_list_entry_get_value(entry);
        facts.properties.emplace(udev_list_entry_get_name(entry), value != nullptr ? value : "");
    }
    for (udev_list_entry* entry = udev_device_get_devlinks_list_entry(device.get()); entry != nullptr;
         entry = udev_list_entry_get_next(entry)) {
        facts.links.emplace_back(udev_list_entry_get_name(entry));
    }
    return facts;
}

/// The names of the whole disks among the block devices.
Result<std::vector<std::string>> enumerateDisks(udev* context) {
    const UdevEnumerateHandle enumerate(udev_enumerate_new(context));
    if (!enumerate || udev_enumerate_add_match_subsystem(enumerate.get(), "block") < 0 ||
        udev_enumerate_scan_devices(enumerate.get()) < 0) {
        return failure(Error::fromErrno(ENODEV, "libudev cannot list the block devices; is /sys mounted?"));
    }
    std::vector<std::string> names;
    for (udev_list_entry* entry = udev_enumerate_get_list_entry(enumerate.get()); entry != nullptr;
         entry = udev_list_entry_get_next(entry)) {
        const std::string_view path = udev_list_entry_get_name(entry);
        // A partition's directory is inside its disk's; /sys/block lists only the disks.
        std::string name(path.substr(path.rfind('/') + 1));
        if (isDisk("", name)) {
            names.push_back(std::move(name));
        }
    }
    std::ranges::sort(names);
    return names;
}

class UdevDisks final : public Disks {
public:
    explicit UdevDisks(EventLoop& loop) : loop_(loop) {}

    [[nodiscard]] Result<Reading<std::vector<Disk>>> list() override {
        const UdevHandle context(udev_new());
        if (!context) {
            return failure(Error::fromErrno(ENOMEM, "cannot set up libudev"));
        }
        const auto names = enumerateDisks(context.get());
        if (!names) {
            return failure(names.error());
        }
        Reading<std::vector<Disk>> reading;
        if (!udevRuns()) {
            reading.problems.push_back(
                {.source = "disks",
                 .reason = "udev is not running (/run/udev/control is absent): by-id names, some "
                           "serial numbers and the contents of unmounted partitions are unknown"});
        }
        DiskSources sources{.root = "",
                            .udev = [&](const std::string& name) { return lookUp(context.get(), name); },
                            .mounts = {}};
        if (auto table = readText(kMountTable, kMaxMountTableBytes)) {
            sources.mounts = parseMountinfo(*table);
        } else {
            reading.problems.push_back({.source = "disks mount points", .reason = table.error().text()});
        }
        for (const std::string& name : *names) {
            reading.value.push_back(readDisk(sources, name, reading.problems));
        }
        return reading;
    }

    [[nodiscard]] Status watch(std::function<void()> lookAgain) override {
        Status devices = watchDevices(lookAgain);
        Status mounts = watchMounts(lookAgain);
        return devices ? mounts : devices;
    }

private:
    Status watchDevices(const std::function<void()>& lookAgain) {
        monitorSource_.reset();
        const UdevHandle context(udev_new());
        // The "udev" group reports a device only once its database entry is complete; without udev it is silent.
        monitor_.reset(context ? udev_monitor_new_from_netlink(context.get(), udevRuns() ? "udev" : "kernel")
                               : nullptr);
        if (!monitor_ ||
            udev_monitor_filter_add_match_subsystem_devtype(monitor_.get(), "block", nullptr) < 0 ||
            udev_monitor_filter_add_match_subsystem_devtype(monitor_.get(), "net", nullptr) < 0 ||
            udev_monitor_enable_receiving(monitor_.get()) < 0) {
            return failure(Error::fromErrno(ENODEV, "cannot subscribe to udev's events"));
        }
        const auto onEvent = [this, lookAgain](Readiness) {
            constexpr int kMaxPerRound = 256;
            for (int i = 0; i < kMaxPerRound && UdevDeviceHandle(udev_monitor_receive_device(monitor_.get()));
                 ++i) {}
            lookAgain();
        };
        monitorSource_ = loop_.onReady(udev_monitor_get_fd(monitor_.get()), {.readable = true}, onEvent);
        return monitorSource_ ? Status() : failure(Error::invalid("cannot watch udev's events"));
    }

    /// The kernel reports a changed mount table as an exceptional condition on the open file; polling it again clears
    /// the condition.
    Status watchMounts(const std::function<void()>& lookAgain) {
        mountSource_.reset();
        mounts_.reset(::open(kMountTable, O_RDONLY | O_CLOEXEC));
        if (!mounts_) {
            return failure(Error::fromErrno(errno, "cannot watch the mount table"));
        }
        mountSource_ =
            loop_.onReady(mounts_.get(), {.priority = true}, [lookAgain](Readiness) { lookAgain(); });
        return mountSource_ ? Status() : failure(Error::invalid("cannot watch the mount table"));
    }

    EventLoop& loop_;
    UdevMonitorHandle monitor_;
    FileDescriptor mounts_;
    SourcePtr monitorSource_; // declared after what they watch, so destroyed first
    SourcePtr mountSource_;
};

} // namespace

std::unique_ptr<Disks> makeDisks(EventLoop& loop) { return std::make_unique<UdevDisks>(loop); }

} // namespace hal
