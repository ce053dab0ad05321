// Reads the files of Host below a root directory. An unreadable file leaves its fields unknown and adds one problem
// that says why and, for facts that only root can read, how the agent can get them.
#include "hal/hardware/host.hpp"

#include "hal/base/identifiers.hpp"
#include "hal/hardware/host_facts.hpp"
#include "hal/hardware/system_files.hpp"

#include <cstdlib>
#include <utility>

namespace hal {
namespace {

// Large enough for /proc/cpuinfo of 512 threads, the only file here that grows with the machine.
constexpr size_t kMaxCpuinfoBytes = 4 << 20;
constexpr size_t kMaxOsReleaseBytes = 1 << 16;
constexpr const char* kSerialCredential = "dmi.product_serial";

class HostReader {
public:
    explicit HostReader(const HostPaths& paths) : paths_(paths) {}

    Reading<Host> read() {
        readIdentity();
        readBoard();
        readSerial();
        readProcessor();
        readSystem();
        return std::move(reading_);
    }

private:
    void problem(std::string source, std::string reason) {
        reading_.problems.push_back({std::move(source), std::move(reason)});
    }

    /// The text of a file below the root, or nothing and a problem.
    std::optional<std::string> text(const std::string& path, const std::string& source,
                                    size_t maxBytes = 4096) {
        auto content = readText(paths_.root + path, maxBytes);
        if (!content) {
            problem(source, content.error().text());
            return std::nullopt;
        }
        if (content->empty()) {
            problem(source, path + " is empty");
            return std::nullopt;
        }
        return std::move(*content);
    }

    void readIdentity() {
        Host& host = reading_.value;
        if (auto id = text("/etc/machine-id", "host machine_id")) {
            if (isMachineId(*id)) {
                host.machineId = std::move(id);
            } else {
                problem("host machine_id",
                        "/etc/machine-id holds no machine id: expected 32 hexadecimal digits; run "
                        "systemd-machine-id-setup");
            }
        }
        host.bootId = text("/proc/sys/kernel/random/boot_id", "host boot_id");
        host.hostname = text("/proc/sys/kernel/hostname", "host hostname");
    }

    /// A DMI attribute, unless the firmware left a placeholder in it.
    std::optional<std::string> dmi(const std::string& attribute, const std::string& field) {
        return meaningful(text("/sys/class/dmi/id/" + attribute, "host " + field), field);
    }

    std::optional<std::string> meaningful(std::optional<std::string> value, const std::string& field) {
        if (value && isDmiPlaceholder(*value)) {
            problem("host " + field, "the firmware only says \"" + *value + "\"");
            return std::nullopt;
        }
        return value;
    }

    void readBoard() {
        Host& host = reading_.value;
        if (!realPath(paths_.root + "/sys/class/dmi/id")) {
            problem("host dmi",
                    "the firmware of this machine has no DMI table (/sys/class/dmi/id is absent): vendor, "
                    "product, serial and BIOS are unknown");
            return;
        }
        host.vendor = dmi("sys_vendor", "vendor");
        host.product = dmi("product_name", "product");
        host.biosVersion = dmi("bios_version", "bios_version");
        host.biosDate = dmi("bios_date", "bios_date");
    }

    void readSerial() {
        const std::string path = "/sys/class/dmi/id/product_serial";
        if (paths_.credentialsDirectory) {
            const auto credential = readAttribute(*paths_.credentialsDirectory + "/" + kSerialCredential);
            if (credential) {
                reading_.value.serial = meaningful(credential, "serial");
                return;
            }
        }
        auto serial = readText(paths_.root + path);
        if (serial && !serial->empty()) {
            reading_.value.serial = meaningful(std::move(*serial), "serial");
        } else if (serial) {
            problem("host serial", "the firmware provides none");
        } else if (serial.error().code() == std::errc::permission_denied) {
            problem("host serial", "only root can read " + path +
                                       ": run as root, or give the service "
                                       "LoadCredential=" +
                                       kSerialCredential + ":" + path);
        } else if (realPath(paths_.root + "/sys/class/dmi/id")) {
            problem("host serial", serial.error().text());
        }
    }

    void readProcessor() {
        Host& host = reading_.value;
        if (const auto cpuinfo = text("/proc/cpuinfo", "host cpu", kMaxCpuinfoBytes)) {
            CpuFacts cpu = parseCpuinfo(*cpuinfo);
            host.cpuModel = std::move(cpu.model);
            host.cores = cpu.cores;
            host.threads = cpu.threads;
            if (!host.cpuModel || !host.cores || !host.threads) {
                problem("host cpu", "/proc/cpuinfo does not name the model, the cores or the processors");
            }
        }
        if (const auto meminfo = text("/proc/meminfo", "host memory")) {
            host.memoryBytes = parseMemTotal(*meminfo);
            if (!host.memoryBytes) {
                problem("host memory", "/proc/meminfo has no line \"MemTotal: <number> kB\"");
            }
        }
    }

    void readSystem() {
        Host& host = reading_.value;
        host.kernel = text("/proc/sys/kernel/osrelease", "host kernel");
        host.architecture = text("/proc/sys/kernel/arch", "host architecture");
        // os-release(5): /etc first, the vendor's copy second.
        auto release = readText(paths_.root + "/etc/os-release", kMaxOsReleaseBytes);
        if (!release) {
            release = readText(paths_.root + "/usr/lib/os-release", kMaxOsReleaseBytes);
        }
        host.os = release ? parseOsRelease(*release, "PRETTY_NAME") : std::nullopt;
        if (!host.os) {
            problem("host os", release ? "os-release has no PRETTY_NAME" : release.error().text());
        }
    }

    const HostPaths& paths_;
    Reading<Host> reading_;
};

} // namespace

HostPaths thisMachine() {
    HostPaths paths;
    if (const char* directory = std::getenv("CREDENTIALS_DIRECTORY")) {
        paths.credentialsDirectory = directory;
    }
    return paths;
}

Reading<Host> readHost(const HostPaths& paths) { return HostReader(paths).read(); }

} // namespace hal
