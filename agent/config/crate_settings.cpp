// Names and lines are those of CrateDB's release notes and of its registry of settings (ClusterSettings). A name that
// ends in a dot covers everything below it.
#include "agent/config/crate_settings.hpp"

#include <algorithm>
#include <array>

namespace agent {
namespace {

struct SettingLines {
    const char* name;
    CrateVersion since;                ///< the first line that knows it
    std::optional<CrateVersion> until; ///< the first line that no longer knows it
    const char* instead;               ///< what to write where it is unknown; empty: nothing
};

constexpr CrateVersion kEver{};

constexpr std::array kLines{
    SettingLines{"bootstrap.mlockall", kEver, CrateVersion{2, 0}, "bootstrap.memory_lock"},
    SettingLines{"node.client", kEver, CrateVersion{2, 0}, ""},
    SettingLines{"cluster.graceful_stop.reallocate", kEver, CrateVersion{4, 0}, ""},
    SettingLines{"http.enabled", kEver, CrateVersion{4, 0}, ""},
    SettingLines{"license.enterprise", kEver, CrateVersion{4, 0}, ""},
    SettingLines{"license.ident", kEver, CrateVersion{4, 0}, ""},
    SettingLines{"s3.client.", kEver, CrateVersion{4, 0}, "the parameters of CREATE REPOSITORY"},
    SettingLines{"gateway.expected_data_nodes", {4, 7}, {}, "gateway.expected_nodes"},
    SettingLines{"gateway.recover_after_data_nodes", {4, 7}, {}, "gateway.recover_after_nodes"},
    SettingLines{"legacy.table_function_column_naming", {5, 0}, {}, ""},
    SettingLines{"node.max_local_storage_nodes", kEver, CrateVersion{5, 0}, ""},
    SettingLines{"cloud.azure.", kEver, CrateVersion{5, 1}, ""},
    SettingLines{"gateway.auto_import_dangling_indices", kEver, CrateVersion{6, 4}, ""},
};

struct OwnedSetting {
    const char* name;
    const char* reason;
};

constexpr const char* kPeers = "peers come from etcd; finding them in another way would form another cluster";
constexpr const char* kAddress =
    "other nodes and the agent know one address of this node; choose it with [Node] Interface=";
constexpr const char* kHttpPort = "set [Crate] HttpPort=, which the agent and other nodes also use";
constexpr const char* kTransportPort = "set [Crate] TransportPort=, which other nodes also use";
constexpr const char* kPaths =
    "paths inside the container are fixed; on the machine, set [Node] DataDirectory=";
constexpr const char* kRoles =
    "every node votes and holds data: the first election and the wait for enough nodes "
    "after a power cut rely on it";

constexpr std::array kOwned{
    OwnedSetting{"cluster.initial_master_nodes",
                 "the first voters are agreed on once, in etcd; a second list would form a second cluster"},
    OwnedSetting{"cluster.name", "set [Cluster] Name="},
    OwnedSetting{"node.name", "set [Node] Name="},
    OwnedSetting{"discovery.", kPeers},
    OwnedSetting{"network.host", kAddress},
    OwnedSetting{"network.bind_host", kAddress},
    OwnedSetting{"network.publish_host", kAddress},
    OwnedSetting{"network.server", "a node without a network is in no cluster"},
    OwnedSetting{"http.host", kAddress},
    OwnedSetting{"http.bind_host", kAddress},
    OwnedSetting{"http.publish_host", kAddress},
    OwnedSetting{"http.port", kHttpPort},
    OwnedSetting{"http.publish_port", kHttpPort},
    OwnedSetting{"http.type", "the agent speaks CrateDB's own HTTP"},
    OwnedSetting{"ssl.http.enabled", "the agent queries the database over plain HTTP on 127.0.0.1"},
    OwnedSetting{"transport.host", kAddress},
    OwnedSetting{"transport.bind_host", kAddress},
    OwnedSetting{"transport.publish_host", kAddress},
    OwnedSetting{"transport.port", kTransportPort}, // wins over transport.tcp.port
    OwnedSetting{"transport.tcp.port", kTransportPort},
    OwnedSetting{"transport.publish_port", kTransportPort},
    OwnedSetting{"transport.type", "all nodes speak CrateDB's own transport"},
    OwnedSetting{"transport.profiles.", kTransportPort},
    OwnedSetting{"psql.port", "set [Crate] PostgresPort=, which clients learn from etcd"},
    OwnedSetting{"path.data", kPaths},
    OwnedSetting{"path.conf", kPaths},
    OwnedSetting{"path.home", kPaths},
    OwnedSetting{"node.master", kRoles},
    OwnedSetting{"node.data", kRoles},
    OwnedSetting{"node.local_storage",
                 "a node that keeps nothing on disk forgets its cluster at every start"},
    OwnedSetting{"node.max_local_storage_nodes", "a second database on one directory would be another node"},
    OwnedSetting{"node.id.seed", "two nodes with the same id keep each other out of the cluster"},
};

/// A list may be given entry by entry: "path.data.0" is path.data.
bool covers(std::string_view name, std::string_view setting) {
    if (name.ends_with('.')) {
        return setting.starts_with(name) || setting == name.substr(0, name.size() - 1);
    }
    return setting.starts_with(name) && (setting.size() == name.size() || setting[name.size()] == '.');
}

const SettingLines* findLines(std::string_view setting) {
    const auto* const found =
        std::ranges::find_if(kLines, [&](const SettingLines& row) { return covers(row.name, setting); });
    return found == kLines.end() ? nullptr : found;
}

bool holds(const SettingLines& row, const CrateVersion& line) {
    return line >= row.since && (!row.until || line < *row.until);
}

} // namespace

bool lineKnows(const std::optional<CrateVersion>& line, std::string_view setting) {
    const auto* const row = findLines(setting);
    if (row == nullptr) {
        return true;
    }
    return line ? holds(*row, *line) : row->since <= kOldestCrate && !row->until;
}

std::optional<std::string> unknownToLine(const CrateVersion& line, const std::string& setting) {
    const auto* const row = findLines(setting);
    if (row == nullptr || holds(*row, line)) {
        return std::nullopt;
    }
    const std::string change =
        line < row->since ? "added in " + row->since.text() : "removed in " + row->until->text();
    const std::string instead = row->instead;
    return "CrateDB " + line.text() + " would refuse to start: it does not know " + setting + " (" + change +
           "); " + (instead.empty() ? "remove the line" : "remove the line or use " + instead);
}

std::optional<std::string> whyOwned(const std::string& setting) {
    const auto* const owned =
        std::ranges::find_if(kOwned, [&](const OwnedSetting& row) { return covers(row.name, setting); });
    return owned == kOwned.end() ? std::nullopt : std::optional<std::string>(owned->reason);
}

} // namespace agent
