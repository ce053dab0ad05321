// The statements the stand-in understands, as values, and the parser that makes them from SQL text.
// Pure. Case and blanks do not matter; anything outside this grammar is a SQLParseException with CrateDB's status and
// code, never a guess.
#pragma once

#include <expected>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace standin::sql {

// status is the HTTP status, code CrateDB's own (interfaces/http.rst).
struct Error {
    int status = 400;
    int code = 4000;
    std::string message;
};

template <typename T>
using Result = std::expected<T, Error>;

struct RelationName {
    std::string schema = "doc";
    std::string table;

    [[nodiscard]] std::string qualified() const { return schema + "." + table; }
    bool operator==(const RelationName&) const = default;
};

// A column or a part of an object column: version['number'] is {"version", "number"}.
struct ColumnPath {
    std::vector<std::string> parts;

    [[nodiscard]] std::string text() const;
    bool operator==(const ColumnPath&) const = default;
};

enum class Aggregate { none, countAll, count, max, min };

struct SelectItem {
    Aggregate aggregate = Aggregate::none;
    ColumnPath column; // empty for a literal and for count(*)
    std::optional<nlohmann::json> literal;
    std::string name; // as in "cols"
};

struct Condition {
    ColumnPath column;
    std::string comparison; // "=", "<>", "<", "<=", ">", ">=", "is null", "is not null"
    nlohmann::json literal;
};

struct OrderBy {
    ColumnPath column;
    bool descending = false;
};

struct Select {
    bool allColumns = false;
    std::vector<SelectItem> items;
    std::optional<RelationName> relation;
    std::vector<Condition> conditions; // all must hold
    std::vector<OrderBy> orderBy;
    std::optional<std::size_t> limit;
};

struct Decommission {
    std::string node; // id or name
};

struct CreateTable {
    RelationName relation;
    std::string column;
    std::string type;
    bool primaryKey = false;
    bool ifNotExists = false;
};

struct Insert {
    RelationName relation;
    std::string column; // empty when the statement names none
    std::vector<nlohmann::json> values;
};

struct Refresh {
    RelationName relation;
};

struct SetGlobal {
    bool persistent = false;
    std::vector<std::pair<std::string, std::string>> settings;
};

struct ResetGlobal {
    std::vector<std::string> settings;
};

enum class UserChange { create, alter, drop, grantAll };

struct ChangeUser {
    UserChange change = UserChange::create;
    std::string name;
    bool ifExists = false;
    bool setsPassword = false;
    std::optional<std::string> password;
};

// Of the rows of this node.
struct AcknowledgeCheck {
    bool acknowledged = true;
    std::optional<std::int64_t> id; // empty: all
};

using Statement = std::variant<Select, Decommission, CreateTable, Insert, Refresh, SetGlobal, ResetGlobal,
                               ChangeUser, AcknowledgeCheck>;

// `args` replace ? and $1.
[[nodiscard]] Result<Statement> parse(std::string_view text, const std::vector<nlohmann::json>& args);

} // namespace standin::sql
