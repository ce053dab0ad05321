// Who a machine is: a NUC's files, files that lie, and files that are not there.
#include "hal/hardware/host.hpp"
#include "hal/hardware/host_facts.hpp"

#include "tests/cpputest.hpp"
#include "tests/unit/fixtures.hpp"

#include <algorithm>

namespace {

bool hasProblem(const hal::Problems& problems, const std::string& source) {
    return std::ranges::find(problems, source, &hal::Problem::source) != problems.end();
}

} // namespace

TEST_GROUP(Host){};

TEST(Host, ReadsANuc) {
    const auto reading = hal::readHost({.root = fixtures::kNuc, .credentialsDirectory = {}});
    const hal::Host& host = reading.value;
    CHECK_EQUAL(std::optional<std::string>("0f1e2d3c4b5a69788796a5b4c3d2e1f0"), host.machineId);
    CHECK_EQUAL(std::optional<std::string>("7c1f5b0e-6c7a-4f0c-8f4e-1d2c3b4a5968"), host.bootId);
    CHECK_EQUAL(std::optional<std::string>("nuc1"), host.hostname);
    CHECK_EQUAL(std::optional<std::string>("Intel(R) Client Systems"), host.vendor);
    CHECK_EQUAL(std::optional<std::string>("NUC11PAHi5"), host.product);
    CHECK_EQUAL(std::optional<std::string>("G6PA123000XY"), host.serial);
    CHECK_EQUAL(std::optional<std::string>("PATGL357.0052.2023.0510.1122"), host.biosVersion);
    CHECK_EQUAL(std::optional<std::string>("05/10/2023"), host.biosDate);
    CHECK_EQUAL(std::optional<std::string>("11th Gen Intel(R) Core(TM) i5-1135G7 @ 2.40GHz"), host.cpuModel);
    CHECK_EQUAL(std::optional(4U), host.cores);
    CHECK_EQUAL(std::optional(8U), host.threads);
    CHECK_EQUAL(std::optional(uint64_t{16131904} * 1024), host.memoryBytes);
    CHECK_EQUAL(std::optional<std::string>("6.12.48+deb13-amd64"), host.kernel);
    CHECK_EQUAL(std::optional<std::string>("Debian GNU/Linux 13 (trixie)"), host.os);
    CHECK_EQUAL(std::optional<std::string>("x86_64"), host.architecture);
    CHECK_TRUE(reading.problems.empty());
}

TEST(Host, AMachineWithoutAnyFileIsAllUnknownAndSaysWhy) {
    const auto reading = hal::readHost({.root = "tests/unit/fixtures/netlink", .credentialsDirectory = {}});
    CHECK_TRUE(reading.value == hal::Host{});
    for (const char* source : {"host machine_id", "host boot_id", "host hostname", "host dmi", "host cpu",
                               "host memory", "host kernel", "host architecture", "host os"}) {
        CHECK_TRUE_TEXT(hasProblem(reading.problems, source), source);
    }
}

TEST(Host, TheSerialNumberComesAsACredentialBeforeTheFile) {
    const auto reading =
        hal::readHost({.root = fixtures::kNuc, .credentialsDirectory = "tests/unit/fixtures/credentials"});
    CHECK_EQUAL(std::optional<std::string>("FROM-A-CREDENTIAL"), reading.value.serial);
}

TEST(Host, WithoutTheCredentialTheFileIsRead) {
    const auto reading = hal::readHost({.root = fixtures::kNuc, .credentialsDirectory = "/nonexistent"});
    CHECK_EQUAL(std::optional<std::string>("G6PA123000XY"), reading.value.serial);
}

TEST_GROUP(HostFacts){};

TEST(HostFacts, CountsCoresOnceForEachPackage) {
    const auto cpu =
        hal::parseCpuinfo("processor : 0\nphysical id : 0\ncore id : 0\n\nprocessor : 1\nphysical id : 1\n"
                          "core id : 0\n\nprocessor : 2\nphysical id : 1\ncore id : 0\n");
    CHECK_EQUAL(std::optional(2U), cpu.cores);
    CHECK_EQUAL(std::optional(3U), cpu.threads);
    CHECK_FALSE(cpu.model.has_value());
}

TEST(HostFacts, AnArmMachineNamesNoCoresAndNoModel) {
    const auto cpu = hal::parseCpuinfo("processor\t: 0\nBogoMIPS\t: 108.00\nCPU implementer\t: 0x41\n");
    CHECK_EQUAL(std::optional(1U), cpu.threads);
    CHECK_FALSE(cpu.cores || cpu.model);
}

TEST(HostFacts, CpuinfoThatIsNoneYieldsNothing) {
    for (const char* text :
         {"", "\n\n\n", ":::", "processor", "processor : x\ncore id : -1\n", "model name :\n"}) {
        CHECK_TRUE_TEXT(hal::parseCpuinfo(text) == hal::CpuFacts{}, text);
    }
}

TEST(HostFacts, ReadsTheMemoryInBytes) {
    CHECK_EQUAL(std::optional<uint64_t>(16131904ULL * 1024),
                hal::parseMemTotal("MemTotal:       16131904 kB\nMemFree: 1 kB"));
}

TEST(HostFacts, MemoryThatIsNoneIsUnknown) {
    for (const char* text :
         {"", "MemFree: 12 kB", "MemTotal: kB", "MemTotal: 12", "MemTotal: -12 kB", "MemTotal: 12 MB",
          "MemTotal: 0 kB", "MemTotal: 99999999999999999999 kB", "MemTotal: 18446744073709551615 kB"}) {
        CHECK_FALSE_TEXT(hal::parseMemTotal(text).has_value(), text);
    }
}

TEST(HostFacts, ResolvesTheQuotesOfOsRelease) {
    CHECK_EQUAL(std::optional<std::string>("A \"b\" $c"),
                hal::parseOsRelease("X=1\nPRETTY_NAME=\"A \\\"b\\\" \\$c\"\n", "PRETTY_NAME"));
    CHECK_EQUAL(std::optional<std::string>("Fedora"), hal::parseOsRelease("NAME=Fedora", "NAME"));
    CHECK_EQUAL(std::optional<std::string>("a b"), hal::parseOsRelease("NAME='a b'", "NAME"));
    CHECK_EQUAL(std::optional<std::string>("last"), hal::parseOsRelease("NAME=first\nNAME=last", "NAME"));
}

TEST(HostFacts, AKeyThatOnlyBeginsAlikeIsAnother) {
    CHECK_FALSE(hal::parseOsRelease("NAMES=x\n#NAME=y\nNAME\nNAME=\n", "NAME").has_value());
}
