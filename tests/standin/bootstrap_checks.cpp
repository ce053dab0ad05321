// See bootstrap_checks.hpp.
#include "tests/standin/bootstrap_checks.hpp"

#include <charconv>
#include <fstream>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

namespace standin {

namespace {

std::optional<std::uint64_t> parseCount(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

std::string bracketed(std::uint64_t value) { return "[" + std::to_string(value) + "]"; }

rlimit limitOf(__rlimit_resource resource) {
    rlimit limit{};
    getrlimit(resource, &limit);
    return limit;
}

} // namespace

Demands demandsFrom(const Environment& environment) {
    const auto lowered = [&environment](std::string_view name, std::uint64_t real) {
        return parseCount(environment(name).value_or("")).value_or(real);
    };
    const Demands real;
    return {.openFiles = lowered("STANDIN_MIN_NOFILE", real.openFiles),
            .processes = lowered("STANDIN_MIN_NPROC", real.processes),
            .maxMapCount = lowered("STANDIN_MIN_MAX_MAP_COUNT", real.maxMapCount),
            .lockableBytes = lowered("STANDIN_MIN_MEMLOCK", real.lockableBytes)};
}

std::vector<std::string> checkMachine(const Machine& machine, const Demands& demands,
                                      const Settings& settings) {
    const std::string user = "for user [" + machine.user + "] is too low, increase to ";
    std::vector<std::string> failures;
    if (!machine.heapBytes) {
        failures.emplace_back(
            "initial heap size not equal to maximum heap size; this can cause resize pauses and "
            "prevents mlockall from locking the entire heap. Set the heap size via the "
            "CRATE_HEAP_SIZE environment variable.");
    }
    if (machine.openFiles < demands.openFiles) {
        failures.push_back("max file descriptors " + bracketed(machine.openFiles) +
                           " for crate process is too low, increase to at least " +
                           bracketed(demands.openFiles));
    }
    // This program is small enough to be locked where a JVM with its heap is not, so the limit itself is looked at.
    const bool isLocked = machine.lockableBytes >= demands.lockableBytes &&
                          (machine.memoryLocked || demands.lockableBytes != Demands{}.lockableBytes);
    if (settings.flag("bootstrap.memory_lock", false) && !isLocked) {
        failures.emplace_back("memory locking requested for crate process but memory is not locked");
    }
    if (machine.processes < demands.processes) {
        failures.push_back("max number of threads " + bracketed(machine.processes) + " " + user +
                           "at least " + bracketed(demands.processes));
    }
    if (!machine.addressSpaceUnlimited) {
        failures.push_back("max size virtual memory " + user + "[unlimited]");
    }
    if (!machine.fileSizeUnlimited) {
        failures.push_back("max file size " + user + "[unlimited]");
    }
    const bool mapsMatter = settings.flag("node.store.allow_mmap", true);
    if (mapsMatter && machine.maxMapCount && *machine.maxMapCount < demands.maxMapCount) {
        failures.push_back("max virtual memory areas vm.max_map_count " + bracketed(*machine.maxMapCount) +
                           " is too low, increase to at least " + bracketed(demands.maxMapCount) +
                           " by adding `vm.max_map_count = 262144` to `/etc/sysctl.conf` or invoking "
                           "`sysctl -w vm.max_map_count=262144`");
    }
    return failures;
}

std::optional<std::uint64_t> parseHeapSize(std::string_view text) {
    if (text.empty()) {
        return std::nullopt;
    }
    unsigned shift = 0;
    switch (text.back()) {
    case 'k':
    case 'K': shift = 10; break;
    case 'm':
    case 'M': shift = 20; break;
    case 'g':
    case 'G': shift = 30; break;
    case 't':
    case 'T': shift = 40; break;
    default: break;
    }
    const std::optional<std::uint64_t> count =
        parseCount(shift == 0 ? text : text.substr(0, text.size() - 1));
    if (!count || *count == 0 || *count > (UINT64_MAX >> 1 >> shift)) {
        return std::nullopt;
    }
    return *count << shift;
}

Machine readMachine(const Settings& settings, std::optional<std::uint64_t> heapBytes) {
    Machine machine;
    machine.user = std::to_string(getuid());
    machine.heapBytes = heapBytes;
    machine.openFiles = limitOf(RLIMIT_NOFILE).rlim_max;
    machine.processes = limitOf(RLIMIT_NPROC).rlim_cur;
    machine.addressSpaceUnlimited = limitOf(RLIMIT_AS).rlim_cur == RLIM_INFINITY;
    machine.fileSizeUnlimited = limitOf(RLIMIT_FSIZE).rlim_cur == RLIM_INFINITY;
    const rlim_t lockable = limitOf(RLIMIT_MEMLOCK).rlim_cur;
    machine.lockableBytes = lockable == RLIM_INFINITY ? UINT64_MAX : lockable;
    if (settings.flag("bootstrap.memory_lock", false)) {
        machine.memoryLocked = mlockall(MCL_CURRENT) == 0;
    }
    std::ifstream file("/proc/sys/vm/max_map_count");
    std::uint64_t count = 0;
    if (file >> count) {
        machine.maxMapCount = count;
    }
    return machine;
}

} // namespace standin
