// What a network driver says about its link when it is asked by the ethtool ioctl.
// It owns a throw-away socket. It must not be asked about a sleeping device: the kernel would wake that first.
#pragma once

#include "hal/base/handles.hpp"
#include "hal/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace hal {

struct DriverInfo {
    std::string driver;
    std::string firmware; ///< empty where the driver tells none
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
    /// Opens the socket; every call reports it when that failed.
    Ethtool();

    [[nodiscard]] Result<DriverInfo> driverInfo(const std::string& nic) const;
    [[nodiscard]] Result<LinkMode> linkMode(const std::string& nic) const;

    /// Empty where the device has none of its own.
    [[nodiscard]] Result<std::optional<std::string>> permanentMac(const std::string& nic) const;

private:
    [[nodiscard]] Status ask(const std::string& nic, void* command, const char* what) const;

    FileDescriptor socket_;
};

} // namespace hal
