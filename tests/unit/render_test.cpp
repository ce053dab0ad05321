// Which settings are rendered, and why; the files to the letter are in render_golden_test.cpp.
#include "agent/database/render.hpp"

#include "agent/config/crate_settings.hpp"
#include "tests/cpputest.hpp"
#include "tests/unit/values.hpp"

#include <algorithm>
#include <sstream>

namespace {

constexpr uint64_t kMebibyte = uint64_t{1} << 20U;
constexpr uint64_t kGibibyte = uint64_t{1} << 30U;

std::string content(const std::vector<agent::RenderedFile>& files, const std::string& name) {
    const auto file = std::ranges::find(files, name, &agent::RenderedFile::name);
    CHECK_TRUE_TEXT(file != files.end(), ("there is no file " + name).c_str());
    return file->content;
}

agent::Formation formed() {
    agent::Formation formation;
    formation.slot = 1;
    return formation;
}

} // namespace

TEST_GROUP(Render) {
    agent::Observed observed = values::observed();
    agent::Config config;

    [[nodiscard]] std::string settings() const {
        return content(agent::render(observed, formed(), config), "config/crate.yml");
    }

    [[nodiscard]] std::string peers() const {
        return content(agent::render(observed, formed(), config), "config/unicast_hosts.txt");
    }
};

// crate.yml with a key twice is no YAML, and CrateDB refuses to start with it.
TEST(Render, EverySettingAppearsOnceWhateverTheOperatorSets) {
    config.zone = "rack-2";
    std::istringstream ours(settings());
    for (std::string line; std::getline(ours, line);) {
        const std::string name = line.substr(0, line.find(": "));
        if (line.starts_with('#') || agent::whyOwned(name)) {
            continue;
        }
        config.crate.settings = {{name, "theirs"}};
        const std::string text = "\n" + settings();
        const auto found = text.find("\n" + name + ": ");
        CHECK_EQUAL(name + ": \"theirs\"", text.substr(found + 1, text.find('\n', found + 1) - found - 1));
        CHECK_TRUE_TEXT(text.find("\n" + name + ": ", found + 1) == std::string::npos, name.c_str());
    }
}

TEST(Render, OneNumberOfTheOperatorTakesBothOfTheGateway) {
    for (const std::string name : {"gateway.expected_data_nodes", "gateway.recover_after_data_nodes",
                                   "gateway.expected_nodes", "gateway.recover_after_nodes"}) {
        config.crate.settings = {{name, "7"}};
        const auto first = settings().find("gateway.");
        CHECK_EQUAL(name + ": \"7\"\n", settings().substr(first));
    }
    config.crate.settings = {{"gateway.recover_after_time", "10m"}};
    STRCMP_CONTAINS("gateway.expected_data_nodes: 1\n", settings().c_str());
}

TEST(Render, ARuleOfTheOperatorReplacesOursOfThatNumberAlone) {
    config.crate.settings = {{"auth.host_based.config.99.method", "trust"}};
    STRCMP_CONTAINS("config.0.user: \"crate\"\n", settings().c_str());
    CHECK_TRUE(settings().find("password") == std::string::npos);
    config.crate.settings = {{"auth.host_based.config.5.method", "cert"}};
    STRCMP_CONTAINS("config.0.method: \"trust\"\n", settings().c_str());
    STRCMP_CONTAINS("config.99.method: \"password\"\n", settings().c_str());
}

TEST(Render, MoreThanHalfOfTheExpectedNodesHaveToBeThere) {
    struct Row {
        uint16_t expected;
        unsigned enough;
    };
    for (const auto& [expected, enough] :
         {Row{1, 1}, Row{2, 2}, Row{3, 2}, Row{4, 3}, Row{5, 3}, Row{6, 4}, Row{30, 16}}) {
        config.initialNodes = expected;
        STRCMP_CONTAINS(("gateway.expected_data_nodes: " + std::to_string(expected) +
                         "\ngateway.recover_after_data_nodes: " + std::to_string(enough) + "\n")
                            .c_str(),
                        settings().c_str());
    }
}

TEST(Render, ANodeInTwoListsIsOneNode) {
    observed.persistent.peers = {{values::kMachineId, "10.0.0.1:4300"},
                                 {values::kOtherMachineId, "10.0.0.2:4300"}};
    observed.etcd.registry.edit().nodes = {values::otherNode("n2")};
    observed.etcd.registry.edit().members.push_back(
        {.nodeId = values::kOtherMachineId, .name = "n2", .slot = 2});
    STRCMP_CONTAINS("gateway.expected_data_nodes: 2\n", settings().c_str());
}

