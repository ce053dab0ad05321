// SIOCETHTOOL with the three commands an unprivileged process may use.
#include "hal/hardware/ethtool.hpp"

#include "hal/hardware/rtnetlink.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/sockios.h>
#include <span>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace hal {
namespace {

/// A fixed-size field of a kernel structure: up to its NUL, or all of it.
template <size_t size>
std::string fieldText(const char (&field)[size]) {
    return {field, strnlen(field, size)};
}

/// A kernel structure and room for the array after it.
template <class Header, size_t restBytes>
struct Command {
    alignas(Header) std::array<std::byte, sizeof(Header) + restBytes> bytes{};

    void put(const Header& header) { std::memcpy(bytes.data(), &header, sizeof(header)); }

    [[nodiscard]] Header header() const {
        Header header;
        std::memcpy(&header, bytes.data(), sizeof(header));
        return header;
    }

    [[nodiscard]] std::span<const std::byte> rest() const { return std::span(bytes).subspan(sizeof(Header)); }
};

// The kernel's answer carries at most this many words for each of its three link mode bitmaps (an int8_t).
constexpr size_t kMaxModeWords = 127;
constexpr size_t kMaxHardwareAddressBytes = 32; // MAX_ADDR_LEN of the kernel

} // namespace

Ethtool::Ethtool() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {}

Status Ethtool::ask(const std::string& nic, void* command, const char* what) const {
    ifreq request{};
    if (nic.size() >= sizeof(request.ifr_name)) {
        return failure(
            Error::invalid("expected an interface name of at most 15 characters, got \"" + nic + "\""));
    }
    std::ranges::copy(nic, request.ifr_name);
    request.ifr_data = static_cast<char*>(command);
    if (::ioctl(socket_.get(), SIOCETHTOOL, &request) < 0) {
        return failure(Error::fromErrno(errno, std::string("the driver did not report ") + what));
    }
    return {};
}

Result<DriverInfo> Ethtool::driverInfo(const std::string& nic) const {
    ethtool_drvinfo info{};
    info.cmd = ETHTOOL_GDRVINFO;
    if (auto asked = ask(nic, &info, "its name and firmware"); !asked) {
        return failure(std::move(asked.error()));
    }
    return DriverInfo{.driver = fieldText(info.driver),
                      .firmware = fieldText(info.fw_version),
                      .busInfo = fieldText(info.bus_info)};
}

Result<LinkMode> Ethtool::linkMode(const std::string& nic) const {
    Command<ethtool_link_settings, 3 * kMaxModeWords * sizeof(uint32_t)> command;
    ethtool_link_settings settings{};
    settings.cmd = ETHTOOL_GLINKSETTINGS;
    // The first call only returns, as a negative number, how many words the bitmaps have.
    for (int call = 0; call < 2; ++call) {
        command.put(settings);
        if (auto asked = ask(nic, command.bytes.data(), "its speed"); !asked) {
            return failure(std::move(asked.error()));
        }
        settings = command.header();
        if (call == 0 && settings.link_mode_masks_nwords >= 0) {
            return failure(Error::invalid("the kernel did not report the size of its link modes"));
        }
        if (call == 0) {
            settings.cmd = ETHTOOL_GLINKSETTINGS;
            settings.link_mode_masks_nwords = static_cast<int8_t>(-settings.link_mode_masks_nwords);
        }
    }
    LinkMode mode;
    if (settings.speed != 0 && settings.speed != static_cast<uint32_t>(SPEED_UNKNOWN)) {
        mode.speedMbps = settings.speed;
    }
    if (settings.duplex == DUPLEX_FULL || settings.duplex == DUPLEX_HALF) {
        mode.duplex = settings.duplex == DUPLEX_FULL ? "full" : "half";
    }
    return mode;
}

Result<std::optional<std::string>> Ethtool::permanentMac(const std::string& nic) const {
    Command<ethtool_perm_addr, kMaxHardwareAddressBytes> command;
    ethtool_perm_addr header{};
    header.cmd = ETHTOOL_GPERMADDR;
    header.size = kMaxHardwareAddressBytes;
    command.put(header);
    if (auto asked = ask(nic, command.bytes.data(), "its permanent address"); !asked) {
        return failure(std::move(asked.error()));
    }
    const auto bytes =
        command.rest().first(std::min<size_t>(command.header().size, kMaxHardwareAddressBytes));
    if (std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{0}; })) {
        return std::optional<std::string>();
    }
    return std::optional(hardwareAddressText(bytes));
}

} // namespace hal
