// Everything the container gets, to the letter: tests/unit/fixtures/render has a directory for each situation.
#include "agent/database/render.hpp"

#include "tests/cpputest.hpp"
#include "tests/unit/fixtures.hpp"
#include "tests/unit/values.hpp"

TEST_GROUP(RenderGolden) {
    agent::Observed observed = values::observed();
    agent::Config config;
    agent::Formation formation;

    void setup() override { formation.slot = 1; }

    /// The data volume on the one disk of the machine.
    void putDataOn(const std::string& transport, bool rotational) {
        auto& disk = observed.inventory->disks.at(0);
        disk.transport = transport;
        disk.rotational = rotational;
        disk.contents.emplace_back().mountPoints = {"/data/crate"};
    }

    void checkIs(const std::string& situation) const {
        std::string names;
        for (const auto& file : agent::render(observed, formation, config)) {
            const std::string name = file.name.substr(file.name.rfind('/') + 1);
            CHECK_EQUAL_TEXT(fixtures::text("render/" + situation + "/" + name) + "\n", file.content,
                             (situation + "/" + name).c_str());
            names += file.name + " ";
        }
        CHECK_EQUAL("config/crate.yml config/log4j2.properties environment config/unicast_hosts.txt ", names);
    }
};

TEST(RenderGolden, TheFirstVoteOfThreeNodes) {
    config.clusterName = "lab";
    config.initialNodes = 3;
    config.zone = "rack-2";
    formation.initialMasterNodes = {"n1", "n2"};
    observed.etcd.registry.edit().nodes = {values::otherNode("n2")};
    putDataOn("nvme", false);
    checkIs("first-vote");
}

TEST(RenderGolden, ALaterStartCountsEveryNodeEverSeen) {
    auto third = values::otherNode("n3", "3");
    third.address = "10.0.0.3";
    observed.persistent.peers = {{values::kOtherMachineId, "10.0.0.2:4300"}, {"4", "10.0.0.4:4300"}};
    observed.etcd.registry.edit().nodes = {third};
    observed.etcd.registry.edit().members.push_back({.nodeId = "4", .name = "n4", .slot = 4});
    checkIs("later");
    // Without etcd the state on disk still counts: no node starts with a smaller cluster than it was.
    observed.persistent.peers.emplace("3", "10.0.0.3:4300");
    observed.etcd.registry.reset();
    checkIs("later");
}

TEST(RenderGolden, AnUnknownVersion) {
    config.crate.environment.image = "docker.io/library/crate:latest";
    checkIs("unknown-version");
}

TEST(RenderGolden, ALineWithTheOldNames) {
    config.crate.version = agent::CrateVersion{4, 6};
    checkIs("4.6");
}

TEST(RenderGolden, SettingsOfTheOperatorStandInPlaceOfOurs) {
    config.zone = "rack-2";
    config.crate.heapBytes = uint64_t{1} << 30U;
    config.crate.settings = {{"gateway.expected_data_nodes", "5"},
                             {"processors", "2"},
                             {"bootstrap.memory_lock", "false"},
                             {"node.attr.zone", "cellar"},
                             {"auth.host_based.config.0.method", "trust"},
                             {"udc.enabled", "true"},
                             {"stats.jobs_log_filter", "ended - started > '5 minutes'::interval \"x\" \\"}};
    checkIs("overrides");
}

TEST(RenderGolden, AMachineWithIpv6OtherPortsAndALimitOnLockedMemory) {
    config.crate.httpPort = 14200;
    config.crate.transportPort = 14300;
    config.crate.postgresPort = 15432;
    config.crate.environment.limits = "--ulimit=nofile=65536:65536";
    observed.inventory->announcedAddress = "fd00::1";
    auto second = values::otherNode("n2");
    second.address = "fd00::2";
    observed.etcd.registry.edit().nodes = {second};
    checkIs("ipv6");
}

TEST(RenderGolden, AnEnvironmentThatCannotBeRead) {
    config.crate.environment = agent::unreadableCrateEnvironment();
    checkIs("unreadable-environment");
}
