// Every value is parsed without exceptions and with explicit types, because an operator may have written it manually.
#include "agent/cluster/registry.hpp"

#include "hal/base/ip.hpp"
#include "hal/base/json.hpp"
#include "hal/base/text.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace agent {
namespace {

using nlohmann::json;

// A node's document is about 4 KiB; a much larger value under our prefix is not ours.
constexpr size_t kMaxValueBytes = 64 * 1024;
// Longer than any name of a machine, a boot or a cluster; these strings end up in files, logs and pages.
constexpr size_t kMaxTextBytes = 255;
constexpr size_t kShownKeyBytes = 160;

/// Always one line: keys may hold any bytes, and text from etcd ends up in logs.
std::string printable(std::string_view bytes) {
    std::string text(bytes.substr(0, kShownKeyBytes));
    std::ranges::replace_if(text, [](char letter) { return letter < ' ' || letter > '~'; }, '?');
    return bytes.size() > kShownKeyBytes ? text + "..." : text;
}

/// The part after the last '/' of a member's or node's key. Ours are machine ids.
bool isNodeId(std::string_view id) {
    return !id.empty() && id.size() <= kMaxTextBytes &&
           std::ranges::all_of(id, [](char c) { return c > ' ' && c <= '~' && c != '/'; });
}

bool isText(const json& value) {
    if (!value.is_string()) {
        return false;
    }
    const auto& text = value.get_ref<const std::string&>();
    return !text.empty() && text.size() <= kMaxTextBytes && hal::isOneLine(text);
}

/// A string of one line, neither empty nor absurdly long.
std::optional<std::string> text(const json& object, const char* name) {
    const auto field = object.find(name);
    return field != object.end() && isText(*field) ? std::optional(field->get<std::string>()) : std::nullopt;
}

/// Unknown is written as null, or omitted by a version that did not know the field.
bool isUnknown(const json& object, const char* name) {
    const auto field = object.find(name);
    return field == object.end() || field->is_null();
}

/// An IP address as text, validated because it ends up in a file that CrateDB reads line by line.
std::optional<std::string> address(const json& object) {
    const auto value = text(object, "address");
    return value && hal::isIpText(*value) ? value : std::nullopt;
}

template <class Number>
std::optional<Number> number(const json& object, const char* name, Number lowest, Number highest) {
    const auto field = object.find(name);
    if (field == object.end() || !field->is_number_unsigned() || field->get<uint64_t>() < lowest ||
        field->get<uint64_t>() > highest) {
        return std::nullopt;
    }
    return field->get<Number>();
}

std::optional<bool> truth(const json& object, const char* name) {
    const auto field = object.find(name);
    return field != object.end() && field->is_boolean() ? std::optional(field->get<bool>()) : std::nullopt;
}

/// The first voters; empty if there are none, or if one of them is not a valid name.
std::optional<std::vector<std::string>> names(const json& object) {
    const auto field = object.find("initial_master_nodes");
    const bool fits =
        field != object.end() && field->is_array() && !field->empty() && std::ranges::all_of(*field, isText);
    return fits ? std::optional(field->get<std::vector<std::string>>()) : std::nullopt;
}

constexpr const char* kTooLarge = "expected at most 64 KiB";
constexpr const char* kNoObject = "expected a JSON object";
constexpr const char* kNoNodeId = "expected a node id after the last '/'";

/// A JSON object of our schema version, or the reason why it is not one.
hal::Result<json> parseValue(const hal::KeyValue& keyValue) {
    if (keyValue.value.size() > kMaxValueBytes) {
        return hal::failure(hal::Error::invalid(kTooLarge));
    }
    json object = hal::parseJson(keyValue.value);
    if (!object.is_object()) {
        return hal::failure(hal::Error::invalid(kNoObject));
    }
    const auto version = object.find("v");
    if (version == object.end() || !version->is_number_integer() ||
        version->get<int64_t>() != kSchemaVersion) {
        return hal::failure(
            hal::Error::invalid("expected \"v\": 1; a newer cratekeeper may have written it"));
    }
    return object;
}

class Reader {
public:
    Reader(const Keys& keys, Registry& registry) : keys_(keys), registry_(registry) {}

