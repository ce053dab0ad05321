// See sql_engine.hpp.
#include "tests/standin/sql_engine.hpp"

#include "tests/standin/sql_select.hpp"

#include <algorithm>

namespace standin::sql {

namespace {

using nlohmann::json;
using nlohmann::ordered_json;

Error notSupported(const std::string& what) {
    return {400, 4004, "UnsupportedFeatureException[" + what + " (this is a " + kDisclaimer + ")]"};
}

Error duplicateKey() {
    return {409, 4091, "DuplicateKeyException[A document with the same primary key exists already]"};
}

std::string errorBody(const Error& error) {
    // Bytes that are not UTF-8 came from the request; an answer must not fail over them.
    const ordered_json body{{"error", {{"message", error.message}, {"code", error.code}}}};
    return body.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

// CrateDB casts what it can and refuses the rest before anything is written.
Result<json> castId(const json& value, const std::string& type) {
    if (type == "text" && value.is_string()) {
        return value;
    }
    if (type == "text" && value.is_number()) {
        return json(value.dump());
    }
    if (type != "text" && value.is_number_integer()) {
        return json(value.get<std::int64_t>());
    }
    return std::unexpected(
        Error{400, 4003,
              "ColumnValidationException[Validation failed for id: Cannot cast object element `" +
                  value.dump() + "` to type `" + type + "`]"});
}

} // namespace

Engine::Engine(const Node& node, const Cluster& cluster, TableCopies& copies,
               std::function<void(const NodeInfo&)> decommission)
    : node_(node), cluster_(cluster), copies_(copies), decommission_(std::move(decommission)) {}

std::optional<Reply> Engine::handle(const Asked& asked, Ticket& ticket) {
    user_ = asked.user;
    arrived_.reset();
    submitted_.reset();
    if (ticket) {
        arrived_ = copies_.take(*ticket);
        if (!arrived_) {
            return std::nullopt;
        }
        ticket.reset();
    }
    const Result<ordered_json> answer = request(asked.body, asked.includeTypes);
    if (submitted_) {
        ticket = submitted_;
        return std::nullopt;
    }
    if (!answer) {
        return Reply{answer.error().status, errorBody(answer.error())};
    }
    return Reply{200, answer->dump(-1, ' ', false, ordered_json::error_handler_t::replace)};
}

// What the cluster answered, or a failure that stands for "not yet" and is never shown.
Result<json> Engine::fromCluster(json request) {
    if (!arrived_) {
        submitted_ = copies_.submit(std::move(request), TableCopies::Clock::now());
        return std::unexpected(Error{503, 5030, ""});
    }
    if (arrived_->contains("failed")) {
        return std::unexpected(
            Error{500, 5002, "UnavailableShardsException[" + textOf(*arrived_, "failed") + "]"});
    }
    return *arrived_;
}

Result<ordered_json> Engine::request(std::string_view text, bool includeTypes) {
    const auto started = std::chrono::steady_clock::now();
    const json document = json::parse(text, nullptr, false);
    if (!document.is_object() || !document.contains("stmt") || !document["stmt"].is_string()) {
        return std::unexpected(
            Error{400, 4000, "SQLParseException[Failed to parse source: expected an object with \"stmt\"]"});
    }
    const json args = document.value("args", json::array());
    const json bulkArgs = document.value("bulk_args", json());
    if (!args.is_array() || (!bulkArgs.is_null() && (!bulkArgs.is_array() || !args.empty()))) {
        return std::unexpected(
            Error{400, 4000,
                  "SQLParseException[request body contains args and bulk_args. It's forbidden to "
                  "provide both, and each must be an array]"});
    }
    const auto duration = [started] {
        return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - started).count();
    };
    const std::string statementText = document["stmt"].get<std::string>();
    if (!bulkArgs.is_null()) {
        Result<ordered_json> results = bulk(statementText, bulkArgs);
        return results
                   ? Result<ordered_json>(ordered_json{
                         {"cols", ordered_json::array()}, {"duration", duration()}, {"results", *results}})
                   : results;
    }
    const Result<Statement> statement = parse(statementText, args.get<std::vector<json>>());
    const Result<Outcome> outcome = statement ? execute(*statement) : std::unexpected(statement.error());
    if (!outcome) {
        return std::unexpected(outcome.error());
    }
    ordered_json answer{{"cols", outcome->columns}};
    if (includeTypes) {
        answer["col_types"] = outcome->types;
    }
    answer["rows"] = outcome->rows;
    answer["rowcount"] = outcome->rowCount;
    answer["duration"] = duration();
    return answer;
}

// Errors of single entries are a rowcount of -2 in a 200, as documented.
Result<ordered_json> Engine::bulk(const std::string& text, const json& bulkArgs) {
    ordered_json results = ordered_json::array();
    json entries = json::array();
    for (const json& args : bulkArgs) {
        if (!args.is_array()) {
            return std::unexpected(
                Error{400, 4000, "SQLParseException[bulk_args must be an array of arrays]"});
        }
        const Result<Statement> statement = parse(text, args.get<std::vector<json>>());
        if (!statement) {
            return std::unexpected(statement.error());
        }
        if (auto allowed = mayRun(*statement); !allowed) {
            return std::unexpected(allowed.error());
        }
        const auto* insert = std::get_if<Insert>(&*statement);
        if (insert == nullptr) {
            return std::unexpected(notSupported("Bulk operations for other statements than INSERT"));
        }
        const Result<json> ids = idsOf(*insert);
        if (!ids && ids.error().status == 503) {
            return std::unexpected(ids.error());
        }
        entries.push_back(ids ? *ids : json::array());
        results.push_back(ids ? ordered_json()
                              : ordered_json{{"rowcount", -2}, {"error_message", ids.error().message}});
    }
    const Result<json> counts = fromCluster({{"what", "insert"}, {"entries", entries}});
    if (!counts) {
        return std::unexpected(counts.error());
    }
    const json each = partOf(*counts, "results");
    for (std::size_t i = 0; i < results.size() && i < each.size(); ++i) {
        if (results[i].is_null() && each[i] == json(-1)) {
            results[i] = {{"rowcount", -2}, {"error_message", duplicateKey().message}};
        } else if (results[i].is_null()) {
            results[i] = {{"rowcount", each[i]}};
        }
    }
    return results;
}

Result<Engine::Outcome> Engine::execute(const Statement& statement) {
    if (auto allowed = mayRun(statement); !allowed) {
        return std::unexpected(allowed.error());
    }
    return std::visit([this](const auto& kind) -> Result<Outcome> { return run(kind); }, statement);
}

Result<Engine::Outcome> Engine::run(const Select& select) {
    // Without FROM there is one row without columns.
    const Relation oneRow{ordered_json::object(), {ordered_json::object()}};
    Result<Relation> relation = select.relation
                                    ? findRelation(*select.relation, node_, cluster_, acknowledged_)
                                    : Result<Relation>(oneRow);
    if (!relation) {
        return std::unexpected(relation.error());
    }
    if (select.relation && select.relation->schema == "doc") {
        const Result<json> table = fromCluster({{"what", "read"}});
        if (!table) {
            return std::unexpected(table.error());
        }
        for (const json& id : partOf(*table, "rows")) {
            relation->rows.push_back({{"id", ordered_json(id)}});
        }
    }
    Result<Selected> selected = evaluate(select, std::move(*relation));
    if (!selected) {
        return std::unexpected(selected.error());
    }
    const auto rowCount = static_cast<std::int64_t>(selected->rows.size());
    return Outcome{std::move(selected->columns), std::move(selected->types), std::move(selected->rows),
                   rowCount};
}

Result<Engine::Outcome> Engine::run(const Decommission& decommission) const {
    if (!cluster_.hasMaster()) {
        return std::unexpected(masterNotDiscovered());
    }
    const std::vector<NodeInfo> nodes = cluster_.nodes();
    const auto node = std::ranges::find_if(nodes, [&decommission](const NodeInfo& each) {
        return each.id == decommission.node || each.name == decommission.node;
    });
    if (node == nodes.end()) {
        return std::unexpected(
            Error{500, 5000,
                  "IllegalArgumentException[Node '" + decommission.node + "' not found in the cluster]"});
    }
    decommission_(*node);
    return Outcome{{}, {}, {ordered_json::array()}, 1};
}

Result<Engine::Outcome> Engine::run(const CreateTable& create) {
    if (auto writable = mayWrite(); !writable) {
        return std::unexpected(writable.error());
    }
    const bool typeKnown = create.type == "bigint" || create.type == "integer" || create.type == "text";
    if (create.relation != RelationName{"doc", "t"} || create.column != "id" || !typeKnown) {
        return std::unexpected(notSupported("only CREATE TABLE t (id BIGINT|INTEGER|TEXT [PRIMARY KEY])"));
    }
    if (!arrived_ && !cluster_.table().type.empty()) {
        if (create.ifNotExists) {
            return Outcome{{}, {}, {ordered_json::array()}, 0};
        }
        return std::unexpected(Error{409, 4093, "RelationAlreadyExists[Relation 'doc.t' already exists.]"});
    }
    return change({{"what", "create"}, {"type", create.type}, {"primary_key", create.primaryKey}});
}

// The values to insert, cast to the column's type.
Result<json> Engine::idsOf(const Insert& insert) const {
    if (auto relation = findRelation(insert.relation, node_, cluster_, acknowledged_); !relation) {
        return std::unexpected(relation.error());
    }
    if (insert.relation.schema != "doc") {
        return std::unexpected(Error{400, 4007,
                                     "OperationOnInaccessibleRelationException[The relation \"" +
                                         insert.relation.qualified() +
                                         "\" doesn't support or allow INSERT operations]"});
    }
    if (!insert.column.empty() && insert.column != "id") {
        return std::unexpected(
            Error{404, 4043, "ColumnUnknownException[Column " + insert.column + " unknown]"});
    }
    json ids = json::array();
    for (const json& value : insert.values) {
        Result<json> id = castId(value, cluster_.table().type);
        if (!id) {
            return id;
        }
        ids.push_back(std::move(*id));
    }
    return ids;
}

Result<Engine::Outcome> Engine::run(const Insert& insert) {
    const Result<json> ids = idsOf(insert);
    if (!ids) {
        return std::unexpected(ids.error());
    }
    const Result<json> counts = fromCluster({{"what", "insert"}, {"entries", json::array({*ids})}});
    if (!counts) {
        return std::unexpected(counts.error());
    }
    if (partOf(*counts, "results") == json::array({-1})) {
        return std::unexpected(duplicateKey());
    }
    return Outcome{{}, {}, {ordered_json::array()}, static_cast<std::int64_t>(ids->size())};
}

Result<Engine::Outcome> Engine::run(const Refresh& refresh) const {
    if (auto relation = findRelation(refresh.relation, node_, cluster_, acknowledged_); !relation) {
        return std::unexpected(relation.error());
    }
    return Outcome{{}, {}, {ordered_json::array()}, 1};
}

} // namespace standin::sql
