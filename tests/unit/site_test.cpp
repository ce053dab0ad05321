// The site file: what its lines mean, and the error for each wrong one.
#include "tools/cratectl/site/site.hpp"

#include "tests/cpputest.hpp"
#include "tests/unit/fixtures.hpp"
#include "tools/cratectl/site/site_files.hpp"

#include <algorithm>
#include <array>

using cratectl::parseSite;
using cratectl::SiteResult;

namespace {

const std::string kKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f me";

/// Line 1 is [Cluster]; the first node begins in line 5, the second in line 10.
const std::string kGood =
    "[Cluster]\nName=shelf\n[Access]\nSSHKey=" + kKey +
    "\n[Node n1]\nMAC=1c:69:7a:00:00:01\nEtcd=yes\nAddress=10.0.0.1/24\nGateway=10.0.0.254\n"
    "DNS=10.0.0.254\n[Node n2]\nMAC=1c:69:7a:00:00:02\n";

std::string joined(const std::vector<agent::ConfigError>& errors) {
    std::string text;
    for (const auto& error : errors) {
        text += (text.empty() ? "" : "\n") + error.text();
    }
    return text;
}

std::string errorsOf(const std::string& text) { return joined(parseSite("s", text).errors); }

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    CHECK_TRUE_TEXT(at != std::string::npos, ("nothing to replace: " + from).c_str());
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

} // namespace

TEST_GROUP(Site){};

TEST(Site, AGoodFileHasNoErrorsAndNoWarnings) {
    const SiteResult result = parseSite("s", kGood);
    CHECK_EQUAL("", joined(result.errors));
    CHECK_EQUAL("", joined(result.warnings));
    CHECK_EQUAL("shelf", result.site.cluster);
    LONGS_EQUAL(2, result.site.nodes.size());
    const cratectl::SiteNode& first = result.site.nodes.at(0);
    CHECK_TRUE(first.etcd && first.address);
    CHECK_EQUAL("10.0.0.1", cratectl::ipv4Text(first.address->address.address));
    CHECK_TRUE(!result.site.nodes.at(1).etcd && !result.site.nodes.at(1).address);
}

TEST(Site, TheShippedExampleIsRight) {
    const auto text = hal::readText("image/site.example", 1 << 16);
    CHECK_OK(text);
    const SiteResult result = parseSite("s", text.value_or(""));
    CHECK_EQUAL("", joined(result.errors));
    CHECK_EQUAL("", joined(result.warnings));
    LONGS_EQUAL(4, result.site.initialNodes);
}

TEST(Site, WithoutInitialNodesAllNodesOfTheFileFormTheCluster) {
    LONGS_EQUAL(2, parseSite("s", kGood).site.initialNodes);
}

TEST(Site, WithoutANameTheClusterIsCalledAsTheAgentCallsIt) {
    CHECK_EQUAL("crate", parseSite("s", replaced(kGood, "Name=shelf\n", "")).site.cluster);
}

TEST(Site, ADiskMayBeNamedWithOrWithoutItsDirectory) {
    for (const std::string name : {"nvme-A", "/dev/disk/by-id/nvme-A"}) {
        const auto result = parseSite("s", kGood + "DataDisk=" + name + "\n");
        CHECK_EQUAL("/dev/disk/by-id/nvme-A", result.site.nodes.at(1).dataDisk.value_or(""));
    }
}

TEST(Site, AnEmptyFileNamesWhatIsMissing) {
    CHECK_EQUAL("s: [Node NAME]: expected a section for each node, like [Node nuc1]", errorsOf(""));
}

