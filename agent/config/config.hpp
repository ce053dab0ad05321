// The operator's wishes for this node: the typed configuration, and every error a configuration text can have.
// It owns keys, defaults and their limits. It reads no file (agent/config/config_files does) and probes nothing.
#pragma once

#include "agent/config/crate_environment.hpp"
#include "agent/config/crate_version.hpp"
#include "agent/config/ini.hpp"

#include "hal/base/result.hpp"

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
    Place place{}; ///< where it was written, for messages
    bool operator==(const CrateSetting& other) const { return name == other.name && value == other.value; }
};

struct CrateConfig {
    uint16_t httpPort = 4200;
    uint16_t transportPort = 4300;
    uint16_t postgresPort = 5432;
    std::optional<uint64_t> heapBytes;   ///< empty: a quarter of the memory, see agent/database/render
    std::optional<CrateVersion> version; ///< empty: the one in the image's tag, see crateVersion()
    std::vector<CrateSetting> settings;
    CrateEnvironment environment{}; ///< root's part: image and limits
    bool operator==(const CrateConfig&) const = default;
};

struct Config {
    std::optional<std::string> nodeName;  ///< empty: the host name
    std::optional<std::string> interface; ///< empty: the one that carries the default route
    std::optional<std::string> zone;      ///< the rack or room, as CrateDB's attribute "zone"
    std::string dataDirectory = "/data/crate";
    std::string clusterName = "crate";
    uint16_t initialNodes = 1; ///< how many nodes must be announced before the first voters are decided
    EtcdConfig etcd;
    CrateConfig crate;
    uint16_t healthPort = 4480;
    std::string healthSocket = "/run/cratekeeper/health.sock";
    std::string logLevel = "info";
    bool operator==(const Config&) const = default;
};

/// A config and the errors in its sources; it may be used only if there are no errors.
struct ConfigResult {
    Config config;
    std::vector<ConfigError> errors;
};

/// Later entries win over earlier ones; an empty assignment sets a key back to its default and empties a list.
/// Unknown sections and keys are errors that name the known ones, and so are settings that the line of CrateDB in
/// `environment` does not know.
[[nodiscard]] ConfigResult parseConfig(const std::vector<IniText>& texts,
                                       const CrateEnvironment& environment = {});

/// The line of CrateDB that runs here: the operator's choice, or else that of the image's tag.
[[nodiscard]] std::optional<CrateVersion> crateVersion(const CrateConfig& crate);

/// Fails while the line is unknown; the error says why, which settings are omitted because of it, and what to do.
[[nodiscard]] hal::Status crateVersionKnown(const CrateConfig& crate);

} // namespace agent
