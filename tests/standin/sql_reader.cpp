// See sql_reader.hpp.
#include "tests/standin/sql_reader.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace standin::sql {

using nlohmann::json;

const Token& Reader::peek(std::size_t ahead) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
}

void Reader::refuse(const std::string& expected) {
    raise(syntaxError(peek().column, "mismatched input '" + peek().text + "' expecting " + expected));
}

void Reader::raise(Error error) {
    if (!error_) {
        error_ = std::move(error);
    }
}

bool Reader::is(TokenKind kind, std::string_view text) const {
    return !error_ && peek().kind == kind && peek().text == text;
}

bool Reader::accept(TokenKind kind, std::string_view text) {
    const bool found = is(kind, text);
    at_ += found ? 1 : 0;
    return found;
}

void Reader::needWord(std::string_view word) {
    if (!acceptWord(word)) {
        refuse("'" + std::string(word) + "'");
    }
}

void Reader::needSymbol(std::string_view symbol) {
    if (!acceptSymbol(symbol)) {
        refuse("'" + std::string(symbol) + "'");
    }
}

std::string Reader::name() {
    if (peek().kind != TokenKind::word && peek().kind != TokenKind::quotedName) {
        refuse("a name");
        return {};
    }
    return tokens_[at_++].text;
}

RelationName Reader::relationName() {
    std::string first = name();
    if (!acceptSymbol(".")) {
        return RelationName{"doc", std::move(first)};
    }
    return RelationName{std::move(first), name()};
}

ColumnPath Reader::columnPath() {
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

bool Reader::startsLiteral() const {
    const Token& token = peek();
    return token.kind == TokenKind::number || token.kind == TokenKind::string ||
           token.kind == TokenKind::parameter || is(TokenKind::symbol, "-") || is(TokenKind::word, "null") ||
           is(TokenKind::word, "true") || is(TokenKind::word, "false");
}

json Reader::literal() {
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

json Reader::number(const std::string& text) {
    json value = json::parse(text, nullptr, false);
    if (value.is_discarded()) {
        --at_;
        refuse("a number");
    }
    return value;
}

json Reader::parameter(const Token& token) {
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

} // namespace standin::sql
