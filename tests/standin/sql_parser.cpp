// Recursive descent over the tokens: SELECT and the statements about the table. Pure.
#include "tests/standin/sql_reader.hpp"

#include <utility>

namespace standin::sql {

namespace {

using nlohmann::json;

class Parser : private Reader {
public:
    using Reader::Reader;

    Result<Statement> parse() {
        Statement parsed = statement();
        acceptSymbol(";");
        if (!isAtEnd()) {
            refuse("the end of the statement");
        }
        return error() ? Result<Statement>(std::unexpected(*error())) : parsed;
    }

private:
    Statement statement() {
        if (acceptWord("select")) {
            return select();
        }
        if (std::optional<Statement> administration = parseAdministration(*this)) {
            return std::move(*administration);
        }
        if (acceptWord("create")) {
            return createTable();
        }
        if (acceptWord("insert")) {
            return insert();
        }
        if (acceptWord("refresh")) {
            needWord("table");
            return Refresh{relationName()};
        }
        refuse(
            "{'SELECT', 'ALTER', 'CREATE', 'DROP', 'GRANT', 'INSERT', 'REFRESH', 'RESET', 'SET', 'UPDATE'}");
        return Refresh{};
    }

    SelectItem selectItem() {
        SelectItem item;
        if (startsLiteral()) {
            item.name = peek().kind == TokenKind::string ? "'" + peek().text + "'" : peek().text;
            item.literal = literal();
        } else if (peek(1).kind == TokenKind::symbol && peek(1).text == "(") {
            aggregate(item);
        } else {
            item.column = columnPath();
            item.name = item.column.text();
        }
        if (acceptWord("as")) {
            item.name = name();
        }
        return item;
    }

    void aggregate(SelectItem& item) {
        const std::string function = name();
        needSymbol("(");
        if (function == "count" && acceptSymbol("*")) {
            item.aggregate = Aggregate::countAll;
            item.name = "count(*)";
        } else if (function == "count" || function == "max" || function == "min") {
            item.aggregate = function == "count" ? Aggregate::count
                             : function == "max" ? Aggregate::max
                                                 : Aggregate::min;
            item.column = columnPath();
            item.name = function + "(" + item.column.text() + ")";
        } else {
            raise({400, 4004, "UnsupportedFunctionException[Unknown function: " + function + "()]"});
        }
        needSymbol(")");
    }

    Select select() {
        Select select;
        select.allColumns = acceptSymbol("*");
        if (!select.allColumns) {
            do {
                select.items.push_back(selectItem());
            } while (acceptSymbol(","));
        }
        if (acceptWord("from")) {
            select.relation = relationName();
        }
        if (acceptWord("where")) {
            do {
                select.conditions.push_back(condition());
            } while (acceptWord("and"));
        }
        if (acceptWord("order")) {
            needWord("by");
            do {
                ColumnPath column = columnPath();
                const bool descending = acceptWord("desc");
                if (!descending) {
                    acceptWord("asc");
                }
                select.orderBy.push_back({std::move(column), descending});
            } while (acceptSymbol(","));
        }
        if (acceptWord("limit")) {
            const json rows = literal();
            if (rows.is_number_unsigned()) {
                select.limit = rows.get<std::size_t>();
            } else {
                refuse("a number of rows");
            }
        }
        return select;
    }

    Condition condition() {
        Condition condition{columnPath(), {}, {}};
        if (acceptWord("is")) {
            condition.comparison = acceptWord("not") ? "is not null" : "is null";
            needWord("null");
            return condition;
        }
        for (const std::string_view symbol : {"=", "<>", "<", "<=", ">", ">="}) {
            if (acceptSymbol(symbol)) {
                condition.comparison = symbol;
                condition.literal = literal();
                return condition;
            }
        }
        refuse("a comparison");
        return condition;
    }

    CreateTable createTable() {
        CreateTable create;
        needWord("table");
        create.ifNotExists = acceptWord("if");
        if (create.ifNotExists) {
            needWord("not");
            needWord("exists");
        }
        create.relation = relationName();
        needSymbol("(");
        create.column = name();
        const std::string type = name();
        create.type = type == "int"      ? "integer"
                      : type == "long"   ? "bigint"
                      : type == "string" ? "text"
                                         : type;
        create.primaryKey = acceptWord("primary");
        if (create.primaryKey) {
            needWord("key");
        }
        needSymbol(")");
        return create;
    }

    Insert insert() {
        Insert insert;
        needWord("into");
        insert.relation = relationName();
        if (acceptSymbol("(")) {
            insert.column = name();
            needSymbol(")");
        }
        needWord("values");
        do {
            needSymbol("(");
            insert.values.push_back(literal());
            needSymbol(")");
        } while (acceptSymbol(","));
        return insert;
    }
};

} // namespace

std::string ColumnPath::text() const {
    std::string text = parts.front();
    for (std::size_t i = 1; i < parts.size(); ++i) {
        text += "['" + parts[i] + "']";
    }
    return text;
}

Result<Statement> parse(std::string_view text, const std::vector<json>& args) {
    Result<std::vector<Token>> tokens = tokenize(text);
    if (!tokens) {
        return std::unexpected(tokens.error());
    }
    return Parser(std::move(*tokens), args).parse();
}

} // namespace standin::sql