    void read(const hal::KeyValue& keyValue) {
        const std::string& key = keyValue.key;
        if (key.starts_with(Keys::services())) {
            readService(keyValue);
            return;
        }
        const bool once = key == keys_.bootstrap() || key == keys_.clusterId();
        if (!once && !key.starts_with(keys_.members()) && !key.starts_with(keys_.nodes()) &&
            !key.starts_with(keys_.forgotten(""))) {
            return;
        }
        const auto object = parseValue(keyValue);
        if (!object) {
            reject(key, object.error().message());
        } else if (once && keyValue.version > 1) {
            // Nodes create these two and never change them: a second version is a manual change.
            reject(key, "it was changed manually, so it is ignored: nodes write it only once",
                   "delete the key with etcdctl; the nodes that know it will write it again");
        } else if (key == keys_.bootstrap()) {
            readBootstrap(*object, key);
        } else if (key == keys_.clusterId()) {
            registry_.clusterId = text(*object, "id");
            if (!registry_.clusterId) {
                reject(key, "expected a string \"id\"");
            }
        } else if (key.starts_with(keys_.members())) {
            readMember(*object, keyValue);
        } else if (key.starts_with(keys_.forgotten(""))) {
            readForgotten(*object, key);
        } else {
            readNode(*object, keyValue);
        }
    }

    /// An operator may have given two machines the same slot or name: each keeps it, and both are reported.
    void compareMembers() {
        const auto& members = registry_.members;
        std::map<std::string, const Member*> owners;
        for (size_t i = 0; i < members.size(); ++i) {
            const std::string key = keys_.member(members[i].nodeId);
            if (i > 0 && members[i].slot == members[i - 1].slot) {
                reject(key, "expected a unique slot; crate@" + std::to_string(members[i].slot) +
                                " also belongs to " + members[i - 1].name);
            }
            if (const auto [owner, isNew] = owners.emplace(members[i].name, &members[i]); !isNew) {
                reject(key, "expected a unique name; " + members[i].name + " is also member " +
                                owner->second->nodeId);
            }
        }
    }

private:
    void reject(const std::string& key, const std::string& reason,
                const char* next = "correct or delete the key with etcdctl") {
        auto& problems = registry_.problems;
        if (problems.size() < kMaxProblems) {
            problems.push_back({"etcd " + printable(key), reason + "; " + next});
        } else if (problems.size() == kMaxProblems) {
            problems.push_back({"etcd " + keys_.prefix(),
                                "more values are malformed than are listed here; list the keys with "
                                "`etcdctl get --prefix --keys-only`, then delete what is not "
                                "cratekeeper's"});
        }
    }

    void readService(const hal::KeyValue& keyValue) {
        // No version here: consumers of 2014 wrote and read bare {"http":…,"transport":…} objects.
        const bool sensible = keyValue.value.size() <= kMaxValueBytes;
        const json object = sensible ? hal::parseJson(keyValue.value) : json();
        if (!object.is_object()) {
            reject(keyValue.key, sensible ? kNoObject : kTooLarge);
            return;
        }
        registry_.services.push_back({.nodeName = keyValue.key.substr(Keys::services().size()),
                                      .nodeId = text(object, "node_id").value_or(""),
                                      .lease = keyValue.lease});
    }

    void readBootstrap(const json& object, const std::string& key) {
        registry_.bootstrap = names(object);
        if (!registry_.bootstrap) {
            reject(key, "expected a list of names \"initial_master_nodes\"");
        }
    }

    void readMember(const json& object, const hal::KeyValue& keyValue) {
        const std::string& key = keyValue.key;
        const auto name = text(object, "name");
        const auto slot = number<unsigned>(object, "slot", 1, kMaxSlot);
        auto nodeId = key.substr(keys_.members().size());
        if (!isNodeId(nodeId)) {
            reject(key, kNoNodeId);
        } else if (!name || !slot) {
            reject(key,
                   "expected a string \"name\" and a number \"slot\" from 1 to " + std::to_string(kMaxSlot));
        } else {
            registry_.members.push_back({.nodeId = std::move(nodeId),
                                         .name = *name,
                                         .slot = *slot,
                                         .createdAt = keyValue.createRevision});
        }
    }

