// One table of keys: section, key, how to set a value, how to reset it. Everything else (errors, the list of known
// keys in messages) is derived from the table.
#include "agent/config/config.hpp"

#include "agent/config/crate_settings.hpp"
#include "hal/base/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace agent {
namespace {

using std::string;

/// Returns what was expected, or nothing if the value was accepted.
using Setter = std::optional<string> (*)(Config&, const string&);
using Resetter = void (*)(Config&);

struct Key {
    const char* section;
    const char* name;
    Setter set;
    Resetter reset;
};

template <class Number>
std::optional<Number> toNumber(const string& text, Number lowest, Number highest) {
    const auto number = hal::parseNumber<Number>(text);
    return number && *number >= lowest && *number <= highest ? number : std::nullopt;
}

/// Host names and cluster names end up in etcd keys, file names and CrateDB settings: only characters safe in all.
bool isName(const string& text) {
    return !text.empty() && text.size() <= 63 && text.front() != '-' && text.front() != '.' &&
           std::ranges::all_of(text, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '_' || c == '.';
           });
}

std::optional<string> setPort(uint16_t& port, const string& value) {
    const auto number = toNumber<uint16_t>(value, 1, 65535);
    if (!number) {
        return "expected a port from 1 to 65535, found \"" + value + "\"";
    }
    port = *number;
    return {};
}

std::optional<string> setName(string& name, const string& value) {
    if (!isName(value)) {
        return "expected up to 63 letters, digits, '-', '_' or '.', found \"" + value + "\"";
    }
    name = value;
    return {};
}

std::optional<string> setOptionalName(std::optional<string>& name, const string& value) {
    string checked;
    if (auto expected = setName(checked, value)) {
        return expected;
    }
    name = checked;
    return {};
}

std::optional<string> setPath(string& path, const string& value) {
    if (!value.starts_with('/')) {
        return "expected an absolute path, found \"" + value + "\"";
    }
    path = value;
    return {};
}

std::optional<string> setOptionalPath(std::optional<string>& path, const string& value) {
    string checked;
    if (auto expected = setPath(checked, value)) {
        return expected;
    }
    path = checked;
    return {};
}

bool isEndpoint(const string& url) {
    for (const string scheme : {"http://", "https://"}) {
        if (url.starts_with(scheme) && url.size() > scheme.size()) {
            const string rest = url.substr(scheme.size());
            const auto colon = rest.rfind(':');
            return rest.find('/') == string::npos && colon != string::npos && colon > 0 &&
                   toNumber<uint16_t>(rest.substr(colon + 1), 1, 65535).has_value();
        }
    }
    return false;
}

std::optional<string> setEndpoints(Config& config, const string& value) {
    std::vector<string> endpoints;
    string word;
    for (const char c : value + " ") {
        if (c != ' ' && c != '\t' && c != ',') {
            word += c;
        } else if (!word.empty()) {
            if (!isEndpoint(word)) {
                return "expected addresses like http://10.0.0.2:2379 separated by spaces, found \"" + word +
                       "\"";
            }
            endpoints.push_back(std::exchange(word, {}));
        }
    }
    if (endpoints.empty()) {
        return "expected addresses like http://10.0.0.2:2379 separated by spaces, found \"" + value + "\"";
    }
    config.etcd.endpoints = endpoints;
    return {};
}

std::optional<string> setLease(Config& config, const string& value) {
    // At its default election timeout etcd grants at least 2 s; beyond 60 s a dead node would be listed as long as
    // in the setup that this program replaces.
    const auto number = toNumber<int>(value, 2, 60);
    if (!number) {
        return "expected a number of seconds from 2 to 60, found \"" + value + "\"";
    }
    config.etcd.lease = std::chrono::seconds(*number);
    return {};
}

std::optional<string> setInitialNodes(Config& config, const string& value) {
    const auto number = toNumber<uint16_t>(value, 1, 30);
    if (!number) {
        return "expected the initial number of nodes, from 1 to 30, found \"" + value + "\"";
    }
    config.initialNodes = *number;
    return {};
}

std::optional<string> setHeap(Config& config, const string& value) {
    const string expected =
        "expected a size like 4g or 2048m between 512m and 30500m, found \"" + value + "\"";
    if (value.size() < 2) {
        return expected;
    }
    const char unit = value.back();
    const auto number = toNumber<uint64_t>(value.substr(0, value.size() - 1), 1, 1 << 20);
    if (!number || (unit != 'g' && unit != 'm')) {
        return expected;
    }
    const uint64_t bytes = *number << (unit == 'g' ? 30U : 20U);
    // Above 30500m the JVM disables compressed object pointers; 512m is the image's own default.
    if (bytes < (uint64_t{512} << 20U) || bytes > (uint64_t{30500} << 20U)) {
        return expected;
    }
    config.crate.heapBytes = bytes;
    return {};
}

