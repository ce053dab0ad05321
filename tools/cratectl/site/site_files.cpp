// One function per file. Every text begins with its origin, for the operator who reads it on the machine.
#include "tools/cratectl/site/site_files.hpp"

#include <array>

namespace cratectl {
namespace {

using std::string;

const char* const kHead = "# Written at the first boot from the site file, by `cratectl site`.\n";

constexpr std::array<std::pair<Target, const char*>, 3> kTargets{
    std::pair{Target::cratekeeper, "cratekeeper"},
    std::pair{Target::flatcar, "flatcar"},
    std::pair{Target::fcos, "fcos"},
};

string addressOf(const SiteNode& node) { return node.address ? ipv4Text(node.address->address.address) : ""; }

string inNet(const SiteAddress& address) {
    return ipv4Text(address.address.address) + "/" + std::to_string(address.address.prefix);
}

/// The texts of all etcd members, joined; the same on every node.
template <class Function>
string ofMembers(const Site& site, const char* separator, Function text) {
    string joined;
    for (const auto& node : site.nodes) {
        if (node.etcd) {
            joined += (joined.empty() ? "" : separator) + text(node);
        }
    }
    return joined;
}

string agentText(const Site& site, const SiteNode& node) {
    string text = kHead;
    if (node.serial) {
        text += "# For the machine with serial number " + *node.serial + ".\n";
    }
    text += "[Node]\nName=" + node.name + "\n";
    if (node.zone) {
        text += "Zone=" + *node.zone + "\n";
    }
    text += "[Cluster]\nName=" + site.cluster + "\nInitialNodes=" + std::to_string(site.initialNodes) + "\n";
    text +=
        "[Etcd]\nEndpoints=" +
        ofMembers(site, " ", [](const SiteNode& member) { return "http://" + addressOf(member) + ":2379"; }) +
        "\n";
    return text;
}

/// No quotes: systemd and `docker run --env-file` both read this file, and only one of them would remove them.
string etcdText(const Site& site, const SiteNode& node, Target target) {
    const string client = "http://" + addressOf(node) + ":2379";
    const string peer = "http://" + addressOf(node) + ":2380";
    string text = kHead;
    text += "# The first members; read once, before the data directory exists.\n";
    text += "ETCD_NAME=" + node.name + "\n";
    if (target != Target::flatcar) {
        text +=
            "ETCD_DATA_DIR=/var/lib/etcd/default\n"; // Flatcar's unit passes its own directory into a container
    }
    text += "ETCD_INITIAL_CLUSTER=" +
            ofMembers(site, ",",
                      [](const SiteNode& member) {
                          return member.name + "=http://" + addressOf(member) + ":2380";
                      }) +
            "\n";
    text += "ETCD_INITIAL_CLUSTER_STATE=new\n";
    text += "ETCD_INITIAL_CLUSTER_TOKEN=cratekeeper-" + site.cluster + "\n";
    // Every address, because etcd exits if it starts before the network has its own.
    text += "ETCD_LISTEN_CLIENT_URLS=http://0.0.0.0:2379\nETCD_LISTEN_PEER_URLS=http://0.0.0.0:2380\n";
    text += "ETCD_ADVERTISE_CLIENT_URLS=" + client + "\nETCD_INITIAL_ADVERTISE_PEER_URLS=" + peer + "\n";
    text += "ETCD_AUTO_COMPACTION_MODE=periodic\nETCD_AUTO_COMPACTION_RETENTION=1h\n";
    return text;
}

string diskText(const SiteNode& node) {
    string text = kHead;
    text += "# DISK= empty: the only empty disk. FORMAT=yes-erase loses what is on DISK.\n";
    text += "DISK=" + node.dataDisk.value_or("") + "\n";
    text += string("ADOPT=") + (node.diskUse == DiskUse::adopt ? "yes" : "no") + "\n";
    text += string("FORMAT=") + (node.diskUse == DiskUse::erase ? "yes-erase" : "no") + "\n";
    return text;
}

string networkdText(const string& mac, const SiteAddress& address) {
    string text = kHead;
    text += "[Match]\nMACAddress=" + mac + "\n\n[Network]\nAddress=" + inNet(address) +
            "\nGateway=" + ipv4Text(address.gateway) + "\n";
    for (const auto& server : address.dns) {
        text += "DNS=" + ipv4Text(server) + "\n";
    }
    return text;
}

string networkManagerText(const string& mac, const SiteAddress& address) {
    string text = kHead;
    text += "[connection]\nid=site\ntype=ethernet\n\n[ethernet]\nmac-address=" + mac +
            "\n\n[ipv4]\nmethod=manual\naddress1=" + inNet(address) + "," + ipv4Text(address.gateway) + "\n";
    string servers;
    for (const auto& server : address.dns) {
        servers += ipv4Text(server) + ";";
    }
    return text + (servers.empty() ? "" : "dns=" + servers + "\n");
}

SiteFile networkFile(const string& mac, const SiteAddress& address, Target target) {
    if (target == Target::fcos) {
        // NetworkManager skips a connection that others may read.
        return {"/etc/NetworkManager/system-connections/site.nmconnection", networkManagerText(mac, address),
                0600};
    }
    return {"/etc/systemd/network/10-site.network", networkdText(mac, address)};
}

// The Ignition of other operating systems creates the file system in the initrd; this unit mounts it.
string mountText(const SiteNode& node) {
    const bool labelled = node.diskUse != DiskUse::adopt;
    return "[Unit]\nDescription=The data volume\nBefore=local-fs.target\n\n[Mount]\nWhat=" +
           (labelled ? "/dev/disk/by-label/crate-data" : *node.dataDisk) +
           "\nWhere=/data\nType=btrfs\nOptions=noatime\n\n[Install]\nRequiredBy=local-fs.target\n";
}

// The units of a merged extension appear only after a reload, and nothing else on the machine would start them. The
// extension's own units create their requirements (a user, directories).
const char* const kStartUnit = R"([Unit]
Description=Start what the cratekeeper extension brings
Wants=network-online.target
Requires=systemd-sysext.service
After=systemd-sysext.service network-online.target
AssertPathExists=/usr/libexec/cratekeeperd

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=systemctl daemon-reload
ExecStart=systemctl start --no-block cratekeeper.socket cratekeeper.service

[Install]
WantedBy=multi-user.target
)";

string etcdContainerText(const string& image) {
    return "[Unit]\nDescription=etcd in a container\nWants=network-online.target\nRequires=docker.service\n"
           "After=docker.service network-online.target\n\n[Service]\n"
           "ExecStartPre=-/usr/bin/docker rm --force etcd\n"
           "ExecStart=/usr/bin/docker run --rm --name=etcd --network=host "
           "--volume=/var/lib/etcd:/var/lib/etcd:Z --env-file=/etc/cratekeeper/etcd.env " +
           image +
           " /usr/local/bin/etcd\nExecStop=/usr/bin/docker stop etcd\nRestart=always\nRestartSec=5\n\n"
           "[Install]\nWantedBy=multi-user.target\n";
}

SiteUnit etcdUnit(const Site& site, const SiteNode& node, Target target) {
    switch (target) {
    case Target::cratekeeper: return {"etcd.service", node.etcd, "", ""};
    case Target::flatcar:
        return {"etcd-member.service", node.etcd, "",
                "[Service]\nEnvironmentFile=/etc/cratekeeper/etcd.env\n"};
    case Target::fcos: break;
    }
    return {"etcd.service", node.etcd, etcdContainerText(site.etcdImage.value_or("")), ""};
}

} // namespace