TEST(Site, EveryWrongValueNamesItsLineAndWhatWasExpected) {
    struct Case {
        const char* line;
        const char* expected;
    };
    // Each line replaces or follows one of the second node, whose section is the file's last.
    constexpr std::array kCases{
        Case{"Etcd=maybe", "s:13: [Node n2] Etcd: expected yes or no, found \"maybe\""},
        Case{"Address=10.0.0.2", "expected a machine's IPv4 address with its prefix length"},
        Case{"Address=10.0.0.256/24", "s:13: [Node n2] Address: expected a machine's IPv4"},
        Case{"Address=10.0.0.02/24", "s:13: [Node n2] Address: expected a machine's IPv4"},
        Case{"Address=10.0.0.0/24", "s:13: [Node n2] Address: expected a machine's IPv4"},
        Case{"Address=10.0.0.255/24", "s:13: [Node n2] Address: expected a machine's IPv4"},
        Case{"Address=127.0.0.2/8", "s:13: [Node n2] Address: expected a machine's IPv4"},
        Case{"Address=10.0.0.2/31", "s:13: [Node n2] Address: expected a machine's IPv4"},
        Case{"Address=10.0.0.2/24", "[Node n2] Address: expected Gateway= too"},
        Case{"Gateway=10.0.0.254", "s:13: [Node n2] Gateway: expected Address= too"},
        Case{"DNS=10.0.0.254", "s:13: [Node n2] DNS: expected Address= too"},
        Case{"DNS=dns.example", "s:13: [Node n2] DNS: expected the IPv4 address of a name server"},
        Case{"Gateway=router", "s:13: [Node n2] Gateway: expected an IPv4 address like 192.168.1.1"},
        Case{"Zone=a b", "s:13: [Node n2] Zone: expected up to 63 letters"},
        Case{"Serial=a b", "s:13: [Node n2] Serial: expected the serial number"},
        Case{"Serial=0123456789", "s:13: [Node n2] Serial: expected the serial number"},
        Case{"DataDisk=/dev/sda",
             "s:13: [Node n2] DataDisk: expected a name that `ls /dev/disk/by-id` shows"},
        Case{"DataDisk=../../sda", "s:13: [Node n2] DataDisk: expected a name that"},
        Case{"AdoptDataDisk=yes", "s:13: [Node n2] AdoptDataDisk: expected DataDisk= too"},
        Case{"AdoptDataDisk=perhaps", "s:13: [Node n2] AdoptDataDisk: expected yes (use the disk"},
        Case{"FormatDataDisk=yes-erase", "s:13: [Node n2] FormatDataDisk: expected DataDisk= too"},
        Case{"FormatDataDisk=yes", "s:13: [Node n2] FormatDataDisk: expected yes-erase"},
        Case{"Disk=nvme-A", "s:13: [Node n2] Disk: unknown key, expected one of MAC, Serial, Etcd, Address,"},
        Case{"MAC=1c:69:7a:00:00:03", "s:13: [Node n2] MAC: expected once; it is already set on line 12"},
        Case{"Zone=", "s:13: [Node n2] Zone: expected a value of at most 1024 bytes"},
        Case{"nonsense", "s:13: expected Key=Value, found \"nonsense\""},
    };
    for (const auto& [line, expected] : kCases) {
        STRCMP_CONTAINS(expected, errorsOf(kGood + line + "\n").c_str());
    }
}

TEST(Site, AWrongHardwareAddressIsRefused) {
    for (const std::string mac : {"1c:69:7a:00:00", "1c:69:7a:00:00:0g", "1c:69-7a:00:00:02",
                                  "01:00:5e:00:00:01", "00:00:00:00:00:00", "1c697a000002"}) {
        CHECK_EQUAL(
            "s:12: [Node n2] MAC: expected the hardware address of a network port like 1c:69:7a:00:00:01, "
            "found \"" +
                mac + "\"",
            errorsOf(replaced(kGood, "1c:69:7a:00:00:02", mac)));
    }
}

TEST(Site, ANodeIsIdentifiedByItsHardwareAddressOrItsSerialNumber) {
    CHECK_EQUAL("s:11: [Node n2] MAC: expected MAC= or Serial=, to identify the machine",
                errorsOf(replaced(kGood, "MAC=1c:69:7a:00:00:02\n", "")));
    CHECK_EQUAL("", errorsOf(replaced(kGood, "MAC=1c:69:7a:00:00:02\n", "Serial=X1\n")));
}

TEST(Site, NothingBelongsToTwoNodes) {
    CHECK_EQUAL("s:12: [Node n2] MAC: 1c:69:7a:00:00:01 already belongs to n1 (line 6), expected another one",
                errorsOf(replaced(kGood, "1c:69:7a:00:00:02", "1C-69-7A-00-00-01")));
    STRCMP_CONTAINS("s:13: [Node n2] Address: 10.0.0.1 already belongs to n1 (line 8), expected another one",
                    errorsOf(kGood + "Address=10.0.0.1/24\nGateway=10.0.0.254\n").c_str());
    CHECK_EQUAL("s:15: [Node n3] Serial: A1 already belongs to n2 (line 13), expected another one",
                errorsOf(kGood + "Serial=A1\n[Node n3]\nSerial=A1\n"));
    CHECK_EQUAL("s:13: [Node n1]: expected each section once; this one already begins on line 5",
                errorsOf(kGood + "[Node n1]\n"));
}

