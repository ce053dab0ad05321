// Notifier on sd_notify(), one datagram per call. It ignores send errors: without a service manager there is no
// receiver, and with one the watchdog handles a lost datagram.
#include "hal/systemd/notifier.hpp"

#include "hal/base/text.hpp"

#include <systemd/sd-daemon.h>
#include <time.h>

namespace hal {
namespace {

/// CLOCK_MONOTONIC in microseconds: it tells systemd that a READY=1 came after this RELOADING=1.
uint64_t monotonicMicroseconds() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<uint64_t>(now.tv_sec) * 1'000'000 + static_cast<uint64_t>(now.tv_nsec) / 1'000;
}

constexpr size_t kMaxStatusBytes = 2048;

class SdNotifier final : public Notifier {
public:
    SdNotifier() {
        uint64_t microseconds = 0;
        if (sd_watchdog_enabled(0, &microseconds) > 0) {
            watchdog_ = Duration(static_cast<Duration::rep>(microseconds));
        }
    }

    void ready() override { sd_notify(0, "READY=1"); }

    void reloading() override {
        sd_notify(0, ("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(monotonicMicroseconds())).c_str());
    }

    void stopping() override { sd_notify(0, "STOPPING=1"); }

    void status(const std::string& words) override {
        // A newline would start another assignment of the protocol.
        const std::string line = oneLine(words, kMaxStatusBytes);
        if (line != lastStatus_) {
            lastStatus_ = line;
            sd_notify(0, ("STATUS=" + line).c_str());
        }
    }

    void feedWatchdog() override { sd_notify(0, "WATCHDOG=1"); }

    [[nodiscard]] std::optional<Duration> watchdogTimeout() const override { return watchdog_; }

private:
    std::optional<Duration> watchdog_;
    std::optional<std::string> lastStatus_;
};

} // namespace

std::unique_ptr<Notifier> makeNotifier() { return std::make_unique<SdNotifier>(); }

} // namespace hal
