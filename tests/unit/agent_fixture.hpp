// One machine, one etcd, one agent, and the checks that hold after every test of them.
#pragma once

#include "tests/cpputest.hpp"
#include "tests/fakes/machine.hpp"

#include <nlohmann/json.hpp>

class AgentFixture : public Utest {
public:
    static constexpr const char* kUnit = "crate@1.service";
    const std::string nodeKey = "/cratekeeper/crate/nodes/11111111111111111111111111111111";
    const std::string serviceKey = "/services/crate/n1";
    const std::string crateYml = "/var/lib/cratekeeper/crate@1/config/crate.yml";

    fakes::Loop loop;
    fakes::EtcdStore etcd{loop};
    fakes::Machine machine{loop, etcd};

    void start() { CHECK_OK(machine.startAgent()); }

    /// A machine with an empty disk, until its database is ready.
    void bootToReady() {
        start();
        loop.advance(std::chrono::seconds(8));
        CHECK_EQUAL_TEXT(200, machine.server->status(), machine.notifier.statusText.c_str());
        CHECK_TRUE(announcesService());
    }

    [[nodiscard]] bool announcesService() { return etcd.value(serviceKey).has_value(); }
    [[nodiscard]] bool announcesNode() { return etcd.value(nodeKey).has_value(); }
    [[nodiscard]] std::string phase() {
        return nlohmann::json::parse(machine.server->body("/v1/node"))
            .at("unit")
            .at("phase")
            .get<std::string>();
    }

    void teardown() override { machine.killAgent(); }
};