TEST(Site, AGatewayIsAnotherMachineInTheSameNetwork) {
    CHECK_EQUAL("s:9: [Node n1] Gateway: expected an address in the network of Address, found 10.0.1.254 for "
                "10.0.0.1/24",
                errorsOf(replaced(kGood, "Gateway=10.0.0.254", "Gateway=10.0.1.254")));
    CHECK_EQUAL("s:9: [Node n1] Gateway: expected the router's address, found the node's own",
                errorsOf(replaced(kGood, "Gateway=10.0.0.254", "Gateway=10.0.0.1")));
    STRCMP_CONTAINS("s:13: [Node n2] Address: 10.0.0.254 is the gateway of n1 (line 9)",
                    errorsOf(kGood + "Address=10.0.0.254/24\nGateway=10.0.0.253\n").c_str());
    STRCMP_CONTAINS("s:14: [Node n2] Gateway: expected the router's address, found that of n1 (line 8)",
                    errorsOf(kGood + "Address=10.0.0.2/24\nGateway=10.0.0.1\n").c_str());
    STRCMP_CONTAINS("s:13: [Node n2] Address: expected the same prefix length as n1 (line 8)",
                    errorsOf(kGood + "Address=10.0.0.2/16\nGateway=10.0.0.254\n").c_str());
}

TEST(Site, EtcdRunsOnOneThreeOrFiveNodesWithFixedAddresses) {
    STRCMP_CONTAINS("s: [Node NAME] Etcd: expected Etcd=yes on one, three or five nodes, found 0",
                    errorsOf(replaced(kGood, "Etcd=yes", "Etcd=no")).c_str());
    STRCMP_CONTAINS("found 2; an even number tolerates no more", errorsOf(kGood + "Etcd=yes\n").c_str());
    STRCMP_CONTAINS("s:13: [Node n2] Etcd: expected Address= too", errorsOf(kGood + "Etcd=yes\n").c_str());
    STRCMP_CONTAINS("s:7: [Node n1] Address: expected MAC= too",
                    errorsOf(replaced(kGood, "MAC=1c:69:7a:00:00:01\nEtcd=yes", "Etcd=yes")).c_str());
}

TEST(Site, TheClusterDoesNotWaitForMoreNodesThanThereAre) {
    CHECK_EQUAL(
        "s:3: [Cluster] InitialNodes: expected at most 2, the number of nodes here: the cluster waits for "
        "all of them",
        errorsOf(replaced(kGood, "Name=shelf\n", "Name=shelf\nInitialNodes=3\n")));
    STRCMP_CONTAINS("expected the initial number of nodes, from 1 to 30",
                    errorsOf(replaced(kGood, "Name=shelf\n", "InitialNodes=0\n")).c_str());
}

TEST(Site, AThirtyFirstNodeIsRefused) {
    std::string text = kGood;
    for (int number = 3; number <= 31; ++number) {
        text += "[Node n" + std::to_string(number) + "]\nSerial=S" + std::to_string(number) + "\n";
    }
    STRCMP_CONTAINS("[Node n31]: expected at most 30 nodes", errorsOf(text).c_str());
}

TEST(Site, OnlyAHostNameNamesANode) {
    for (const std::string& name :
         std::vector<std::string>{"N2", "n_2", "-n2", "n2-", " n2", "n2.example", std::string(64, 'n')}) {
        STRCMP_CONTAINS("expected a host name of up to 63 lower-case letters, digits and '-'",
                        errorsOf(replaced(kGood, "[Node n2]", "[Node " + name + "]")).c_str());
    }
}

TEST(Site, UnknownSectionsAreNamedOnceAndTheirKeysNotAtAll) {
    CHECK_EQUAL("s:13: [Etcd]: unknown section, expected one of [Cluster], [Image], [Access], [Node NAME]",
                errorsOf(kGood + "[Etcd]\nEndpoints=x\n"));
    CHECK_EQUAL("s:1: Name: expected a section like [Cluster] before the first key",
                errorsOf("Name=x\n" + kGood));
    STRCMP_CONTAINS("s:3: [Cluster] Size: unknown key, expected one of Name, InitialNodes",
                    errorsOf(replaced(kGood, "Name=shelf\n", "Name=shelf\nSize=3\n")).c_str());
}

