// Recursive descent over the tokens. Pure. The first error sticks: after it nothing more is accepted, so that the
// rules read like the grammar and parse() asks once at the end.
#include "tests/standin/sql_lexer.hpp"
#include "tests/standin/sql_statement.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace standin::sql {

namespace {

using nlohmann::json;

class Parser {
public:
    Parser(std::vector<Token> tokens, const std::vector<json>& args)
        : tokens_(std::move(tokens)), args_(args) {}

    Result<Statement> parse() {
        Statement parsed = statement();
        acceptSymbol(";");
        if (peek().kind != TokenKind::end) {
            refuse("the end of the statement");
        }
        return error_ ? Result<Statement>(std::unexpected(*error_)) : parsed;
    }

private:
    const Token& peek(std::size_t ahead = 0) const {
        return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
    }

    void refuse(const std::string& expected) {
        raise(syntaxError(peek().column, "mismatched input '" + peek().text + "' expecting " + expected));
    }

    void raise(Error error) {
        if (!error_) {
            error_ = std::move(error);
        }
    }

    bool is(TokenKind kind, std::string_view text) const {
        return !error_ && peek().kind == kind && peek().text == text;
    }

    bool accept(TokenKind kind, std::string_view text) {
        const bool found = is(kind, text);
        at_ += found ? 1 : 0;
        return found;
    }

    bool acceptWord(std::string_view word) { return accept(TokenKind::word, word); }
    bool acceptSymbol(std::string_view symbol) { return accept(TokenKind::symbol, symbol); }

    void needWord(std::string_view word) {
        if (!acceptWord(word)) {
            refuse("'" + std::string(word) + "'");
        }
    }

    void needSymbol(std::string_view symbol) {
        if (!acceptSymbol(symbol)) {
            refuse("'" + std::string(symbol) + "'");
        }
    }

    Statement statement() {
        if (acceptWord("select")) {
            return select();
        }
        if (acceptWord("alter")) {
            return decommission();
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
        refuse("{'SELECT', 'ALTER', 'CREATE', 'INSERT', 'REFRESH'}");
        return Refresh{};
    }

    std::string name() {
        if (peek().kind != TokenKind::word && peek().kind != TokenKind::quotedName) {
            refuse("a name");
            return {};
        }
        return tokens_[at_++].text;
    }

    RelationName relationName() {
        std::string first = name();
        if (!acceptSymbol(".")) {
            return RelationName{"doc", std::move(first)};
        }
        return RelationName{std::move(first), name()};
    }

    ColumnPath columnPath() {
        ColumnPath path{{name()}};
        while (acceptSymbol("[")) {
            if (peek().kind != TokenKind::string) {
                refuse("a key in quotes");
                break;
            }
            path.parts.push_back(tokens_[at_++].text);
            needSymbol("]");
        }
        return path;
    }

    bool startsLiteral() const {
        const Token& token = peek();
        return token.kind == TokenKind::number || token.kind == TokenKind::string ||
               token.kind == TokenKind::parameter || is(TokenKind::symbol, "-") ||
               is(TokenKind::word, "null") || is(TokenKind::word, "true") || is(TokenKind::word, "false");
    }

    json literal() {
        if (!startsLiteral()) {
            refuse("a literal");
            return {};
        }
        const Token token = tokens_[at_++];
        switch (token.kind) {
        case TokenKind::number: return number(token.text);
        case TokenKind::string: return token.text;
        case TokenKind::parameter: return parameter(token);
        case TokenKind::word: return token.text == "null" ? json() : json(token.text == "true");
        default: break;
        }
        if (peek().kind != TokenKind::number) {
            refuse("a number");
            return {};
        }
        return number("-" + tokens_[at_++].text);
    }

    json number(const std::string& text) {
        json value = json::parse(text, nullptr, false);
        if (value.is_discarded()) {
            --at_;
            refuse("a number");
        }
        return value;
    }

    json parameter(const Token& token) {
        std::size_t index = 0;
        if (token.text.empty()) {
            index = ++questionMarks_;
        } else {
            std::from_chars(token.text.data(), token.text.data() + token.text.size(), index);
        }
        if (index == 0 || index > args_.size()) {
            raise({400, 4000,
                   "SQLParseException[Tried to resolve a parameter but the arguments provided with the "
                   "SQLRequest "
                   "don't contain a parameter at position " +
                       std::to_string(index) + "]"});
            return {};
        }
        return args_[index - 1];
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

    Decommission decommission() {
        needWord("cluster");
        needWord("decommission");
        if (!startsLiteral()) {
            return Decommission{name()};
        }
        const json node = literal();
        if (!node.is_string()) {
            refuse("the name or id of a node");
            return {};
        }
        return Decommission{node.get<std::string>()};
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

    std::vector<Token> tokens_;
    const std::vector<json>& args_;
    std::optional<Error> error_;
    std::size_t at_ = 0;
    std::size_t questionMarks_ = 0;
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
