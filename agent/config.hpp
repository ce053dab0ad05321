// What the operator wants of this node: the typed configuration and every way in which a text can miss it.
// It owns keys, defaults and their limits. It reads no file (agent/config_files does) and probes nothing.
#pragma once

#include "agent/ini.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace agent {

struct EtcdConfig {
    std::vector<std::string> endpoints{"http://127.0.0.1:2379"};
    std::optional<std::string> caFile;
    std::optional<std::string> certificateFile;
    std::optional<std::string> keyFile;
    std::optional<std::string> user;
    std::optional<std::string> passwordFile;
    /// 5 s: a dead node is gone from etcd after 5 to 5.5 s; below 3 s one election eats the whole lease.
    std::chrono::seconds lease{5};
    bool operator==(const EtcdConfig&) const = default;
};

/// A CrateDB setting the operator adds: "stats.enabled" = "false".
struct CrateSetting {
    std::string name;
    std::string value;
    bool operator==(const CrateSetting&) const = default;
};

struct CrateConfig {
    uint16_t httpPort = 4200;
    uint16_t transportPort = 4300;
    uint16_t postgresPort = 5432;
    std::optional<uint64_t> heapBytes; ///< empty: a quarter of the memory, see agent/render
    std::vector<CrateSetting> settings;
    bool operator==(const CrateConfig&) const = default;
};

struct Config {
    std::optional<std::string> nodeName;  ///< empty: the host name
    std::optional<std::string> interface; ///< empty: the one that carries the default route
    std::string dataDirectory = "/data/crate";
    std::string clusterName = "crate";
    uint16_t initialNodes = 1; ///< how many announced nodes it takes to decide the first election
    EtcdConfig etcd;
    CrateConfig crate;
    uint16_t healthPort = 4480;
    std::string healthSocket = "/run/cratekeeper/health.sock";
    std::string logLevel = "info";
    bool operator==(const Config&) const = default;
};

/// A config and what is wrong with the texts it came from; it may be used only when there are no errors.
struct ConfigResult {
    Config config;
    std::vector<ConfigError> errors;
};

/// Later entries win over earlier ones; an empty assignment sets a key back to its default and empties a list.
/// Unknown sections and keys are errors that name the known ones.
[[nodiscard]] ConfigResult parseConfig(const std::vector<IniText>& texts);

} // namespace agent
