// The site file: a whole cluster on one readable page, before any of its machines has booted.
// It owns the file's keys, their limits and the rules across nodes. It writes nothing: tools/cratectl/site/site_files
// generates the files of a node, tools/cratectl/site/ignition the Ignition config.
#pragma once

#include "agent/config/ini.hpp"
#include "tools/cratectl/site/address.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cratectl {

/// The network configuration of a machine without DHCP.
struct SiteAddress {
    Ipv4InNet address;
    Ipv4 gateway;
    std::vector<Ipv4> dns;
    bool operator==(const SiteAddress&) const = default;
};

enum class DiskUse { emptyOnly, adopt, erase };

struct SiteNode {
    std::string name; ///< host name and name in the cluster
    std::optional<std::string> mac;
    std::optional<std::string> serial;
    bool etcd = false;
    std::optional<SiteAddress> address; ///< empty: DHCP
    std::optional<std::string> zone;
    std::optional<std::string> dataDisk; ///< a path in /dev/disk/by-id; if empty, the only empty disk
    DiskUse diskUse = DiskUse::emptyOnly;
    bool operator==(const SiteNode&) const = default;
};

struct Site {
    std::string cluster;
    uint16_t initialNodes = 0;
    std::optional<std::string> crateImage; ///< if empty, the default of crate@.service
    std::optional<std::string> etcdImage;  ///< only if the operating system does not include etcd
    std::optional<std::string> sysextUrl;
    std::optional<std::string> sysextSha512;
    std::vector<std::string> sshKeys;
    std::vector<SiteNode> nodes; ///< in the order of the file
    bool operator==(const Site&) const = default;

    [[nodiscard]] const SiteNode* find(const std::string& node) const;
};

/// The site may be used only if there are no errors. Warnings are about entries that work but may surprise.
struct SiteResult {
    Site site;
    std::vector<agent::ConfigError> errors;
    std::vector<agent::ConfigError> warnings;
    /// The place of each entry, by "[Section] Key"; a section itself by "[Section]", the file by "".
    std::map<std::string, agent::Place> places;
};

/// `file` is the name in messages.
[[nodiscard]] SiteResult parseSite(const std::string& file, std::string_view content);

} // namespace cratectl