    void readForgotten(const json& object, const std::string& key) {
        const auto by = text(object, "by");
        const auto at = text(object, "at");
        auto nodeId = key.substr(keys_.forgotten("").size());
        if (!isNodeId(nodeId)) {
            reject(key, kNoNodeId);
        } else if (!by || !at) {
            reject(key, "expected strings \"by\" and \"at\"");
        } else {
            registry_.forgotten.push_back({.nodeId = std::move(nodeId),
                                           .name = text(object, "name").value_or(""),
                                           .slot = number<unsigned>(object, "slot", 1, kMaxSlot),
                                           .by = *by,
                                           .at = *at});
        }
    }

    void readNode(const json& object, const hal::KeyValue& keyValue) {
        const std::string& key = keyValue.key;
        const auto name = text(object, "name");
        const auto bootId = text(object, "boot_id");
        auto nodeId = key.substr(keys_.node("").size());
        if (!isNodeId(nodeId)) {
            reject(key, kNoNodeId);
            return;
        }
        if (!name || !bootId) {
            reject(key, "expected strings \"name\" and \"boot_id\"");
            return;
        }
        if (!keyValue.lease) {
            // It would claim forever that the node is alive. The node that owns the record rewrites it.
            reject(key, "expected a lease, which the record of a live node always has");
            return;
        }
        const auto formation = object.find("formation");
        const json none = json::object();
        const json& began = formation != object.end() && formation->is_object() ? *formation : none;
        registry_.nodes.push_back({.nodeId = std::move(nodeId),
                                   .name = *name,
                                   .bootId = *bootId,
                                   .address = readAddress(object, key),
                                   .transportPort = readTransportPort(object, key),
                                   .lease = keyValue.lease,
                                   .createdAt = keyValue.createRevision,
                                   .slot = number<unsigned>(object, "slot", 1, kMaxSlot),
                                   .clusterId = text(object, "cluster_id"),
                                   .holdsData = truth(began, "holds_data"),
                                   .vote = names(began).value_or(std::vector<std::string>{})});
    }

    std::optional<std::string> readAddress(const json& object, const std::string& key) {
        auto found = address(object);
        if (!found && !isUnknown(object, "address")) {
            reject(key, "expected an IP address \"address\"");
        }
        return found;
    }

    std::optional<uint16_t> readTransportPort(const json& object, const std::string& key) {
        if (isUnknown(object, "endpoints")) {
            return std::nullopt;
        }
        const auto& endpoints = object.at("endpoints");
        const auto port =
            endpoints.is_object() ? number<uint16_t>(endpoints, "transport", 1, 65535) : std::nullopt;
        if (!port) {
            reject(key, "expected \"endpoints\" with a port \"transport\" from 1 to 65535");
        }
        return port;
    }

    const Keys& keys_;
    Registry& registry_;
};

} // namespace

Keys::Keys(const std::string& clusterName) : prefix_("/cratekeeper/" + clusterName + "/") {}

hal::Transaction registryReading(const Keys& keys) {
    return {.when = {},
            .then = {hal::RangeRequest{.key = keys.bootstrap()}, hal::RangeRequest{.key = keys.clusterId()},
                     hal::RangeRequest{.key = keys.members(), .prefix = true},
                     hal::RangeRequest{.key = keys.nodes(), .prefix = true},
                     hal::RangeRequest{.key = keys.forgotten(""), .prefix = true},
                     hal::RangeRequest{.key = Keys::services(), .prefix = true}},
            .otherwise = {}};
}

Registry readRegistry(const Keys& keys, hal::TransactionReply reply) {
    Registry registry;
    registry.header = reply.header;
    Reader reader(keys, registry);
    for (auto& range : reply.ranges) {
        for (auto& keyValue : range.keyValues) {
            reader.read(keyValue);
            // A guard compares revisions, so the content of an oversized value is not needed.
            if (keyValue.value.size() > kMaxValueBytes) {
                keyValue.value.clear();
            }
            std::string key = keyValue.key;
            registry.raw.insert_or_assign(std::move(key), std::move(keyValue));
        }
    }
    std::ranges::sort(registry.members, {}, &Member::slot);
    std::ranges::sort(registry.nodes, {}, &LiveNode::name);
    reader.compareMembers();
    return registry;
}

} // namespace agent
