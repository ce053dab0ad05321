// Which settings a line knows, and which ones an operator must not touch.
#include "agent/config/crate_settings.hpp"

#include "tests/cpputest.hpp"

namespace {

constexpr agent::CrateVersion k46{4, 6};
constexpr agent::CrateVersion k47{4, 7};
constexpr agent::CrateVersion k64{6, 4};

std::string unknown(const agent::CrateVersion& line, const std::string& setting) {
    return agent::unknownToLine(line, setting).value_or("known");
}

} // namespace

TEST_GROUP(CrateSettings){};

TEST(CrateSettings, ALineKnowsASettingFromItsFirstLineToItsLast) {
    CHECK_FALSE(agent::lineKnows(k46, "gateway.expected_data_nodes"));
    CHECK_TRUE(agent::lineKnows(k47, "gateway.expected_data_nodes"));
    CHECK_TRUE(agent::lineKnows(agent::CrateVersion{6, 3}, "gateway.auto_import_dangling_indices"));
    CHECK_FALSE(agent::lineKnows(k64, "gateway.auto_import_dangling_indices"));
    CHECK_TRUE(agent::lineKnows(k46, "gateway.expected_nodes") &&
               agent::lineKnows(k64, "gateway.expected_nodes"));
}

TEST(CrateSettings, AnUnknownLineKnowsWhatEveryLineKnows) {
    CHECK_TRUE(agent::lineKnows({}, "stats.enabled"));
    CHECK_TRUE(agent::lineKnows({}, "gateway.expected_nodes"));
    CHECK_FALSE(agent::lineKnows({}, "gateway.expected_data_nodes"));
    CHECK_FALSE(agent::lineKnows({}, "gateway.auto_import_dangling_indices"));
}

TEST(CrateSettings, WhatALineDoesNotKnowIsExplainedWithTheWayOut) {
    CHECK_EQUAL(
        "CrateDB 4.6 would refuse to start: it does not know gateway.expected_data_nodes (added in 4.7); "
        "remove the line or use gateway.expected_nodes",
        unknown(k46, "gateway.expected_data_nodes"));
    CHECK_EQUAL("CrateDB 6.4 would refuse to start: it does not know gateway.auto_import_dangling_indices "
                "(removed in 6.4); remove the line",
                unknown(k64, "gateway.auto_import_dangling_indices"));
    CHECK_EQUAL("known", unknown(k47, "gateway.expected_data_nodes"));
}

TEST(CrateSettings, EachRemovedSettingIsKnownBeforeAndUnknownAfter) {
    struct Row {
        const char* setting;
        agent::CrateVersion last;
        agent::CrateVersion gone;
    };
    for (const auto& row :
         {Row{"bootstrap.mlockall", {1, 1}, {2, 0}}, Row{"node.client", {1, 1}, {2, 0}},
          Row{"cluster.graceful_stop.reallocate", {3, 3}, {4, 0}}, Row{"http.enabled", {3, 3}, {4, 0}},
          Row{"license.enterprise", {3, 3}, {4, 0}}, Row{"license.ident", {3, 3}, {4, 0}},
          Row{"s3.client.default.access_key", {3, 3}, {4, 0}},
          Row{"node.max_local_storage_nodes", {4, 8}, {5, 0}},
          Row{"cloud.azure.management.tenant.id", {5, 0}, {5, 1}},
          Row{"gateway.auto_import_dangling_indices", {6, 3}, {6, 4}}}) {
        CHECK_EQUAL_TEXT("known", unknown(row.last, row.setting), row.setting);
        STRCMP_CONTAINS(("removed in " + row.gone.text()).c_str(), unknown(row.gone, row.setting).c_str());
    }
    STRCMP_CONTAINS("added in 5.0", unknown({4, 8}, "legacy.table_function_column_naming").c_str());
}

TEST(CrateSettings, WhatFormsTheClusterIsOwnedByEveryNameItHas) {
    for (const char* const setting : {"cluster.initial_master_nodes",
                                      "cluster.initial_master_nodes.0",
                                      "cluster.name",
                                      "node.name",
                                      "discovery.seed_hosts",
                                      "discovery.seed_hosts.1",
                                      "discovery.seed_providers",
                                      "discovery.type",
                                      "discovery.srv.query",
                                      "discovery.ec2.tag.name",
                                      "discovery.unconfigured_bootstrap_timeout",
                                      "discovery.zen.minimum_master_nodes",
                                      "discovery.zen.ping.unicast.hosts",
                                      "discovery.zen.hosts_provider",
                                      "discovery",
                                      "network.host",
                                      "network.bind_host",
                                      "network.publish_host",
                                      "network.publish_host.0",
                                      "network.server",
                                      "http.host",
                                      "http.bind_host",
                                      "http.publish_host",
                                      "http.port",
                                      "http.publish_port",
                                      "http.type",
                                      "ssl.http.enabled",
                                      "transport.host",
                                      "transport.bind_host",
                                      "transport.publish_host",
                                      "transport.port",
                                      "transport.tcp.port",
                                      "transport.publish_port",
                                      "transport.type",
                                      "transport.profiles.default.port",
                                      "psql.port",
                                      "path.data",
                                      "path.data.0",
                                      "path.conf",
                                      "path.home",
                                      "node.master",
                                      "node.data",
                                      "node.local_storage",
                                      "node.max_local_storage_nodes",
                                      "node.id.seed"}) {
        CHECK_TRUE_TEXT(agent::whyOwned(setting).has_value(), setting);
    }
}

TEST(CrateSettings, WhatHarmsNoClusterIsTheOperators) {
    for (const char* const setting : {"stats.enabled",
                                      "node.attr.zone",
                                      "network.tcp.keep_alive",
                                      "transport.compress",
                                      "http.cors.enabled",
                                      "http.cors.allow-origin",
                                      "http.max_content_length",
                                      "psql.enabled",
                                      "path.repo",
                                      "path.logs",
                                      "gateway.expected_data_nodes",
                                      "gateway.recover_after_time",
                                      "auth.host_based.enabled",
                                      "auth.host_based.config.5.method",
                                      "ssl.psql.enabled",
                                      "ssl.transport.mode",
                                      "bootstrap.memory_lock",
                                      "processors",
                                      "cluster.routing.allocation.enable",
                                      "cluster.names",
                                      "node.namesake",
                                      "discover",
                                      "node.store.allow_mmap",
                                      "udc.enabled",
                                      ""}) {
        CHECK_FALSE_TEXT(agent::whyOwned(setting).has_value(), setting);
    }
}