std::optional<string> setVersion(Config& config, const string& value) {
    const auto version = parseCrateVersion(value);
    if (!version || *version < kOldestCrate) {
        return "expected a CrateDB version of at least " + kOldestCrate.text() +
               ", like 6.4 or 6.4.5, found \"" + value + "\"";
    }
    config.crate.version = version;
    return {};
}

std::optional<string> setSetting(Config& config, const string& value) {
    const auto equals = value.find('=');
    const string name = string(hal::trimmed(value.substr(0, equals)));
    const bool named = !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
               c == '_' || c == '-';
    });
    if (equals == string::npos || !named) {
        return "expected a CrateDB setting like stats.enabled=false, found \"" + value + "\"";
    }
    if (const auto reason = whyOwned(name)) {
        return name + " cannot be set here: " + *reason;
    }
    std::erase_if(config.crate.settings,
                  [&name](const CrateSetting& setting) { return setting.name == name; });
    config.crate.settings.push_back({name, string(hal::trimmed(value.substr(equals + 1)))});
    return {};
}

std::optional<string> setLogLevel(Config& config, const string& value) {
    for (const char* const level : {"debug", "info", "warning", "error"}) {
        if (value == level) {
            config.logLevel = value;
            return {};
        }
    }
    return "expected debug, info, warning or error, found \"" + value + "\"";
}

const std::array kKeys{
    Key{"Node", "Name", [](Config& c, const string& v) { return setOptionalName(c.nodeName, v); },
        [](Config& c) { c.nodeName = Config{}.nodeName; }},
    Key{"Node", "Interface",
        [](Config& c, const string& v) -> std::optional<string> {
            // IFNAMSIZ of the kernel: 15 characters and a terminator.
            if (v.size() > 15 || v.find_first_of("/ \t") != string::npos) {
                return "expected the name of a network interface, found \"" + v + "\"";
            }
            c.interface = v;
            return {};
        },
        [](Config& c) { c.interface = Config{}.interface; }},
    Key{"Node", "Zone", [](Config& c, const string& v) { return setOptionalName(c.zone, v); },
        [](Config& c) { c.zone.reset(); }},
    Key{"Node", "DataDirectory", [](Config& c, const string& v) { return setPath(c.dataDirectory, v); },
        [](Config& c) { c.dataDirectory = Config{}.dataDirectory; }},
    Key{"Cluster", "Name", [](Config& c, const string& v) { return setName(c.clusterName, v); },
        [](Config& c) { c.clusterName = Config{}.clusterName; }},
    Key{"Cluster", "InitialNodes", setInitialNodes,
        [](Config& c) { c.initialNodes = Config{}.initialNodes; }},
    Key{"Etcd", "Endpoints", setEndpoints, [](Config& c) { c.etcd.endpoints = Config{}.etcd.endpoints; }},
    Key{"Etcd", "CAFile", [](Config& c, const string& v) { return setOptionalPath(c.etcd.caFile, v); },
        [](Config& c) { c.etcd.caFile.reset(); }},
    Key{"Etcd", "CertificateFile",
        [](Config& c, const string& v) { return setOptionalPath(c.etcd.certificateFile, v); },
        [](Config& c) { c.etcd.certificateFile.reset(); }},
    Key{"Etcd", "KeyFile", [](Config& c, const string& v) { return setOptionalPath(c.etcd.keyFile, v); },
        [](Config& c) { c.etcd.keyFile.reset(); }},
    Key{"Etcd", "User",
        [](Config& c, const string& v) -> std::optional<string> {
            c.etcd.user = v;
            return {};
        },
        [](Config& c) { c.etcd.user.reset(); }},
    Key{"Etcd", "PasswordFile",
        [](Config& c, const string& v) { return setOptionalPath(c.etcd.passwordFile, v); },
        [](Config& c) { c.etcd.passwordFile.reset(); }},
    Key{"Etcd", "LeaseSeconds", setLease, [](Config& c) { c.etcd.lease = Config{}.etcd.lease; }},
    Key{"Crate", "HttpPort", [](Config& c, const string& v) { return setPort(c.crate.httpPort, v); },
        [](Config& c) { c.crate.httpPort = Config{}.crate.httpPort; }},
    Key{"Crate", "TransportPort",
        [](Config& c, const string& v) { return setPort(c.crate.transportPort, v); },
        [](Config& c) { c.crate.transportPort = Config{}.crate.transportPort; }},
    Key{"Crate", "PostgresPort", [](Config& c, const string& v) { return setPort(c.crate.postgresPort, v); },
        [](Config& c) { c.crate.postgresPort = Config{}.crate.postgresPort; }},
    Key{"Crate", "Version", setVersion, [](Config& c) { c.crate.version.reset(); }},
    Key{"Crate", "HeapSize", setHeap, [](Config& c) { c.crate.heapBytes.reset(); }},
    Key{"Crate", "Setting", setSetting, [](Config& c) { c.crate.settings.clear(); }},
    Key{"Health", "Port", [](Config& c, const string& v) { return setPort(c.healthPort, v); },
        [](Config& c) { c.healthPort = Config{}.healthPort; }},
    Key{"Health", "Socket", [](Config& c, const string& v) { return setPath(c.healthSocket, v); },
        [](Config& c) { c.healthSocket = Config{}.healthSocket; }},
    Key{"Log", "Level", setLogLevel, [](Config& c) { c.logLevel = Config{}.logLevel; }},
};

