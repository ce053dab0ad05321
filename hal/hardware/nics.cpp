// Nics on one route netlink socket for the dumps and a second one for the notifications, completed from sysfs and
// ethtool. Every number that stays unknown gets a problem that says why.
#include "hal/hardware/nics.hpp"

#include "hal/base/handles.hpp"
#include "hal/hardware/ethtool.hpp"
#include "hal/hardware/nic_facts.hpp"
#include "hal/hardware/rtnetlink.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <span>
#include <sys/socket.h>
#include <sys/time.h>
#include <utility>

namespace hal {
namespace {

// The kernel never sends a larger datagram in a dump (NLMSG_GOODSIZE is at most 32 KiB).
constexpr size_t kBufferBytes = 32768;
// If a dump is interrupted repeatedly, the network is changing; the next event triggers another dump anyway.
constexpr int kMaxTries = 4;
// 32 KiB each: beyond a full routing table of the internet, far beyond a NUC.
constexpr int kMaxDatagrams = 16384;

/// A netlink socket for dumps. The kernel answers in the calling process's own time; the receive timeout only guards
/// against a kernel that does not.
Result<FileDescriptor> openDumpSocket() {
    FileDescriptor fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
    if (!fd) {
        return failure(Error::fromErrno(errno,
                                        "cannot open a netlink socket; the service needs AF_NETLINK in "
                                        "RestrictAddressFamilies="));
    }
    const timeval timeout{.tv_sec = 1, .tv_usec = 0};
    const int on = 1;
    if (::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) < 0) {
        return failure(Error::fromErrno(errno, "cannot set a timeout on the netlink socket"));
    }
    // Lets the kernel filter the dumps; one that cannot (before 4.20) sends more, and the parser drops it.
    static_cast<void>(::setsockopt(fd.get(), SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on)));
    return fd;
}

class DumpSocket {
public:
    explicit DumpSocket(FileDescriptor fd) : fd_(std::move(fd)), buffer_(kBufferBytes) {}

    /// All pages of one dump as one; repeats the dump if the kernel reports that it was interrupted.
    Result<DumpPage> dump(RouteQuery query) {
        for (int tries = 0; tries < kMaxTries; ++tries) {
            auto page = dumpOnce(query);
            if (!page || !page->interrupted) {
                return page;
            }
        }
        return failure(Error(std::make_error_code(std::errc::interrupted),
                             "links, addresses or routes kept changing while they were listed"));
    }

private:
    Result<DumpPage> dumpOnce(RouteQuery query) {
        const auto request = dumpRequest(query, ++sequence_);
        if (::send(fd_.get(), request.data(), request.size(), 0) < 0) {
            return failure(Error::fromErrno(errno, "cannot query links, addresses or routes"));
        }
        DumpPage all;
        for (int datagrams = 0; !all.last; ++datagrams) {
            if (datagrams == kMaxDatagrams) {
                return failure(
                    Error::invalid("the kernel's list of links, addresses or routes does not end"));
            }
            auto page = receive();
            if (!page) {
                return page;
            }
            std::ranges::move(page->nics, std::back_inserter(all.nics));
            std::ranges::move(page->addresses, std::back_inserter(all.addresses));
            std::ranges::move(page->defaultRoutes, std::back_inserter(all.defaultRoutes));
            all.last = page->last;
            all.interrupted = all.interrupted || page->interrupted;
        }
        return all;
    }

    Result<DumpPage> receive() {
        // MSG_TRUNC: the return value is the datagram's real length, so truncation is detected.
        const ssize_t got = ::recv(fd_.get(), buffer_.data(), buffer_.size(), MSG_TRUNC);
        if (got < 0) {
            return failure(Error::fromErrno(errno, "the kernel did not list links, addresses or routes"));
        }
        if (static_cast<size_t>(got) > buffer_.size()) {
            return failure(Error::invalid("a netlink answer is larger than the kernel promises"));
        }
        return parseDump(std::span(buffer_).first(static_cast<size_t>(got)), sequence_);
    }

    FileDescriptor fd_;
    std::vector<std::byte> buffer_;
    uint32_t sequence_ = 0;
};

/// Completes a physical link from sysfs and its driver.
class NicReader {
public:
    NicReader(Nic& nic, const Ethtool& ethtool, Problems& problems)
        : nic_(nic), ethtool_(ethtool), problems_(problems) {}

    void read() {
        NicFacts facts = readNicFacts("", nic_.name);
        nic_.physical = facts.physical && facts.index == nic_.index && nic_.kind != "veth";
        if (!nic_.physical) {
            return;
        }
        nic_.driver = std::move(facts.driver);
        nic_.busInfo = std::move(facts.busInfo);
        nic_.pciId = std::move(facts.pciId);
        if (facts.pciProblem) {
            problem("pci_id", *facts.pciProblem);
        }
        if (facts.asleep) {
            problem("firmware", "the device is suspended and is not woken for this");
            problem("speed_mbps", "the device is suspended and is not woken for this");
        } else {
            readDriver();
            readLinkMode();
        }
        readPermanentMac(facts.asleep);
        explainTheRest();
    }

private:
    void problem(const std::string& field, std::string reason) {
        problems_.push_back({.source = "nic " + nic_.name + " " + field, .reason = std::move(reason)});
    }

