// Documents have ordered keys, so that equal content is equal text and is not written twice.
#include "agent/health/announce.hpp"

#include "agent/cluster/identity.hpp"
#include "agent/database/render.hpp"
#include "agent/hardware/inventory_json.hpp"
#include "agent/version.hpp"

#include <nlohmann/json.hpp>

namespace agent {
namespace {

using nlohmann::ordered_json;

template <class T>
ordered_json orNull(const std::optional<T>& value) {
    return value ? ordered_json(*value) : ordered_json(nullptr);
}

/// Host facts come from firmware and files and may hold any bytes; they must not prevent an announcement.
std::string asText(const ordered_json& document) {
    return document.dump(-1, ' ', true, ordered_json::error_handler_t::replace);
}

ordered_json endpoints(const Config& config) {
    return {{"http", config.crate.httpPort},
            {"transport", config.crate.transportPort},
            {"psql", config.crate.postgresPort},
            {"health", config.healthPort}};
}

ordered_json capacity(const Inventory& inventory, const Config& config) {
    const auto& host = inventory.host;
    ordered_json capacity{{"threads", orNull(host.threads)}, {"memory_bytes", orNull(host.memoryBytes)}};
    capacity["heap_bytes"] = host.memoryBytes
                                 ? ordered_json(heapBytes(*host.memoryBytes, config.crate.heapBytes))
                                 : ordered_json(nullptr);
    const auto& volume = inventory.volume;
    capacity["data_bytes"] = volume ? orNull(volume->sizeBytes) : ordered_json(nullptr);
    capacity["data_free_bytes"] = volume ? orNull(volume->effectiveFreeBytes) : ordered_json(nullptr);
    return capacity;
}

ordered_json unitState(const Supervision& supervision) {
    ordered_json unit{{"phase", name(supervision.phase)}};
    if (supervision.unit) {
        unit["name"] = supervision.unit->name;
        unit["load"] = supervision.unit->loadState;
        unit["active"] = supervision.unit->activeState;
        unit["sub"] = supervision.unit->subState;
    }
    return unit;
}

ordered_json verdictState(const Verdict& verdict) {
    ordered_json components = ordered_json::object();
    for (const auto& part : verdict.components) {
        components[part.name] = name(part.level);
    }
    return {{"ready", verdict.ready}, {"status", name(verdict.overall)}, {"components", components}};
}

/// "crate" is the running version, "crate_line" the one its configuration is written for; null if unknown.
ordered_json versions(const Observed& observed, const Config& config) {
    const auto& host = observed.inventory->host;
    const auto& answer = observed.database.answer;
    const auto line = crateVersion(config.crate);
    return {{"cratekeeper", kVersion},
            {"crate", answer ? orNull(answer->version) : ordered_json(nullptr)},
            {"crate_line", line ? ordered_json(line->text()) : ordered_json(nullptr)},
            {"kernel", orNull(host.kernel)},
            {"os", orNull(host.os)}};
}

/// What other nodes must know before they decide on a first election: see agent/cluster/vote.
ordered_json firstElection(const Observed& observed, const Formation& formation) {
    ordered_json vote = ordered_json::array();
    if (!formation.clusterId) {
        vote = observed.persistent.vote.empty() ? formation.initialMasterNodes : observed.persistent.vote;
    }
    return {{"holds_data", orNull(observed.dataHoldsDatabase)}, {"initial_master_nodes", vote}};
}

} // namespace

struct HardwareDocument {
    Inventory probed; ///< what it was made of
    Inventory announced;
    ordered_json json;
};

HardwareDocumentPtr hardwareDocument(const std::optional<Inventory>& inventory,
                                     HardwareDocumentPtr previous) {
    if (!inventory) {
        return nullptr;
    }
    if (previous && previous->probed == *inventory) {
        return previous;
    }
    auto announced = forAnnouncement(*inventory);
    auto json = toJson(announced);
    return std::make_shared<const HardwareDocument>(*inventory, std::move(announced), std::move(json));
}

ordered_json nodeDocument(const Observed& observed, const Formation& formation,
                          const Supervision& supervision, const Verdict& verdict, const Config& config,
                          const HardwareDocumentPtr& hardware) {
    if (!hardware) {
        return nullptr;
    }
    const Inventory& inventory = hardware->announced;
    return {{"v", 1},
            {"id", observed.identity.nodeId},
            {"name", observed.identity.nodeName},
            {"boot_id", observed.identity.bootId},
            {"cluster", config.clusterName},
            {"cluster_id", orNull(formation.clusterId)},
            {"slot", orNull(formation.slot)},
            {"formation", firstElection(observed, formation)},
            {"address", orNull(inventory.announcedAddress)},
            {"endpoints", endpoints(config)},
            {"unit", unitState(supervision)},
            {"verdict", verdictState(verdict)},
            {"capacity", capacity(inventory, config)},
            {"versions", versions(observed, config)},
            {"hardware", hardware->json}};
}

Announcement announce(const Observed& observed, const ordered_json& document, const Verdict& verdict,
                      const Config& config) {
    if (document.is_null() || identityConflict(observed.identity, observed.etcd)) {
        return {};
    }
    Announcement announcement;
    announcement[Keys(config.clusterName).node(observed.identity.nodeId)] = asText(document);
    if (verdict.ready) {
        ordered_json service = endpoints(config);
        service["address"] = document.at("address");
        service["node_id"] = observed.identity.nodeId;
        service["cluster"] = config.clusterName;
        announcement[Keys::service(observed.identity.nodeName)] = asText(service);
    }
    return announcement;
}

} // namespace agent
