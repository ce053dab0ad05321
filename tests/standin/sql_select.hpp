// Evaluates a SELECT over one relation: WHERE, ORDER BY, LIMIT, columns and the aggregates. Pure.
#pragma once

#include "tests/standin/sql_relations.hpp"

namespace standin::sql {

struct Selected {
    std::vector<std::string> columns;
    std::vector<Type> types;
    std::vector<nlohmann::ordered_json> rows; // arrays of values in the order of `columns`
};

// ColumnUnknown 4043 when the relation has no such column.
[[nodiscard]] Result<Selected> evaluate(const Select& statement, Relation relation);

} // namespace standin::sql
