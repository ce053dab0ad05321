// What every rule of the grammar needs: the tokens one after the other, names, literals and parameters. Pure. The first
// error sticks: after it nothing more is accepted, so that the rules read like the grammar and ask once at the end.
#pragma once

#include "tests/standin/sql_lexer.hpp"

namespace standin::sql {

class Reader {
public:
    Reader(std::vector<Token> tokens, const std::vector<nlohmann::json>& args)
        : tokens_(std::move(tokens)), args_(args) {}

    [[nodiscard]] const std::optional<Error>& error() const { return error_; }
    [[nodiscard]] const Token& peek(std::size_t ahead = 0) const;
    [[nodiscard]] bool isAtEnd() const { return peek().kind == TokenKind::end; }
    void refuse(const std::string& expected);
    void raise(Error error);
    bool acceptWord(std::string_view word) { return accept(TokenKind::word, word); }
    bool acceptSymbol(std::string_view symbol) { return accept(TokenKind::symbol, symbol); }
    void needWord(std::string_view word);
    void needSymbol(std::string_view symbol);
    [[nodiscard]] std::string name();
    [[nodiscard]] RelationName relationName();
    [[nodiscard]] ColumnPath columnPath();
    [[nodiscard]] bool startsLiteral() const;
    [[nodiscard]] nlohmann::json literal();

private:
    [[nodiscard]] bool is(TokenKind kind, std::string_view text) const;
    bool accept(TokenKind kind, std::string_view text);
    [[nodiscard]] nlohmann::json number(const std::string& text);
    [[nodiscard]] nlohmann::json parameter(const Token& token);

    std::vector<Token> tokens_;
    const std::vector<nlohmann::json>& args_;
    std::optional<Error> error_;
    std::size_t at_ = 0;
    std::size_t questionMarks_ = 0;
};

// Statements about the cluster and its users; nothing when the next word begins none of them. See sql_parser_admin.cpp.
[[nodiscard]] std::optional<Statement> parseAdministration(Reader& reader);

} // namespace standin::sql
