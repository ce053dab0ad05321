// Two tables of keys, one for the whole site and one for a node. A duplicate key is an error, not an override: in a
// file with thirty nodes the second one is an editing mistake.
#include "tools/cratectl/site/site.hpp"

#include "agent/config/config.hpp"
#include "agent/config/image_reference.hpp"
#include "hal/base/identifiers.hpp"
#include "hal/base/text.hpp"
#include "tools/cratectl/site/site_rules.hpp"
#include "tools/cratectl/site/ssh_key.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace cratectl {
namespace {

using std::string;
using Expected = std::optional<string>;

constexpr size_t kMaxNodes = 30;
constexpr size_t kMaxValueBytes = 1024;

/// A node while it may still be incomplete.
struct Draft {
    SiteNode node;
    std::optional<Ipv4InNet> address;
    std::optional<Ipv4> gateway;
    std::vector<Ipv4> dns;
};

template <class Target>
struct Key {
    const char* section; ///< "Node" for those of [Node NAME]
    const char* name;
    bool repeats;
    Expected (*set)(Target&, const string&);
};

string found(const string& value) { return ", found \"" + value.substr(0, 100) + "\""; }

bool isHostName(const string& text) {
    return !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
           std::ranges::all_of(
               text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

bool isOneOf(char c, std::string_view more) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           more.find(c) != std::string_view::npos;
}

bool isMadeOf(const string& text, std::string_view more) {
    return !text.empty() && std::ranges::all_of(text, [more](char c) { return isOneOf(c, more); });
}

/// Applies the agent's own rule to the cluster name, so that the two never disagree.
Expected setCluster(Site& site, const string& value) {
    agent::IniText text;
    text.entries.push_back({.place = {}, .section = "Cluster", .key = "Name", .value = value});
    const auto config = agent::parseConfig({text});
    if (!config.errors.empty()) {
        return config.errors.front().expected;
    }
    site.cluster = value;
    return {};
}

Expected setInitialNodes(Site& site, const string& value) {
    const auto number = hal::parseNumber<uint16_t>(value);
    if (!number || *number < 1 || *number > kMaxNodes) {
        return "expected the initial number of nodes, from 1 to 30" + found(value);
    }
    site.initialNodes = *number;
    return {};
}

Expected setImage(std::optional<string>& image, const string& value) {
    if (!agent::parseImageReference(value)) {
        return "expected a container image like docker.io/library/crate:6.4.5" + found(value);
    }
    image = value;
    return {};
}

Expected setSysext(Site& site, const string& value) {
    const bool web = value.starts_with("https://") || value.starts_with("http://");
    if (!web || !isMadeOf(value, ":/?#[]@!$&'()*+,;=%-._~") || !value.ends_with(".raw")) {
        return "expected the address of the system extension, like https://example.org/cratekeeper.raw" +
               found(value);
    }
    site.sysextUrl = value;
    return {};
}

Expected setSha512(Site& site, const string& value) {
    constexpr size_t kDigits = 128;
    if (!hal::isHexadecimal(value, kDigits)) {
        return "expected the output of `sha512sum cratekeeper.raw`, 128 digits and letters from a to f" +
               found(value);
    }
    site.sysextSha512 = value;
    return {};
}

Expected addSshKey(Site& site, const string& value) {
    if (auto expected = wrongSshKey(value)) {
        return expected;
    }
    if (std::ranges::find(site.sshKeys, value) != site.sshKeys.end()) {
        return "expected each key once; this one is already in the file";
    }
    site.sshKeys.push_back(value);
    return {};
}

Expected setMac(Draft& draft, const string& value) {
    draft.node.mac = parseMac(value);
    if (!draft.node.mac) {
        return "expected the hardware address of a network port like 1c:69:7a:00:00:01" + found(value);
    }
    return {};
}

Expected setSerial(Draft& draft, const string& value) {
    constexpr size_t kMaxSerial = 64;
    if (value.size() > kMaxSerial || !isMadeOf(value, "-_./") || hal::isDmiPlaceholder(value)) {
        return "expected the serial number as printed on the machine, letters and digits" + found(value);
    }
    draft.node.serial = value;
    return {};
}

Expected setEtcd(Draft& draft, const string& value) {
    if (value != "yes" && value != "no") {
        return "expected yes or no" + found(value);
    }
    draft.node.etcd = value == "yes";
    return {};
}

Expected setAddress(Draft& draft, const string& value) {
    draft.address = parseIpv4InNet(value);
    if (!draft.address) {
        return "expected a machine's IPv4 address with its prefix length, like 192.168.1.11/24" +
               found(value);
    }
    return {};
}

Expected setGateway(Draft& draft, const string& value) {
    draft.gateway = parseIpv4(value);
    if (!draft.gateway) {
        return "expected an IPv4 address like 192.168.1.1" + found(value);
    }
    return {};
}

Expected addDns(Draft& draft, const string& value) {
    const auto address = parseIpv4(value);
    if (!address || address->bits == 0) {
        return "expected the IPv4 address of a name server like 192.168.1.1; put further ones on their own "
               "lines" +
               found(value);
    }
    draft.dns.push_back(*address);
    return {};
}

Expected setZone(Draft& draft, const string& value) {
    constexpr size_t kMaxZone = 63;
    if (value.size() > kMaxZone || !isMadeOf(value, "-_.")) {
        return "expected up to 63 letters, digits, '-', '_' or '.'" + found(value);
    }
    draft.node.zone = value;
    return {};
}

Expected setDataDisk(Draft& draft, const string& value) {
    const string directory = "/dev/disk/by-id/";
    const string name = value.starts_with(directory) ? value.substr(directory.size()) : value;
    if (!isMadeOf(name, "-_.:+=@") || name.starts_with('.')) {
        return "expected a name that `ls /dev/disk/by-id` shows, like nvme-Samsung_SSD_980_S64DNX0R" +
               found(value);
    }
    draft.node.dataDisk = directory + name;
    return {};
}

Expected setAdopt(Draft& draft, const string& value) {
    if (value != "yes" && value != "no") {
        return "expected yes (use the disk with its existing file system) or no" + found(value);
    }
    if (value == "yes") {
        draft.node.diskUse = DiskUse::adopt;
    }
    return {};
}

Expected setFormat(Draft& draft, const string& value) {
    if (value != "yes-erase") {
        return "expected yes-erase, which erases everything on DataDisk, or no such line" + found(value);
    }
    draft.node.diskUse = DiskUse::erase;
    return {};
}

constexpr std::array kSiteKeys{
    Key<Site>{"Cluster", "Name", false, setCluster},
    Key<Site>{"Cluster", "InitialNodes", false, setInitialNodes},
    Key<Site>{"Image", "Crate", false, [](Site& s, const string& v) { return setImage(s.crateImage, v); }},
    Key<Site>{"Image", "Etcd", false, [](Site& s, const string& v) { return setImage(s.etcdImage, v); }},
    Key<Site>{"Image", "Sysext", false, setSysext},
    Key<Site>{"Image", "SHA512", false, setSha512},
    Key<Site>{"Access", "SSHKey", true, addSshKey},
};

constexpr std::array kNodeKeys{
    Key<Draft>{"Node", "MAC", false, setMac},
    Key<Draft>{"Node", "Serial", false, setSerial},
    Key<Draft>{"Node", "Etcd", false, setEtcd},
    Key<Draft>{"Node", "Address", false, setAddress},
    Key<Draft>{"Node", "Gateway", false, setGateway},
    Key<Draft>{"Node", "DNS", true, addDns},
    Key<Draft>{"Node", "Zone", false, setZone},
    Key<Draft>{"Node", "DataDisk", false, setDataDisk},
    Key<Draft>{"Node", "AdoptDataDisk", false, setAdopt},
    Key<Draft>{"Node", "FormatDataDisk", false, setFormat},
};

/// The reader: keeps the state of the file read so far.
class Reader {
public:
    explicit Reader(const string& file) { result_.places.emplace("", agent::Place{file, 0}); }

    void section(const agent::IniSection& section) {
        const string name = "[" + section.name + "]";
        const bool known =
            section.name.starts_with("Node ") ||
            std::ranges::any_of(kSiteKeys, [&](const auto& key) { return section.name == key.section; });
        if (!known) {
            wrong(section.place, name,
                  "unknown section, expected one of [Cluster], [Image], [Access], [Node NAME]");
        } else if (const auto [first, fresh] = result_.places.emplace(name, section.place); !fresh) {
            wrong(section.place, name,
                  "expected each section once; this one already begins on line " +
                      std::to_string(first->second.line));
        } else if (section.name.starts_with("Node ")) {
            beginNode(section);
        }
    }

    void entry(const agent::IniEntry& entry) {
        const auto draft = std::ranges::find_if(
            drafts_, [&](const Draft& each) { return entry.section == "Node " + each.node.name; });
        if (draft != drafts_.end()) {
            take(kNodeKeys, "Node", entry, *draft);
        } else if (entry.section.empty()) {
            wrong(entry.place, entry.key, "expected a section like [Cluster] before the first key");
        } else if (std::ranges::any_of(kSiteKeys,
                                       [&](const auto& key) { return entry.section == key.section; })) {
            take(kSiteKeys, entry.section, entry, result_.site);
        }
        // Else the section itself was rejected, and its keys need no further errors.
    }

    SiteResult finish() {
        for (auto& draft : drafts_) {
            if (draft.address && draft.gateway) {
                draft.node.address = {*draft.address, *draft.gateway, draft.dns};
            } else if (draft.address || draft.gateway || !draft.dns.empty()) {
                alone(draft);
            }
            result_.site.nodes.push_back(std::move(draft.node));
        }
        return std::move(result_);
    }

    void wrong(const agent::Place& place, const string& key, const string& expected) {
        result_.errors.push_back({place, key, expected});
    }

private:
    void beginNode(const agent::IniSection& section) {
        const string name = section.name.substr(5);
        if (!isHostName(name)) {
            wrong(section.place, "[" + section.name + "]",
                  "expected a host name of up to 63 lower-case letters, digits and '-', like [Node nuc1]");
        } else if (drafts_.size() == kMaxNodes) {
            wrong(section.place, "[" + section.name + "]", "expected at most 30 nodes");
        } else {
            drafts_.emplace_back().node.name = name;
        }
    }

    template <class Target, size_t count>
    void take(const std::array<Key<Target>, count>& keys, const string& section, const agent::IniEntry& entry,
              Target& target) {
        const string name = "[" + entry.section + "] " + entry.key;
        string known;
        for (const auto& key : keys) {
            if (section != key.section) {
                continue;
            }
            known += (known.empty() ? "" : ", ") + string(key.name);
            if (entry.key != key.name) {
                continue;
            }
            const auto [first, fresh] = result_.places.emplace(name, entry.place);
            if (!fresh && !key.repeats) {
                wrong(entry.place, name,
                      "expected once; it is already set on line " + std::to_string(first->second.line));
            } else if (entry.value.empty() || entry.value.size() > kMaxValueBytes) {
                wrong(entry.place, name,
                      "expected a value of at most 1024 bytes; remove the line for the default");
            } else if (auto expected = key.set(target, entry.value)) {
                wrong(entry.place, name, *expected);
            }
            return;
        }
        wrong(entry.place, name, "unknown key, expected one of " + known);
    }

    /// An address needs a gateway, and the other two need an address; a wrong line does not count as missing.
    void alone(const Draft& draft) {
        const string section = "[Node " + draft.node.name + "]";
        const auto given = [&](const string& key) { return result_.places.contains(section + " " + key); };
        if (!given("Address")) {
            const string key = section + (draft.gateway ? " Gateway" : " DNS");
            wrong(result_.places[key], key, "expected Address= too; without it, DHCP provides all three");
        } else if (!given("Gateway")) {
            wrong(result_.places[section + " Address"], section + " Address",
                  "expected Gateway= too: a node announces the address of its default route");
        }
    }

    SiteResult result_;
    std::vector<Draft> drafts_;
};

} // namespace

const SiteNode* Site::find(const string& node) const {
    const auto at = std::ranges::find(nodes, node, &SiteNode::name);
    return at == nodes.end() ? nullptr : &*at;
}

SiteResult parseSite(const string& file, std::string_view content) {
    const agent::IniText text = agent::parseIni(file, content);
    Reader reader(file);
    for (const auto& error : text.errors) {
        reader.wrong(error.place, error.key, error.expected);
    }
    for (const auto& section : text.sections) {
        reader.section(section);
    }
    for (const auto& entry : text.entries) {
        reader.entry(entry);
    }
    SiteResult result = reader.finish();
    checkSite(result);
    std::ranges::stable_sort(result.errors, {},
                             [](const agent::ConfigError& error) { return error.place.line; });
    return result;
}

} // namespace cratectl
