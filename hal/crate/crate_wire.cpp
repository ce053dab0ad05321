// JSON of CrateDB 4 to 6; every field may be missing. Codes are those of its HTTP reference:
// 503 with 5031 means "no master", 503 with 5035 "the cluster state is not recovered yet".
#include "hal/crate/crate_wire.hpp"

#include "hal/base/json.hpp"
#include "hal/base/text.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

namespace hal {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxTextBytes = 255; // longer than any name or id
constexpr size_t kQuotedBytes = 120;  // of CrateDB's own message, in one line of a status
constexpr int kNoMaster = 5031;
constexpr int kNotRecovered = 5035;
/// sys.cluster's id until a master has given the cluster one.
constexpr std::string_view kNoClusterId = "_na_";

std::string excerpt(std::string_view words) { return oneLine(words, kQuotedBytes); }

/// A string that is present and not empty.
std::optional<std::string> textOf(const Json& value) {
    if (!value.is_string() || value.get_ref<const std::string&>().empty()) {
        return std::nullopt;
    }
    return oneLine(value.get_ref<const std::string&>(), kMaxTextBytes);
}

std::optional<std::string> textOf(const Json& object, const char* name) {
    return object.is_object() && object.contains(name) ? textOf(object.at(name)) : std::nullopt;
}

Json parsed(const std::string& body) { return parseJson(body); }

std::string httpWords(const HttpResponse& response) {
    return "HTTP " + std::to_string(response.status) +
           (response.body.empty() ? std::string(" without a body") : ": " + excerpt(response.body));
}

/// Why the statement failed: a status other than 200, or a body that is not a result.
std::string refusalOf(const HttpResponse& response, const Json& json) {
    if (response.status == 401) {
        return "host-based authentication rejects us (HTTP 401): allow the agent's address in "
               "auth.host_based.config";
    }
    if (response.status == 429) {
        return "overloaded: no thread was free for the statement (HTTP 429)";
    }
    const auto error = json.is_object() && json.contains("error") ? json.at("error") : Json();
    const auto message = textOf(error, "message");
    if (!message) {
        return "expected the result of a statement from CrateDB, got " + httpWords(response);
    }
    const auto code =
        error.contains("code") && error.at("code").is_number_integer() ? error.at("code").get<int>() : 0;
    if (code == kNoMaster) {
        return "no master is elected (" + excerpt(*message) + ")";
    }
    if (code == kNotRecovered) {
        return "the cluster is waiting for more nodes before it recovers its state (" + excerpt(*message) +
               ")";
    }
    return excerpt(*message) + " (code " + std::to_string(code) + ")";
}

void readRoot(CrateAnswer& answer, const HttpResponse& response) {
    const auto json = parsed(response.body);
    answer.nodeName = textOf(json, "name");
    answer.clusterName = textOf(json, "cluster_name");
    if (json.is_object() && json.contains("version")) {
        answer.version = textOf(json.at("version"), "number");
    }
}

void readSql(CrateAnswer& answer, const HttpResponse& response) {
    const auto json = parsed(response.body);
    const auto rows = json.is_object() && json.contains("rows") ? json.at("rows") : Json();
    const bool oneRow = rows.is_array() && rows.size() == 1 && rows[0].is_array() && rows[0].size() == 3;
    if (response.status != 200 || !oneRow) {
        answer.sqlError = refusalOf(response, json);
        return;
    }
    answer.sqlAnswers = true;
    answer.clusterId = textOf(rows[0][0]);
    if (answer.clusterId == kNoClusterId) {
        answer.clusterId.reset();
    }
    if (auto name = textOf(rows[0][1])) {
        answer.clusterName = std::move(name);
    }
    answer.masterNode = textOf(rows[0][2]);
}

} // namespace

std::string crateQuestion() { return R"({"stmt":"SELECT id, name, master_node FROM sys.cluster"})"; }

std::string nodesQuestion() { return R"({"stmt":"SELECT name FROM sys.nodes"})"; }

Result<std::vector<std::string>> nodesAnswer(const HttpResponse& response) {
    const auto json = parsed(response.body);
    const auto rows = json.is_object() && json.contains("rows") ? json.at("rows") : Json();
    if (response.status != 200 || !rows.is_array() || rows.empty()) {
        return failure(Error::invalid(refusalOf(response, json)));
    }
    std::vector<std::string> names;
    for (const auto& row : rows) {
        const auto name = row.is_array() && row.size() == 1 ? textOf(row[0]) : std::nullopt;
        if (!name) {
            return failure(Error::invalid("expected rows of one name each from sys.nodes"));
        }
        names.push_back(*name);
    }
    return names;
}

CrateAnswer crateAnswer(const Result<HttpResponse>& root, const Result<HttpResponse>& sql) {
    CrateAnswer answer;
    if (root) {
        readRoot(answer, *root);
    }
    if (sql) {
        readSql(answer, *sql);
    } else {
        answer.sqlError = sql.error().message();
    }
    return answer;
}

} // namespace hal
