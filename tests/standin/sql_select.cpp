// See sql_select.hpp.
#include "tests/standin/sql_select.hpp"

#include <algorithm>

namespace standin::sql {

namespace {

using nlohmann::ordered_json;

Result<void> checkColumn(const ordered_json& columns, const ColumnPath& path) {
    const bool known = find(columns, path) != nullptr;
    const bool ofFreeObject = !known && path.parts.size() == 2 && path.parts.front() == "attributes";
    if (known || ofFreeObject) {
        return {};
    }
    return std::unexpected(Error{404, 4043, "ColumnUnknownException[Column " + path.text() + " unknown]"});
}

Result<void> checkColumns(const Select& select, const ordered_json& columns) {
    std::vector<ColumnPath> used;
    for (const SelectItem& item : select.items) {
        if (!item.column.parts.empty()) {
            used.push_back(item.column);
        }
    }
    std::ranges::transform(select.conditions, std::back_inserter(used), &Condition::column);
    std::ranges::transform(select.orderBy, std::back_inserter(used), &OrderBy::column);
    for (const ColumnPath& path : used) {
        if (auto checked = checkColumn(columns, path); !checked) {
            return checked;
        }
    }
    return {};
}

ordered_json valueOf(const ordered_json& row, const ColumnPath& path) {
    const ordered_json* value = find(row, path);
    return value == nullptr ? ordered_json() : *value;
}

bool holds(const Condition& condition, const ordered_json& row) {
    const ordered_json value = valueOf(row, condition.column);
    if (condition.comparison == "is null") {
        return value.is_null();
    }
    if (condition.comparison == "is not null") {
        return !value.is_null();
    }
    const ordered_json literal = condition.literal;
    if (value.is_null() || literal.is_null()) {
        return false;
    }
    if (condition.comparison == "=") {
        return value == literal;
    }
    if (condition.comparison == "<>") {
        return value != literal;
    }
    if (condition.comparison == "<") {
        return value < literal;
    }
    if (condition.comparison == "<=") {
        return value <= literal;
    }
    return condition.comparison == ">" ? value > literal : value >= literal;
}

void sortRows(std::vector<ordered_json>& rows, const std::vector<OrderBy>& orderBy) {
    std::ranges::stable_sort(rows, [&orderBy](const ordered_json& left, const ordered_json& right) {
        for (const OrderBy& order : orderBy) {
            const ordered_json a = valueOf(left, order.column);
            const ordered_json b = valueOf(right, order.column);
            if (a != b) {
                return order.descending ? b < a : a < b;
            }
        }
        return false;
    });
}

ordered_json aggregate(const SelectItem& item, const std::vector<ordered_json>& rows) {
    if (item.literal) {
        return *item.literal;
    }
    if (item.aggregate == Aggregate::countAll) {
        return rows.size();
    }
    std::vector<ordered_json> values;
    for (const ordered_json& row : rows) {
        if (ordered_json value = valueOf(row, item.column); !value.is_null()) {
            values.push_back(std::move(value));
        }
    }
    if (item.aggregate == Aggregate::count) {
        return values.size();
    }
    if (values.empty()) {
        return {};
    }
    return item.aggregate == Aggregate::max ? *std::ranges::max_element(values)
                                            : *std::ranges::min_element(values);
}

Type itemType(const SelectItem& item, const ordered_json& columns) {
    if (item.literal) {
        const Type type = typeOf(*item.literal);
        return type == Type::bigInt ? Type::integer : type;
    }
    if (item.aggregate == Aggregate::countAll || item.aggregate == Aggregate::count) {
        return Type::bigInt;
    }
    return typeOf(valueOf(columns, item.column));
}

Select withAllColumns(Select select, const ordered_json& columns) {
    for (const auto& [name, sample] : columns.items()) {
        select.items.push_back({Aggregate::none, ColumnPath{{name}}, std::nullopt, name});
    }
    return select;
}

} // namespace

Result<Selected> evaluate(const Select& statement, Relation relation) {
    const Select select = statement.allColumns ? withAllColumns(statement, relation.columns) : statement;
    if (auto checked = checkColumns(select, relation.columns); !checked) {
        return std::unexpected(checked.error());
    }
    const bool aggregated =
        std::ranges::any_of(select.items, [](const SelectItem& i) { return i.aggregate != Aggregate::none; });
    if (aggregated && std::ranges::any_of(select.items, [](const SelectItem& i) {
            return i.aggregate == Aggregate::none && !i.literal;
        })) {
        return std::unexpected(
            Error{400, 4000,
                  "SQLParseException[column must appear in the GROUP BY clause or be used in an "
                  "aggregation function; this stand-in knows no GROUP BY]"});
    }
    std::erase_if(relation.rows, [&select](const ordered_json& row) {
        return !std::ranges::all_of(select.conditions,
                                    [&row](const Condition& condition) { return holds(condition, row); });
    });
    sortRows(relation.rows, select.orderBy);
    Selected selected;
    for (const SelectItem& item : select.items) {
        selected.columns.push_back(item.name);
        selected.types.push_back(itemType(item, relation.columns));
    }
    const std::size_t count = aggregated ? 1 : relation.rows.size();
    for (std::size_t i = 0; i < std::min(count, select.limit.value_or(count)); ++i) {
        ordered_json row = ordered_json::array();
        for (const SelectItem& item : select.items) {
            row.push_back(aggregated     ? aggregate(item, relation.rows)
                          : item.literal ? ordered_json(*item.literal)
                                         : valueOf(relation.rows[i], item.column));
        }
        selected.rows.push_back(std::move(row));
    }
    return selected;
}

} // namespace standin::sql