std::optional<Target> parseTarget(std::string_view name) {
    for (const auto& [target, text] : kTargets) {
        if (name == text) {
            return target;
        }
    }
    return std::nullopt;
}

const char* targetName(Target target) {
    for (const auto& [each, text] : kTargets) {
        if (target == each) {
            return text;
        }
    }
    return "";
}

std::vector<SiteFile> siteFiles(const Site& site, const SiteNode& node, Target target) {
    const bool ours = target == Target::cratekeeper;
    std::vector<SiteFile> files{
        {"/etc/hostname", node.name + "\n"},
        {"/etc/cratekeeper/agent.conf.d/50-site.conf", agentText(site, node)},
    };
    if (site.crateImage) {
        files.push_back({"/etc/cratekeeper/crate.env", kHead + ("CRATE_IMAGE=" + *site.crateImage) + "\n"});
    }
    if (ours) {
        files.push_back({"/etc/cratekeeper/data-disk.conf", diskText(node)});
    }
    if (node.address && node.mac) {
        files.push_back(networkFile(*node.mac, *node.address, target));
    }
    if (node.etcd) {
        files.push_back(
            {ours ? "/etc/default/etcd" : "/etc/cratekeeper/etcd.env", etcdText(site, node, target)});
    }
    return files;
}

std::vector<SiteUnit> siteUnits(const Site& site, const SiteNode& node, Target target) {
    std::vector<SiteUnit> units;
    // On other systems a node that is not a member has no such unit, or a disabled one.
    if (node.etcd || target == Target::cratekeeper) {
        units.push_back(etcdUnit(site, node, target));
    }
    if (target != Target::cratekeeper) {
        units.push_back({"docker.service", true, "", ""});
        units.push_back({"systemd-sysext.service", true, "", ""});
        units.push_back({"data.mount", true, mountText(node), ""});
        units.push_back({"cratekeeper-start.service", true, kStartUnit, ""});
    }
    return units;
}

std::vector<agent::ConfigError> missingFor(Target target, const SiteResult& result) {
    std::vector<agent::ConfigError> errors;
    if (target == Target::cratekeeper) {
        return errors;
    }
    const auto place = [&result](const string& name) {
        const auto found = result.places.find(name);
        return found == result.places.end() ? result.places.at("") : found->second;
    };
    const Site& site = result.site;
    const string which = string(" for ") + targetName(target);
    if (!site.sysextUrl) {
        errors.push_back({place("[Image]"), "[Image] Sysext",
                          "expected the address of the system extension, and its SHA512=," + which});
    }
    bool members = false;
    for (const auto& node : site.nodes) {
        members = members || node.etcd;
        if (!node.dataDisk) {
            const string section = "[Node " + node.name + "]";
            errors.push_back(
                {place(section), section + " DataDisk",
                 "expected the disk's name" + which + ": its first boot cannot search for an empty disk"});
        }
    }
    if (members && target == Target::fcos && !site.etcdImage) {
        errors.push_back({place("[Image]"), "[Image] Etcd",
                          "expected the container image of etcd" + which + ", which does not include etcd"});
    }
    return errors;
}

} // namespace cratectl
