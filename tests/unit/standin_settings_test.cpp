// The stand-in's reading of crate.yml, the names that its version line knows, and when the gateway recovers tables.
#include "tests/cpputest.hpp"
#include "tests/standin/crate_yaml.hpp"
#include "tests/standin/gateway.hpp"
#include "tests/standin/shared_settings.hpp"

using namespace std::chrono_literals;

namespace {

std::optional<std::string> environment(std::string_view name) {
    return name == "ZONE" ? std::optional<std::string>("attic") : std::nullopt;
}

standin::Result<standin::Settings> read(std::string_view yaml) {
    standin::Settings settings;
    auto done = standin::readCrateYaml(yaml, environment, settings);
    return done ? standin::Result<standin::Settings>(settings) : std::unexpected(done.error());
}

bool accepts(std::string_view yaml, const standin::Version& version = {6, 4, 5}) {
    const auto settings = read(yaml);
    return settings && standin::validate(*settings, version);
}

} // namespace

TEST_GROUP(StandinSettings){};

TEST(StandinSettings, NestedAndFlatKeysAreTheSame) {
    const auto settings =
        read("a.b: 1\nc:\n  d: two # words\n  e:\n    - x\n    - 'y, z'\nf: [1, \"2\"]\ng: ${ZONE}\n");
    CHECK_TRUE(settings.has_value());
    CHECK_EQUAL(std::string("1"), settings->text("a.b", ""));
    CHECK_EQUAL(std::string("two"), settings->text("c.d", ""));
    CHECK_TRUE((settings->list("c.e") == std::vector<std::string>{"x", "y, z"}));
    CHECK_TRUE((settings->list("f") == std::vector<std::string>{"1", "2"}));
    CHECK_EQUAL(std::string("attic"), settings->text("g", ""));
}

TEST(StandinSettings, BrokenFilesAreRefusedWithTheirLine) {
    for (const char* yaml :
         {"a: 1\na: 2\n", "a:\n", "\ta: 1\n", "a: [1\n", "a: ${NOWHERE}\n", "a:1\n", "a: {b: 1}\n"}) {
        const auto settings = read(yaml);
        CHECK_TRUE(!settings && settings.error().message.contains("line"));
    }
}

TEST(StandinSettings, ANameBelongsToItsLines) {
    CHECK_TRUE(!accepts("gateway.expected_data_nodes: 3\n", {4, 6, 8}));
    CHECK_TRUE(accepts("gateway.expected_data_nodes: 3\n", {4, 7, 0}));
    CHECK_TRUE(accepts("gateway.auto_import_dangling_indices: true\n", {6, 3, 9}));
    CHECK_TRUE(!accepts("gateway.auto_import_dangling_indices: true\n", {6, 4, 0}));
    CHECK_TRUE(!accepts("discovery.zen.minimum_master_nodes: 2\n"));
}

TEST(StandinSettings, AValueIsOfItsKind) {
    CHECK_TRUE(accepts("node.data: false\nhttp.port: 4200-4300\ngateway.recover_after_time: 5m\n"));
    for (const char* yaml : {"node.data: no\n", "http.port: 0\n", "gateway.recover_after_time: 5\n",
                             "cluster.routing.allocation.enable: some\n", "cluster.name: [a, b]\n"}) {
        CHECK_TRUE(!accepts(yaml));
    }
}

TEST(StandinSettings, AVersionHasThreeNumbers) {
    CHECK_TRUE((standin::parseVersion("6.4.5") == standin::Version{6, 4, 5}));
    for (const char* text : {"", "6", "6.4", "6.4.5.1", "6.4.x", "6.-4.5", "latest"}) {
        CHECK_TRUE(!standin::parseVersion(text));
    }
    CHECK_TRUE((standin::Version{6, 10, 0} > standin::Version{6, 9, 9}));
}

TEST(StandinSettings, TheGatewayWaitsForNodesAndThenForTheTime) {
    const standin::Gateway gateway{4, 3, -1, -1, 5min};
    CHECK_TRUE(!gateway.mayRecover(2, 2));
    CHECK_TRUE(gateway.mayRecover(3, 3) && gateway.mustWait(3, 3));
    CHECK_TRUE(gateway.mayRecover(4, 4) && !gateway.mustWait(4, 4));
    CHECK_TRUE(standin::Gateway{}.mayRecover(1, 1) && !standin::Gateway{}.mustWait(1, 1));
    CHECK_TRUE(standin::gatewayFrom(*read("gateway.expected_data_nodes: 3\n")).recoverAfterTime == 5min);
    CHECK_TRUE(!standin::gatewayFrom(*read("gateway.recover_after_data_nodes: 2\n")).recoverAfterTime);
}

TEST(StandinSettings, TheNodeChecksJudgeTheGateway) {
    const auto passed = [](const standin::Gateway& gateway, int nodes) {
        return std::vector<bool>{gateway.passesCheck(1, nodes, nodes), gateway.passesCheck(2, nodes, nodes),
                                 gateway.passesCheck(3, nodes, nodes)};
    };
    CHECK_TRUE((passed({3, 2, -1, -1, 5min}, 3) == std::vector<bool>{true, true, true}));
    CHECK_TRUE((passed({3, 2, -1, -1, 5min}, 4) == std::vector<bool>{false, true, true}));
    CHECK_TRUE((passed({4, 2, -1, -1, 5min}, 4) == std::vector<bool>{true, false, true}));
    CHECK_TRUE((passed({3, 2, -1, -1, 0min}, 3) == std::vector<bool>{true, true, false}));
    CHECK_TRUE((passed({}, 1) == std::vector<bool>{true, true, true}));
    CHECK_TRUE((passed({}, 3) == std::vector<bool>{false, false, true}));
}

TEST(StandinSettings, TransientWinsOverPersistentAndBothOverTheFile) {
    standin::ClusterState state;
    const standin::Texts file{{"cluster.graceful_stop.timeout", "1h"}};
    const auto timeout = [&] { return standin::gracefulStopOf(state, file).timeout; };
    CHECK_TRUE(standin::gracefulStopOf(state, {}).timeout == 2h);
    CHECK_TRUE(timeout() == 1h);
    state.persistentSettings["cluster.graceful_stop.timeout"] = "10m";
    CHECK_TRUE(timeout() == 10min);
    state.transientSettings["cluster.graceful_stop.timeout"] = "30s";
    CHECK_TRUE(timeout() == 30s);
}
