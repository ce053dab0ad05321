// The files the container mounts, to the letter.
#include "agent/render.hpp"

#include "tests/cpputest.hpp"
#include "tests/unit/values.hpp"

#include <algorithm>

namespace {

constexpr uint64_t kMebibyte = uint64_t{1} << 20U;
constexpr uint64_t kGibibyte = uint64_t{1} << 30U;

constexpr const char* kCrateYml =
    R"(# Written by cratekeeper; changes are lost. Add settings as [Crate] Setting= in agent.conf.
cluster.name: "crate"
node.name: "n1"
network.bind_host: "0.0.0.0"
network.publish_host: "10.0.0.1"
http.port: 4200
transport.tcp.port: 4300
psql.port: 5432
path.data: "/data/data"
discovery.seed_hosts: []
discovery.seed_providers: "file"
processors: 8
udc.enabled: false
)";

constexpr const char* kVotingCrateYml =
    R"(# Written by cratekeeper; changes are lost. Add settings as [Crate] Setting= in agent.conf.
cluster.name: "lab"
node.name: "n1"
network.bind_host: "::"
network.publish_host: "fd00::1"
http.port: 14200
transport.tcp.port: 14300
psql.port: 15432
path.data: "/data/data"
discovery.seed_hosts: []
discovery.seed_providers: "file"
cluster.initial_master_nodes: ["n1","n2"]
udc.enabled: "true"
processors: "2"
stats.jobs_log_filter: "ended - started > '5 minutes'::interval \"x\" \\"
)";

constexpr const char* kLog4j = R"(# Written by cratekeeper; changes are lost.
status = error
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%-25c{1.}] %marker%m%n
)";

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

    [[nodiscard]] std::string peers() const {
        return content(agent::render(observed, formed(), config), "config/unicast_hosts.txt");
    }
};

TEST(Render, ANodeGetsFourFiles) {
    std::string names;
    for (const auto& file : agent::render(observed, formed(), config)) {
        names += file.name + " ";
    }
    CHECK_EQUAL("config/crate.yml config/log4j2.properties environment config/unicast_hosts.txt ", names);
}

TEST(Render, TheSettingsAreTheGoldenOnes) {
    CHECK_EQUAL(kCrateYml, content(agent::render(observed, formed(), config), "config/crate.yml"));
}

TEST(Render, TheSettingsOfAVotingNodeWithSettingsOfItsOwnAreTheGoldenOnes) {
    auto formation = formed();
    formation.initialMasterNodes = {"n1", "n2"};
    observed.inventory->announcedAddress = "fd00::1";
    config.clusterName = "lab";
    config.crate.httpPort = 14200;
    config.crate.transportPort = 14300;
    config.crate.postgresPort = 15432;
    config.crate.settings = {{"udc.enabled", "true"},
                             {"processors", "2"},
                             {"stats.jobs_log_filter", "ended - started > '5 minutes'::interval \"x\" \\"}};
    CHECK_EQUAL(kVotingCrateYml, content(agent::render(observed, formation, config), "config/crate.yml"));
}

TEST(Render, EverySettingStandsOnce) {
    config.crate.settings = {{"udc.enabled", "true"}, {"processors", "2"}};
    const auto text = content(agent::render(observed, formed(), config), "config/crate.yml");
    for (const char* const name : {"udc.enabled: ", "processors: "}) {
        const auto first = text.find(name);
        CHECK_TRUE(first != std::string::npos && text.find(name, first + 1) == std::string::npos);
    }
}

TEST(Render, AnUnknownNumberOfThreadsLeavesTheSettingOut) {
    observed.inventory->host.threads.reset();
    CHECK_TRUE(content(agent::render(observed, formed(), config), "config/crate.yml").find("processors") ==
               std::string::npos);
}

TEST(Render, TheVoteIsRenderedOnlyOnWhoVotes) {
    CHECK_TRUE(
        content(agent::render(observed, formed(), config), "config/crate.yml").find("initial_master_nodes") ==
        std::string::npos);
}

TEST(Render, LogsGoToTheConsoleAlone) {
    CHECK_EQUAL(kLog4j, content(agent::render(observed, formed(), config), "config/log4j2.properties"));
}

TEST(Render, TheEnvironmentHoldsTheHeap) {
    CHECK_EQUAL("CRATE_HEAP_SIZE=4096m\nCRATE_DISABLE_GC_LOGGING=1\n",
                content(agent::render(observed, formed(), config), "environment"));
    config.crate.heapBytes = kGibibyte;
    CHECK_EQUAL("CRATE_HEAP_SIZE=1024m\nCRATE_DISABLE_GC_LOGGING=1\n",
                content(agent::render(observed, formed(), config), "environment"));
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
    observed.store.registry->nodes = {third, second, own};
    CHECK_EQUAL("10.0.0.1:4300\n10.0.0.2:4300\n10.0.0.3:4301\n", peers());
}

TEST(Render, ANodeWithoutAnAddressOrPortIsNoPeer) {
    auto second = values::otherNode("n2");
    second.address.reset();
    auto third = values::otherNode("n3", "3");
    third.transportPort.reset();
    observed.store.registry->nodes = {second, third};
    CHECK_EQUAL("10.0.0.1:4300\n", peers());
}

TEST(Render, AddressesOfIpv6StandInBracketsOursToo) {
    auto second = values::otherNode("n2");
    second.address = "fd00::2";
    observed.store.registry->nodes = {second};
    observed.inventory->announcedAddress = "fd00::1";
    CHECK_EQUAL("[fd00::1]:4300\n[fd00::2]:4300\n", peers());
}

TEST(Render, PeersThatWereEverSeenStayWhateverEtcdSays) {
    observed.saved.peers = {{values::kOtherMachineId, "10.0.0.2:4300"}};
    CHECK_EQUAL("10.0.0.1:4300\n10.0.0.2:4300\n", peers());
    observed.store.registry.reset();
    CHECK_EQUAL("10.0.0.1:4300\n10.0.0.2:4300\n", peers());
    observed.store.registry = values::blankObserved().store.registry;
    CHECK_EQUAL("10.0.0.1:4300\n10.0.0.2:4300\n", peers());
}

TEST(Render, APeerThatMovedIsFoundAtItsNewAddressOnly) {
    observed.saved.peers = {{values::kOtherMachineId, "10.0.0.9:4300"}};
    observed.store.registry->nodes = {values::otherNode("n2")};
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