string knownKeys(const string& section) {
    string known;
    for (const auto& key : kKeys) {
        if (section == key.section) {
            known += (known.empty() ? "" : ", ") + string(key.name);
        }
    }
    return known;
}

string unknownKey(const IniEntry& entry) {
    if (const string known = knownKeys(entry.section); !known.empty()) {
        return "unknown key, expected one of " + known;
    }
    return "unknown section, expected one of [Node], [Cluster], [Etcd], [Crate], [Health], [Log]";
}

/// Rules across several keys; they have no single line, so they name the keys.
void checkTogether(const Config& config, std::vector<ConfigError>& errors) {
    const Place whole{"configuration", 0};
    if (config.etcd.certificateFile.has_value() != config.etcd.keyFile.has_value()) {
        errors.push_back({whole, "[Etcd] CertificateFile, KeyFile", "expected both or neither"});
    }
    if (config.etcd.user.has_value() != config.etcd.passwordFile.has_value()) {
        errors.push_back({whole, "[Etcd] User, PasswordFile", "expected both or neither"});
    }
    const auto& crate = config.crate;
    if (crate.httpPort == crate.transportPort || crate.httpPort == crate.postgresPort ||
        crate.transportPort == crate.postgresPort || config.healthPort == crate.httpPort ||
        config.healthPort == crate.transportPort || config.healthPort == crate.postgresPort) {
        errors.push_back({whole, "[Crate] HttpPort, TransportPort, PostgresPort, [Health] Port",
                          "expected four different ports"});
    }
}

/// CrateDB refuses to start with an unknown setting: better to report it here, with the line.
void checkLine(const CrateConfig& crate, std::vector<ConfigError>& errors) {
    const auto line = crateVersion(crate);
    if (!line) {
        return;
    }
    if (*line < kOldestCrate) {
        errors.push_back({{kCrateEnvironmentPath, 0},
                          "CRATE_IMAGE",
                          "expected CrateDB " + kOldestCrate.text() + " or later, found " +
                              crate.environment.image.value_or("none") +
                              ": earlier versions elect their master differently"});
        return;
    }
    for (const auto& setting : crate.settings) {
        if (auto why = unknownToLine(*line, setting.name)) {
            errors.push_back({setting.place, "[Crate] Setting", std::move(*why)});
        }
    }
}

} // namespace

std::optional<CrateVersion> crateVersion(const CrateConfig& crate) {
    if (crate.version || !crate.environment.image) {
        return crate.version;
    }
    return versionOfImage(*crate.environment.image);
}

hal::Status crateVersionKnown(const CrateConfig& crate) {
    if (crateVersion(crate)) {
        return {};
    }
    const string why = crate.environment.image
                           ? "the tag of the image \"" + *crate.environment.image + "\" names none"
                           : string(kCrateEnvironmentPath) +
                                 " cannot be read by the user cratekeeper, so the image is unknown";
    return hal::failure(
        hal::Error::invalid("expected a version: " + why +
                            "; gateway.expected_data_nodes and gateway.recover_after_data_nodes are "
                            "omitted, because not every version "
                            "knows them; set [Crate] Version=, or use an image with a tag like crate:6.4.5"));
}

ConfigResult parseConfig(const std::vector<IniText>& texts, const CrateEnvironment& environment) {
    ConfigResult result;
    result.config.crate.environment = environment;
    for (const auto& text : texts) {
        result.errors.insert(result.errors.end(), text.errors.begin(), text.errors.end());
        for (const auto& entry : text.entries) {
            const string name = "[" + entry.section + "] " + entry.key;
            const auto key = std::ranges::find_if(kKeys, [&entry](const Key& candidate) {
                return entry.section == candidate.section && entry.key == candidate.name;
            });
            if (key == kKeys.end()) {
                result.errors.push_back({entry.place, name, unknownKey(entry)});
            } else if (entry.value.empty()) {
                key->reset(result.config);
            } else if (auto expected = key->set(result.config, entry.value)) {
                result.errors.push_back({entry.place, name, *expected});
            } else if (entry.key == "Setting") {
                result.config.crate.settings.back().place = entry.place;
            }
        }
    }
    checkTogether(result.config, result.errors);
    checkLine(result.config.crate, result.errors);
    return result;
}

} // namespace agent
