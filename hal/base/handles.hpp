// Owning handles for the C libraries; private to hal/*.cpp, and the only header there that may name system types.
// Each alias frees its object exactly once and is never shared.
#pragma once

#include <libudev.h>
#include <memory>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>
#include <unistd.h>
#include <utility>

namespace hal {

/// Turns a C release function into a deleter without storing a pointer to it.
template <auto release>
struct Release {
    template <class T>
    void operator()(T* object) const {
        release(object);
    }
};

using EventHandle = std::unique_ptr<sd_event, Release<sd_event_unref>>;
using EventSourceHandle = std::unique_ptr<sd_event_source, Release<sd_event_source_disable_unref>>;
using BusHandle = std::unique_ptr<sd_bus, Release<sd_bus_close_unref>>; // flushing would block
using BusSlotHandle = std::unique_ptr<sd_bus_slot, Release<sd_bus_slot_unref>>;
using BusMessageHandle = std::unique_ptr<sd_bus_message, Release<sd_bus_message_unref>>;
using UdevHandle = std::unique_ptr<udev, Release<udev_unref>>;
using UdevDeviceHandle = std::unique_ptr<udev_device, Release<udev_device_unref>>;
using UdevEnumerateHandle = std::unique_ptr<udev_enumerate, Release<udev_enumerate_unref>>;
using UdevMonitorHandle = std::unique_ptr<udev_monitor, Release<udev_monitor_unref>>;

/// A file descriptor that closes itself.
class FileDescriptor {
public:
    FileDescriptor() = default;
    explicit FileDescriptor(int fd) : fd_(fd) {}
    FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept {
        if (this != &other) {
            reset(std::exchange(other.fd_, -1));
        }
        return *this;
    }
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;
    ~FileDescriptor() { reset(); }

    [[nodiscard]] int get() const { return fd_; }
    [[nodiscard]] explicit operator bool() const { return fd_ >= 0; }
    void reset(int fd = -1) {
        if (fd_ >= 0) {
            ::close(fd_);
        }
        fd_ = fd;
    }

private:
    int fd_ = -1;
};

} // namespace hal