TEST(Site, AKeyThatSshdWouldSkipIsRefused) {
    const std::string place = "s:4: [Access] SSHKey: ";
    STRCMP_CONTAINS((place + "expected a public key that begins with one of ssh-ed25519").c_str(),
                    errorsOf(replaced(kGood, kKey, "ssh-dss AAAA")).c_str());
    STRCMP_CONTAINS((place + "expected a public key; this looks like a private one").c_str(),
                    errorsOf(replaced(kGood, kKey, "-----BEGIN OPENSSH PRIVATE KEY-----")).c_str());
    for (const std::string& wrong : std::vector<std::string>{
             "ssh-ed25519", "ssh-ed25519 AAAA", "ssh-ed25519 not/base64!", "ssh-rsa " + kKey.substr(12)}) {
        STRCMP_CONTAINS((place + "expected the whole line of a file like id_ed25519.pub").c_str(),
                        errorsOf(replaced(kGood, kKey, wrong)).c_str());
    }
    STRCMP_CONTAINS((place + "expected plain ASCII characters").c_str(),
                    errorsOf(replaced(kGood, kKey, kKey + "\xe9")).c_str());
    STRCMP_CONTAINS("s:5: [Access] SSHKey: expected each key once",
                    errorsOf(replaced(kGood, kKey, kKey + "\nSSHKey=" + kKey)).c_str());
}

TEST(Site, ImagesAndTheExtensionAreChecked) {
    const auto image = [](const std::string& lines) { return errorsOf("[Image]\n" + lines + kGood); };
    STRCMP_CONTAINS("s:2: [Image] Crate: expected a container image", image("Crate=crate 6\n").c_str());
    STRCMP_CONTAINS("s:2: [Image] Crate: expected a container image", image("Crate=--privileged\n").c_str());
    STRCMP_CONTAINS("s:2: [Image] Sysext: expected the address", image("Sysext=/srv/x.raw\n").c_str());
    STRCMP_CONTAINS("s:2: [Image] SHA512: expected the output of `sha512sum", image("SHA512=abc\n").c_str());
    STRCMP_CONTAINS("s:2: [Image] Sysext: expected Sysext= and SHA512= together",
                    image("Sysext=https://e.org/c.raw\n").c_str());
}

TEST(Site, WhatWorksAndMaySurpriseIsAWarning) {
    const auto warnings = [](const std::string& text) { return joined(parseSite("s", text).warnings); };
    for (const std::string name : {"crate", "crate:latest", "registry:5000/crate"}) {
        CHECK_EQUAL("s:2: [Image] Crate: no version is given, so nodes that pull on different days "
                    "may differ; add one "
                    "like :6.4.5",
                    warnings("[Image]\nCrate=" + name + "\n" + kGood));
    }
    CHECK_EQUAL("", warnings("[Image]\nCrate=registry:5000/crate@sha256:0123\n" + kGood));
    STRCMP_CONTAINS("these machines allow no login",
                    warnings(replaced(kGood, "SSHKey=" + kKey + "\n", "")).c_str());
    STRCMP_CONTAINS("no DNS= is given", warnings(replaced(kGood, "DNS=10.0.0.254\n", "")).c_str());
    STRCMP_CONTAINS("everything on this disk will be lost",
                    warnings(kGood + "DataDisk=nvme-A\nFormatDataDisk=yes-erase\n").c_str());
}

TEST(Site, AllErrorsComeAtOnceInTheOrderOfTheirLines) {
    const auto errors = parseSite("s", replaced(kGood, "Etcd=yes", "Etcd=x") + "Zone=\nAddress=1\n").errors;
    LONGS_EQUAL(4, errors.size());
    CHECK_TRUE(std::ranges::is_sorted(errors, {}, [](const auto& error) { return error.place.line; }));
}

TEST(Site, OtherSystemsNeedMoreThanOurImage) {
    const SiteResult result = parseSite("s", kGood);
    CHECK_TRUE(missingFor(cratectl::Target::cratekeeper, result).empty());
    CHECK_EQUAL(
        "s: [Image] Sysext: expected the address of the system extension, and its SHA512=, for "
        "flatcar\n"
        "s:5: [Node n1] DataDisk: expected the disk's name for flatcar: its first boot cannot search for an "
        "empty "
        "disk\n"
        "s:11: [Node n2] DataDisk: expected the disk's name for flatcar: its first boot cannot search for an "
        "empty disk",
        joined(missingFor(cratectl::Target::flatcar, result)));
    STRCMP_CONTAINS("[Image] Etcd: expected the container image of etcd for fcos",
                    joined(missingFor(cratectl::Target::fcos, result)).c_str());
}
