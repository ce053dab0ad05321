// A network driver's answers to the ethtool ioctl.
// It owns a throw-away socket. Do not call it for a suspended device: the kernel would wake the device first.
#pragma once

#include "hal/base/handles.hpp"
#include "hal/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace hal {

struct DriverInfo {
    std::string driver;
    std::string firmware; ///< empty if the driver reports none
    std::string busInfo;
    bool operator==(const DriverInfo&) const = default;
};

struct LinkMode {
    std::optional<uint32_t> speedMbps;
    std::optional<std::string> duplex; ///< "full" or "half"
    bool operator==(const LinkMode&) const = default;
};

class Ethtool {
public:
    /// Opens the socket; if that fails, every call reports it.
    Ethtool();

    [[nodiscard]] Result<DriverInfo> driverInfo(const std::string& nic) const;
    [[nodiscard]] Result<LinkMode> linkMode(const std::string& nic) const;

    /// Empty if the device has none.
    [[nodiscard]] Result<std::optional<std::string>> permanentMac(const std::string& nic) const;

private:
    [[nodiscard]] Status ask(const std::string& nic, void* command, const char* what) const;

    FileDescriptor socket_;
};

} // namespace hal
