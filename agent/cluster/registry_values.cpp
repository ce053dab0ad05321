// The values that nodes and `cratectl forget` write without a lease; agent/health/announce owns the leased ones.
#include "agent/cluster/registry.hpp"

#include <nlohmann/json.hpp>

namespace agent {
namespace {

using nlohmann::json;

/// Names come from host names and may hold any bytes.
std::string asText(const json& object) { return object.dump(-1, ' ', false, json::error_handler_t::replace); }

} // namespace

std::string memberValue(const Member& member) {
    return asText({{"v", kSchemaVersion}, {"name", member.name}, {"slot", member.slot}});
}

std::string forgottenValue(const Forgotten& forgotten) {
    json object{{"v", kSchemaVersion}, {"by", forgotten.by}, {"at", forgotten.at}};
    if (!forgotten.name.empty()) {
        object["name"] = forgotten.name;
    }
    if (forgotten.slot) {
        object["slot"] = *forgotten.slot;
    }
    return asText(object);
}

std::string bootstrapValue(const std::vector<std::string>& initialMasterNodes, const std::string& writtenBy) {
    return asText(
        {{"v", kSchemaVersion}, {"initial_master_nodes", initialMasterNodes}, {"written_by", writtenBy}});
}

std::string clusterIdValue(const std::string& clusterId, const std::string& writtenBy) {
    return asText({{"v", kSchemaVersion}, {"id", clusterId}, {"written_by", writtenBy}});
}

} // namespace agent
