// Without these rules, the errors would show only once the machines are installed and do not find each other.
#include "tools/cratectl/site/site_rules.hpp"

#include "agent/config/config.hpp"
#include "agent/config/image_reference.hpp"

#include <algorithm>
#include <array>

namespace cratectl {
namespace {

using std::string;

class Rules {
public:
    explicit Rules(SiteResult& result) : result_(result), site_(result.site) {}

    void check() {
        for (auto node = site_.nodes.begin(); node != site_.nodes.end(); ++node) {
            checkNode(*node);
            for (auto other = site_.nodes.begin(); other != node; ++other) {
                checkPair(*node, *other);
            }
        }
        checkMembers();
        checkSize();
        checkImages();
        if (site_.sshKeys.empty() && !given("[Access] SSHKey")) {
            warn("[Access] SSHKey", "no key is given, so these machines allow no login");
        }
    }

private:
    static string key(const SiteNode& node, const string& name) { return "[Node " + node.name + "] " + name; }

    [[nodiscard]] bool given(const string& name) const { return result_.places.contains(name); }

    /// The line of the entry; else that of its section, else only the file.
    [[nodiscard]] agent::Place place(const string& name) const {
        for (const string& each : {name, name.substr(0, name.find(']') + 1), string()}) {
            if (const auto found = result_.places.find(each); found != result_.places.end()) {
                return found->second;
            }
        }
        return {};
    }

    [[nodiscard]] string line(const string& name) const { return "line " + std::to_string(place(name).line); }

    void wrong(const string& name, const string& expected) {
        result_.errors.push_back({place(name), name, expected});
    }

    void warn(const string& name, const string& text) {
        result_.warnings.push_back({place(name), name, text});
    }

    void checkNode(const SiteNode& node) {
        if (!given(key(node, "MAC")) && !given(key(node, "Serial"))) {
            wrong(key(node, "MAC"), "expected MAC= or Serial=, to identify the machine");
        }
        if (node.etcd && !given(key(node, "Address"))) {
            wrong(key(node, "Etcd"),
                  "expected Address= too: other nodes find an etcd member by its fixed address");
        }
        if (given(key(node, "Address")) && !given(key(node, "MAC"))) {
            wrong(key(node, "Address"),
                  "expected MAC= too: it selects the network port that gets the address");
        }
        if (node.address) {
            checkAddress(node, *node.address);
        }
        if (node.diskUse != DiskUse::emptyOnly && !given(key(node, "DataDisk"))) {
            const string name = node.diskUse == DiskUse::erase ? "FormatDataDisk" : "AdoptDataDisk";
            wrong(key(node, name), "expected DataDisk= too: no disk is touched unless it is named");
        }
        if (node.diskUse == DiskUse::erase && given(key(node, "AdoptDataDisk"))) {
            wrong(key(node, "FormatDataDisk"), "expected either this or AdoptDataDisk, not both");
        }
        if (node.diskUse == DiskUse::erase) {
            warn(key(node, "FormatDataDisk"), "everything on this disk will be lost at the first boot");
        }
    }

    void checkAddress(const SiteNode& node, const SiteAddress& address) {
        if (!address.address.isHost(address.gateway)) {
            wrong(key(node, "Gateway"), "expected an address in the network of Address, found " +
                                            ipv4Text(address.gateway) + " for " +
                                            ipv4Text(address.address.address) + "/" +
                                            std::to_string(address.address.prefix));
        } else if (address.gateway == address.address.address) {
            wrong(key(node, "Gateway"), "expected the router's address, found the node's own");
        }
        if (address.dns.empty() && !given(key(node, "DNS"))) {
            warn(key(node, "Address"),
                 "no DNS= is given, so no names are resolved, including the registry's");
        }
    }

    void checkPair(const SiteNode& node, const SiteNode& other) {
        if (node.mac && node.mac == other.mac) {
            wrong(key(node, "MAC"), taken(other, "MAC", *node.mac));
        }
        if (node.serial && node.serial == other.serial) {
            wrong(key(node, "Serial"), taken(other, "Serial", *node.serial));
        }
        if (!node.address || !other.address) {
            return;
        }
        const Ipv4 mine = node.address->address.address;
        const Ipv4 theirs = other.address->address.address;
        if (mine == theirs) {
            wrong(key(node, "Address"), taken(other, "Address", ipv4Text(mine)));
        }
        if (mine == other.address->gateway) {
            wrong(key(node, "Address"), ipv4Text(mine) + " is the gateway of " + other.name + " (" +
                                            line(key(other, "Gateway")) + "), expected another address");
        }
        if (theirs == node.address->gateway) {
            wrong(key(node, "Gateway"), "expected the router's address, found that of " + other.name + " (" +
                                            line(key(other, "Address")) + ")");
        }
        const bool overlapping =
            node.address->address.contains(theirs) || other.address->address.contains(mine);
        if (overlapping && !node.address->address.sameNet(other.address->address)) {
            wrong(key(node, "Address"), "expected the same prefix length as " + other.name + " (" +
                                            line(key(other, "Address")) + ")");
        }
    }

    [[nodiscard]] string taken(const SiteNode& other, const string& name, const string& value) const {
        return value + " already belongs to " + other.name + " (" + line(key(other, name)) +
               "), expected another one";
    }

    void checkMembers() {
        const auto members = std::ranges::count(site_.nodes, true, &SiteNode::etcd);
        if (members != 1 && members != 3 && members != 5 && !site_.nodes.empty()) {
            wrong("[Node NAME] Etcd",
                  "expected Etcd=yes on one, three or five nodes, found " + std::to_string(members) +
                      "; an even number tolerates no more failures than the odd number below it");
        }
    }

    void checkSize() {
        const auto count = site_.nodes.size();
        if (count == 0) {
            wrong("[Node NAME]", "expected a section for each node, like [Node nuc1]");
        }
        if (!given("[Cluster] Name")) {
            site_.cluster = agent::Config{}.clusterName;
        }
        if (!given("[Cluster] InitialNodes")) {
            site_.initialNodes = static_cast<uint16_t>(count);
        } else if (site_.initialNodes > count && count > 0) {
            wrong("[Cluster] InitialNodes",
                  "expected at most " + std::to_string(count) +
                      ", the number of nodes here: the cluster waits for all of them");
        }
    }

    void checkImages() {
        const std::array images{std::pair{"[Image] Crate", site_.crateImage},
                                std::pair{"[Image] Etcd", site_.etcdImage}};
        for (const auto& [name, image] : images) {
            const auto reference = image ? agent::parseImageReference(*image) : std::nullopt;
            if (reference && !reference->isPinned()) {
                warn(name, "no version is given, so nodes that pull on different days may differ; add one "
                           "like :6.4.5");
            }
        }
        if (given("[Image] Sysext") != given("[Image] SHA512")) {
            const string present = given("[Image] Sysext") ? "Sysext" : "SHA512";
            wrong("[Image] " + present, "expected Sysext= and SHA512= together, or neither");
        }
    }

    SiteResult& result_;
    Site& site_;
};

} // namespace

void checkSite(SiteResult& result) { Rules(result).check(); }

} // namespace cratectl
