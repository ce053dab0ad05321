// The screen combines two pages of the agent (/v1/node and /health); `--json` prints both in one object.
#include "tools/cratectl/commands/status.hpp"

#include "hal/base/json.hpp"
#include "tools/cratectl/output/probe_table.hpp"

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

namespace cratectl {
namespace {

using nlohmann::ordered_json;

hal::Result<ordered_json> page(Client& client, const std::string& address, const std::string& path) {
    const auto response = client.get(address, path);
    if (!response) {
        return hal::failure(hal::Error(response.error().code(), "the agent does not answer at " + address +
                                                                    " (" + response.error().message() +
                                                                    "); see `systemctl status cratekeeper`"));
    }
    auto document = hal::parseOrderedJson(response->body);
    if (!document.is_object()) {
        return hal::failure(
            hal::Error::invalid(address + path + ": expected JSON; is something else listening there?"));
    }
    return document;
}

std::string bytes(const ordered_json& document, const char* pointer) {
    const ordered_json::json_pointer place(pointer);
    if (!document.contains(place) || !document[place].is_number_unsigned()) {
        return "unknown";
    }
    return humanBytes(document[place].get<uint64_t>());
}

const char* mark(const std::string& status) {
    if (status == "pass") {
        return "ok  ";
    }
    return status == "warn" ? "warn" : "FAIL";
}

void printNode(const ordered_json& node) {
    std::printf("%s (%s), slot %s of cluster \"%s\"\n", field(node, "/name").c_str(),
                field(node, "/id").substr(0, 8).c_str(), field(node, "/slot").c_str(),
                field(node, "/cluster").c_str());
    std::printf("  Machine:  %s %s, %s threads, %s memory\n", field(node, "/hardware/host/vendor").c_str(),
                field(node, "/hardware/host/product").c_str(), field(node, "/capacity/threads").c_str(),
                bytes(node, "/capacity/memory_bytes").c_str());
    std::printf("  Address:  %s (health %s, http %s, psql %s)\n", field(node, "/address").c_str(),
                field(node, "/endpoints/health").c_str(), field(node, "/endpoints/http").c_str(),
                field(node, "/endpoints/psql").c_str());
    std::printf("  Data:     %s, %s effectively free\n", bytes(node, "/capacity/data_bytes").c_str(),
                bytes(node, "/capacity/data_free_bytes").c_str());
    std::printf("  Versions: crate %s (configured as %s), cratekeeper %s\n",
                field(node, "/versions/crate").c_str(), field(node, "/versions/crate_line").c_str(),
                field(node, "/versions/cratekeeper").c_str());
    std::printf("  Unit:     %s %s/%s\n", field(node, "/unit/name").c_str(),
                field(node, "/unit/active").c_str(), field(node, "/unit/sub").c_str());
    std::printf("  Status:   %s\n", field(node, "/phase_words").c_str());
    if (field(node, "/advice") != "-") {
        std::printf("  Next:     %s\n", field(node, "/advice").c_str());
    }
}

void printHealth(const ordered_json& health, bool ready) {
    std::printf("\n%s\n", ready ? "READY for traffic" : "NOT READY for traffic");
    std::vector<std::vector<std::string>> rows;
    const ordered_json parts = health.value("checks", ordered_json::object());
    for (const auto& [name, checks] : parts.items()) {
        if (!checks.is_array() || checks.empty()) {
            continue;
        }
        const auto& check = checks.front();
        const std::string status = field(check, "/status");
        std::string words = status == "pass" ? field(check, "/observedValue") : field(check, "/output");
        if (status != "pass" && field(check, "/advice") != "-") {
            words += "; " + field(check, "/advice");
        }
        rows.push_back(
            {"  " + std::string(mark(status)), name.substr(0, name.find(':')), field(check, "/time"), words});
    }
    printTable(rows);
}

} // namespace

int showStatus(const Options& options, const std::string& address) {
    const auto asking = beginAsking(options);
    if (!asking) {
        return fail(asking.error());
    }
    const std::string where = address.empty() ? asking->config.healthSocket : address;
    const auto node = page(*asking->client, where, "/v1/node");
    if (!node) {
        return fail(node.error());
    }
    const auto health = page(*asking->client, where, "/health");
    if (!health) {
        return fail(health.error());
    }
    const bool ready = field(*node, "/verdict/ready") == "true";
    if (options.json) {
        std::printf("%s\n", ordered_json{{"node", *node}, {"health", *health}}.dump(2, ' ', true).c_str());
    } else {
        printNode(*node);
        printHealth(*health, ready);
    }
    return ready ? kExitOk : kExitNotReady;
}

} // namespace cratectl