    void readDriver() {
        auto info = ethtool_.driverInfo(nic_.name);
        if (!info) {
            problem("firmware", info.error().text());
            return;
        }
        if (!nic_.driver && !info->driver.empty()) {
            nic_.driver = std::move(info->driver);
        }
        // Drivers without firmware report that in several ways (kernel: "N/A", "n/a").
        if (info->firmware.empty() || info->firmware == "N/A" || info->firmware == "n/a") {
            problem("firmware", "the driver " + nic_.driver.value_or("of this device") + " reports none");
        } else {
            nic_.firmware = std::move(info->firmware);
        }
    }

    void readLinkMode() {
        if (!nic_.carrier.value_or(false)) {
            problem("speed_mbps",
                    nic_.adminUp ? "no carrier: plug in the cable" : "the link is administratively down");
            return;
        }
        auto mode = ethtool_.linkMode(nic_.name);
        if (!mode) {
            problem("speed_mbps", mode.error().text());
            return;
        }
        nic_.speedMbps = mode->speedMbps;
        nic_.duplex = std::move(mode->duplex);
        if (!nic_.speedMbps || !nic_.duplex) {
            problem("speed_mbps", "the driver " + nic_.driver.value_or("of this device") +
                                      " does not report speed and duplex");
        }
    }

    /// Netlink carries the permanent address since Linux 5.6; the driver is queried only if it did not.
    void readPermanentMac(bool asleep) {
        if (nic_.permanentMac) {
            return;
        }
        if (!asleep) {
            if (auto mac = ethtool_.permanentMac(nic_.name); mac && *mac) {
                nic_.permanentMac = std::move(*mac);
                return;
            }
        }
        problem("permanent_mac", "the driver " + nic_.driver.value_or("of this device") + " reports none");
    }

    void explainTheRest() {
        if (!nic_.mac) {
            problem("mac", "the kernel reports none");
        }
        if (!nic_.driver) {
            problem("driver", "no driver is bound to the device");
        }
        if (!nic_.carrier) {
            problem("carrier", "the link is administratively down");
        }
        if (!nic_.carrierChanges || !nic_.carrierUpCount || !nic_.carrierDownCount) {
            problem("carrier_changes", "the kernel does not count them");
        }
    }

    Nic& nic_;
    const Ethtool& ethtool_;
    Problems& problems_;
};

class KernelNics final : public Nics {
public:
    explicit KernelNics(EventLoop& loop) : loop_(loop) {}

    [[nodiscard]] Result<Reading<NetworkState>> list() override {
        auto fd = openDumpSocket();
        if (!fd) {
            return failure(std::move(fd.error()));
        }
        DumpSocket socket(std::move(*fd));
        auto links = socket.dump(RouteQuery::links);
        if (!links) {
            return failure(std::move(links.error()));
        }
        Reading<NetworkState> reading;
        reading.value.nics = std::move(links->nics);
        std::ranges::sort(reading.value.nics, {}, &Nic::index);
        addAddresses(socket, reading);
        addRoutes(socket, reading);
        const Ethtool ethtool;
        for (Nic& nic : reading.value.nics) {
            NicReader(nic, ethtool, reading.problems).read();
        }
        return reading;
    }

    [[nodiscard]] Status watch(std::function<void()> lookAgain) override {
        source_.reset();
        fd_.reset(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
        if (!fd_) {
            return failure(Error::fromErrno(errno, "cannot open a netlink socket to watch the network"));
        }
        sockaddr_nl address{};
        address.nl_family = AF_NETLINK;
        address.nl_groups =
            RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;
        if (::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) < 0) {
            return failure(Error::fromErrno(errno, "cannot subscribe to the network's changes"));
        }
        source_ =
            loop_.onReady(fd_.get(), {.readable = true}, [this, call = std::move(lookAgain)](Readiness) {
                drain();
                call();
            });
        return source_ ? Status() : failure(Error::invalid("cannot watch the netlink socket"));
    }

private:
    static void addAddresses(DumpSocket& socket, Reading<NetworkState>& reading) {
        for (const RouteQuery query : {RouteQuery::ipv4Addresses, RouteQuery::ipv6Addresses}) {
            auto page = socket.dump(query);
            if (!page) {
                reading.problems.push_back({.source = "network addresses", .reason = page.error().text()});
                continue;
            }
            for (LinkAddress& found : page->addresses) {
                const auto nic = std::ranges::find(reading.value.nics, found.nicIndex, &Nic::index);
                if (nic != reading.value.nics.end()) {
                    nic->addresses.push_back(std::move(found.address));
                }
            }
        }
    }

    static void addRoutes(DumpSocket& socket, Reading<NetworkState>& reading) {
        for (const RouteQuery query : {RouteQuery::ipv4Routes, RouteQuery::ipv6Routes}) {
            auto page = socket.dump(query);
            if (!page) {
                reading.problems.push_back({.source = "network routes", .reason = page.error().text()});
                continue;
            }
            std::ranges::move(page->defaultRoutes, std::back_inserter(reading.value.defaultRoutes));
        }
    }

    /// Discards the notifications: they only mean "look again". The rest of a flood waits for the next loop iteration.
    void drain() {
        constexpr int kMaxPerRound = 256;
        std::array<std::byte, 64> start{};
        for (int i = 0; i < kMaxPerRound; ++i) {
            // ENOBUFS: the kernel dropped some, which is one more reason to look.
            if (::recv(fd_.get(), start.data(), start.size(), MSG_TRUNC) < 0 && errno != ENOBUFS &&
                errno != EINTR) {
                return;
            }
        }
    }

    EventLoop& loop_;
    FileDescriptor fd_;
    SourcePtr source_; // declared after fd_, so destroyed first
};

} // namespace

std::unique_ptr<Nics> makeNics(EventLoop& loop) { return std::make_unique<KernelNics>(loop); }

} // namespace hal
