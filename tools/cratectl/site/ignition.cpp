// Contents are percent-encoded, not base64, so that the files stay readable in the config.
#include "tools/cratectl/site/ignition.hpp"

#include "hal/base/text.hpp"

#include <nlohmann/json.hpp>
#include <string_view>

namespace cratectl {
namespace {

using Json = nlohmann::ordered_json;
using std::string;

Json fileJson(const SiteFile& file) {
    // Replaces any file that the operating system ships at this path; without it Ignition stops the boot.
    return {{"path", file.path},
            {"overwrite", true},
            {"mode", file.mode},
            {"contents", {{"source", dataUrl(file.content)}}}};
}

Json unitJson(const SiteUnit& unit) {
    Json json{{"name", unit.name}};
    if (unit.enabled) {
        json["enabled"] = *unit.enabled;
    }
    if (!unit.content.empty()) {
        json["contents"] = unit.content;
    }
    if (!unit.dropIn.empty()) {
        json["dropins"] = Json::array({{{"name", "10-site.conf"}, {"contents", unit.dropIn}}});
    }
    return json;
}

/// Flatcar and Fedora CoreOS have the user core and its groups; in our image the site creates it, and the group sudo
/// may become root there.
Json coreUser(const Site& site, Target target) {
    Json user{{"name", "core"}, {"sshAuthorizedKeys", site.sshKeys}};
    if (target == Target::cratekeeper) {
        user["groups"] = {"adm", "sudo"};
    }
    return user;
}

/// Where systemd-sysext searches: Flatcar reads /etc/extensions already in its initrd.
Json extensionJson(const Site& site, Target target) {
    const string directory = target == Target::flatcar ? "/etc/extensions" : "/var/lib/extensions";
    return {{"path", directory + "/cratekeeper.raw"},
            {"overwrite", true},
            {"mode", 0644},
            {"contents",
             {{"source", site.sysextUrl.value_or("")},
              {"verification", {{"hash", "sha512-" + site.sysextSha512.value_or("")}}}}}};
}

/// Ignition uses a disk that already has exactly this file system, formats an empty one, and stops the boot at any
/// other unless it is told to wipe it.
Json volumeJson(const SiteNode& node) {
    return {{"device", node.dataDisk.value_or("")},
            {"format", "btrfs"},
            {"label", "crate-data"},
            {"wipeFilesystem", node.diskUse == DiskUse::erase}};
}

} // namespace

string dataUrl(const string& text) { return "data:," + hal::percentEncoded(text, "/:=,@+"); }

string ignitionConfig(const Site& site, const SiteNode& node, Target target) {
    Json json{{"ignition", {{"version", "3.3.0"}}}};
    if (!site.sshKeys.empty()) {
        json["passwd"]["users"] = Json::array({coreUser(site, target)});
    }
    auto& storage = json["storage"];
    if (target != Target::cratekeeper && node.diskUse != DiskUse::adopt) {
        storage["filesystems"] = Json::array({volumeJson(node)});
    }
    storage["files"] = Json::array();
    for (const auto& file : siteFiles(site, node, target)) {
        storage["files"].push_back(fileJson(file));
    }
    if (target != Target::cratekeeper) {
        storage["files"].push_back(extensionJson(site, target));
    }
    json["systemd"]["units"] = Json::array();
    for (const auto& unit : siteUnits(site, node, target)) {
        json["systemd"]["units"].push_back(unitJson(unit));
    }
    return json.dump(2) + "\n";
}

} // namespace cratectl