TEST(Render, AnUnknownNumberOfThreadsLeavesTheSettingOut) {
    observed.inventory->host.threads.reset();
    CHECK_TRUE(settings().find("processors") == std::string::npos);
}

TEST(Render, TheVoteIsRenderedOnlyOnVoters) {
    CHECK_TRUE(settings().find("initial_master_nodes") == std::string::npos);
}

TEST(Render, HalfAConfigurationIsNone) {
    auto without = observed;
    without.inventory.reset();
    CHECK_TRUE(agent::render(without, formed(), config).empty());
    without = observed;
    without.inventory->announcedAddress.reset();
    CHECK_TRUE(agent::render(without, formed(), config).empty());
    without = observed;
    without.inventory->host.memoryBytes.reset();
    CHECK_TRUE(agent::render(without, formed(), config).empty());
}

TEST(Render, BytesThatAreNoUtf8DoNotStopIt) {
    observed.identity.nodeName = "n\xff";
    CHECK_TRUE(!agent::render(observed, formed(), config).empty());
}

// ---- peers ----

TEST(Render, ALonelyNodeIsItsOwnPeer) { CHECK_EQUAL("10.0.0.1:4300\n", peers()); }

TEST(Render, PeersAreAllAnnouncedNodesSortedAndOnce) {
    auto second = values::otherNode("n2");
    auto third = values::otherNode("n3", "3");
    third.address = "10.0.0.3";
    third.transportPort = 4301;
    auto own = values::otherNode("n1", values::kMachineId);
    own.address = "10.0.0.1";
    observed.etcd.registry.edit().nodes = {third, second, own};
    CHECK_EQUAL("10.0.0.1:4300\n10.0.0.2:4300\n10.0.0.3:4301\n", peers());
}

TEST(Render, ANodeWithoutAnAddressOrPortIsNotAPeer) {
    auto second = values::otherNode("n2");
    second.address.reset();
    auto third = values::otherNode("n3", "3");
    third.transportPort.reset();
    observed.etcd.registry.edit().nodes = {second, third};
    CHECK_EQUAL("10.0.0.1:4300\n", peers());
}

TEST(Render, AddressesOfIpv6StandInBracketsOursToo) {
    auto second = values::otherNode("n2");
    second.address = "fd00::2";
    observed.etcd.registry.edit().nodes = {second};
    observed.inventory->announcedAddress = "fd00::1";
    CHECK_EQUAL("[fd00::1]:4300\n[fd00::2]:4300\n", peers());
}

TEST(Render, PeersThatWereEverSeenStayWhateverEtcdSays) {
    observed.persistent.peers = {{values::kOtherMachineId, "10.0.0.2:4300"}};
    CHECK_EQUAL("10.0.0.1:4300\n10.0.0.2:4300\n", peers());
    observed.etcd.registry.reset();
    CHECK_EQUAL("10.0.0.1:4300\n10.0.0.2:4300\n", peers());
    observed.etcd.registry = values::blankObserved().etcd.registry;
    CHECK_EQUAL("10.0.0.1:4300\n10.0.0.2:4300\n", peers());
}

TEST(Render, APeerThatMovedIsFoundAtItsNewAddressOnly) {
    observed.persistent.peers = {{values::kOtherMachineId, "10.0.0.9:4300"}};
    observed.etcd.registry.edit().nodes = {values::otherNode("n2")};
    CHECK_EQUAL("10.0.0.1:4300\n10.0.0.2:4300\n", peers());
}

// ---- heap ----

TEST(Render, TheHeapIsAQuarterOfTheMemoryWithinItsLimits) {
    struct Row {
        uint64_t memoryMebibytes;
        uint64_t heapMebibytes;
    };
    for (const Row row :
         {Row{512, 512}, Row{1024, 512}, Row{2047, 512}, Row{2048, 1024}, Row{3900, 1024}, Row{4096, 1024},
          Row{7900, 1975}, Row{8192, 2048}, Row{16384, 4096}, Row{65536, 16384}, Row{121999, 30499},
          Row{122000, 30500}, Row{131072, 30500}, Row{1048576, 30500}}) {
        LONGS_EQUAL_TEXT(row.heapMebibytes, agent::heapBytes(row.memoryMebibytes * kMebibyte, {}) / kMebibyte,
                         std::to_string(row.memoryMebibytes).c_str());
    }
}

TEST(Render, TheHeapIsAWholeNumberOfMebibytes) {
    LONGS_EQUAL(0, agent::heapBytes(16 * kGibibyte - 12345, {}) % kMebibyte);
}

TEST(Render, AConfiguredHeapIsTakenAsItIs) {
    CHECK_TRUE(7 * kGibibyte == agent::heapBytes(kGibibyte, 7 * kGibibyte));
}
