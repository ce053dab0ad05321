// Every value is parsed without exceptions and with explicit types, because anybody may have written it by hand.
#include "agent/registry.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace agent {
namespace {

using nlohmann::json;

constexpr int kSchemaVersion = 1;
// A node's document is about 4 KiB; something much larger under our prefix is not ours.
constexpr size_t kMaxValueBytes = 64 * 1024;

std::optional<std::string> text(const json& object, const char* name) {
    const auto field = object.find(name);
    if (field == object.end() || !field->is_string() || field->get_ref<const std::string&>().empty()) {
        return std::nullopt;
    }
    return field->get<std::string>();
}

/// An IP address as text; anything else would end up in a file that CrateDB reads line by line.
std::optional<std::string> address(const json& object) {
    const auto value = text(object, "address");
    return value && value->find_first_not_of("0123456789abcdefABCDEF:.") == std::string::npos ? value
                                                                                              : std::nullopt;
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

/// Names come from host names and may hold any bytes.
std::string asText(const json& object) { return object.dump(-1, ' ', false, json::error_handler_t::replace); }

/// A JSON object of our schema version, or the reason why it is none.
hal::Result<json> parseValue(const hal::KeyValue& keyValue) {
    if (keyValue.value.size() > kMaxValueBytes) {
        return hal::failure(hal::Error::invalid("expected at most 64 KiB"));
    }
    json object = json::parse(keyValue.value, nullptr, false);
    if (!object.is_object()) {
        return hal::failure(hal::Error::invalid("expected a JSON object"));
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
        const bool known = key == keys_.bootstrap() || key == keys_.clusterId() ||
                           key.starts_with(keys_.members()) || key.starts_with(keys_.node(""));
        if (!known) {
            return; // spec and maintenance are read by others
        }
        const auto object = parseValue(keyValue);
        if (!object) {
            reject(key, object.error().message());
        } else if (key == keys_.bootstrap()) {
            readBootstrap(*object, key);
        } else if (key == keys_.clusterId()) {
            registry_.clusterId = text(*object, "id");
            if (!registry_.clusterId) {
                reject(key, "expected a text \"id\"");
            }
        } else if (key.starts_with(keys_.members())) {
            readMember(*object, key);
        } else {
            readNode(*object, keyValue);
        }
    }

    void readService(const hal::KeyValue& keyValue) {
        // No version here: consumers of 2014 wrote and read bare {"http":…,"transport":…} objects.
        const bool sensible = keyValue.value.size() <= kMaxValueBytes;
        const json object = sensible ? json::parse(keyValue.value, nullptr, false) : json();
        registry_.services.push_back(
            {.nodeName = keyValue.key.substr(Keys::services().size()),
             .nodeId = object.is_object() ? text(object, "node_id").value_or("") : "",
             .lease = keyValue.lease});
    }

private:
    void reject(const std::string& key, const std::string& reason) {
        registry_.problems.push_back({"etcd " + key, reason + "; correct or delete the key with etcdctl"});
    }

    void readBootstrap(const json& object, const std::string& key) {
        const auto names = object.find("initial_master_nodes");
        std::vector<std::string> list;
        if (names != object.end() && names->is_array()) {
            for (const auto& name : *names) {
                if (name.is_string() && !name.get_ref<const std::string&>().empty()) {
                    list.push_back(name.get<std::string>());
                }
            }
        }
        if (list.empty() || list.size() != names->size()) {
            reject(key, "expected a list of names \"initial_master_nodes\"");
            return;
        }
        registry_.bootstrap = list;
    }

    void readMember(const json& object, const std::string& key) {
        const auto name = text(object, "name");
        const auto slot = number<unsigned>(object, "slot", 1, kMaxSlot);
        if (!name || !slot) {
            reject(key, "expected a text \"name\" and a number \"slot\"");
            return;
        }
        registry_.members.push_back(
            {.nodeId = key.substr(keys_.members().size()), .name = *name, .slot = *slot});
    }

    void readNode(const json& object, const hal::KeyValue& keyValue) {
        const auto name = text(object, "name");
        const auto bootId = text(object, "boot_id");
        if (!name || !bootId) {
            reject(keyValue.key, "expected texts \"name\" and \"boot_id\"");
            return;
        }
        const auto endpoints = object.find("endpoints");
        registry_.nodes.push_back({.nodeId = keyValue.key.substr(keys_.node("").size()),
                                   .name = *name,
                                   .bootId = *bootId,
                                   .address = address(object),
                                   .transportPort = endpoints != object.end() && endpoints->is_object()
                                                        ? number<uint16_t>(*endpoints, "transport", 1, 65535)
                                                        : std::nullopt,
                                   .lease = keyValue.lease});
    }

    const Keys& keys_;
    Registry& registry_;
};

} // namespace

Keys::Keys(const std::string& clusterName) : prefix_("/cratekeeper/" + clusterName + "/") {}

Registry readRegistry(const Keys& keys, const hal::RangeReply& cluster, const hal::RangeReply& services) {
    Registry registry;
    registry.header = cluster.header;
    Reader reader(keys, registry);
    for (const auto& keyValue : cluster.keyValues) {
        registry.raw.emplace(keyValue.key, keyValue);
        reader.read(keyValue);
    }
    for (const auto& keyValue : services.keyValues) {
        registry.raw.emplace(keyValue.key, keyValue);
        reader.readService(keyValue);
    }
    std::ranges::sort(registry.members, {}, &Member::slot);
    std::ranges::sort(registry.nodes, {}, &LiveNode::name);
    return registry;
}

std::string memberValue(const Member& member) {
    return asText({{"v", kSchemaVersion}, {"name", member.name}, {"slot", member.slot}});
}

std::string bootstrapValue(const std::vector<std::string>& initialMasterNodes, const std::string& writtenBy) {
    return asText(
        {{"v", kSchemaVersion}, {"initial_master_nodes", initialMasterNodes}, {"written_by", writtenBy}});
}

std::string clusterIdValue(const std::string& clusterId, const std::string& writtenBy) {
    return asText({{"v", kSchemaVersion}, {"id", clusterId}, {"written_by", writtenBy}});
}

} // namespace agent
