// fleetctl's columns (MACHINE IP METADATA; UNIT MACHINE ACTIVE SUB), because its users know them.
#include "tools/cratectl/commands/list.hpp"

#include "hal/base/json.hpp"
#include "tools/cratectl/output/probe_table.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

namespace cratectl {
namespace {

using nlohmann::ordered_json;

/// The documents of the live nodes, in the registry's order (by name).
hal::Result<std::vector<ordered_json>> liveDocuments(const Options& options) {
    const auto asking = beginAsking(options);
    if (!asking) {
        return hal::failure(asking.error());
    }
    const auto registry = asking->client->registry(asking->config);
    if (!registry) {
        return hal::failure(registry.error());
    }
    for (const auto& problem : registry->problems) {
        std::fprintf(stderr, "cratectl: %s: %s\n", problem.source.c_str(), problem.reason.c_str());
    }
    const agent::Keys keys(asking->config.clusterName);
    std::vector<ordered_json> documents;
    for (const auto& node : registry->nodes) {
        documents.push_back(hal::parseOrderedJson(registry->raw.at(keys.node(node.nodeId)).value));
    }
    return documents;
}

std::string shortId(const ordered_json& document) {
    // Like fleet: the first eight digits of a machine id.
    return field(document, "/id").substr(0, 8) + "...";
}

std::string metadata(const ordered_json& document) {
    std::string text = "name=" + field(document, "/name") +
                       ",ready=" + (field(document, "/verdict/ready") == "true" ? "yes" : "no") +
                       ",cpu=" + field(document, "/capacity/threads");
    const ordered_json::json_pointer memory("/capacity/memory_bytes");
    if (document.contains(memory) && document[memory].is_number_unsigned()) {
        text += ",memory=" + humanBytes(document[memory].get<uint64_t>());
    }
    return text;
}

/// Null where the document has none, whatever it has instead.
ordered_json unitName(const ordered_json& document) {
    const ordered_json::json_pointer place("/unit/name");
    return document.contains(place) ? document[place] : ordered_json();
}

int printJson(const std::vector<ordered_json>& documents) {
    std::printf("%s\n", ordered_json(documents).dump(2, ' ', true).c_str());
    return kExitOk;
}

} // namespace

int listMachines(const Options& options) {
    const auto documents = liveDocuments(options);
    if (!documents) {
        return fail(documents.error());
    }
    if (options.json) {
        return printJson(*documents);
    }
    std::vector<std::vector<std::string>> rows{{"MACHINE", "IP", "METADATA"}};
    for (const auto& document : *documents) {
        rows.push_back({shortId(document), field(document, "/address"), metadata(document)});
    }
    printTable(rows);
    return kExitOk;
}

int listUnits(const Options& options) {
    const auto documents = liveDocuments(options);
    if (!documents) {
        return fail(documents.error());
    }
    if (options.json) {
        std::vector<ordered_json> units;
        for (const auto& document : *documents) {
            units.push_back({{"unit", unitName(document)},
                             {"machine", field(document, "/id")},
                             {"address", field(document, "/address")},
                             {"active", field(document, "/unit/active")},
                             {"sub", field(document, "/unit/sub")}});
        }
        return printJson(units);
    }
    std::vector<std::vector<std::string>> rows{{"UNIT", "MACHINE", "ACTIVE", "SUB"}};
    for (const auto& document : *documents) {
        rows.push_back({field(document, "/unit/name"), shortId(document) + "/" + field(document, "/address"),
                        field(document, "/unit/active"), field(document, "/unit/sub")});
    }
    printTable(rows);
    return kExitOk;
}

} // namespace cratectl
