// SQL text to tokens. Pure; comments are not understood and refused by the parser as unknown symbols.
#pragma once

#include "tests/standin/sql_statement.hpp"

namespace standin::sql {

enum class TokenKind { word, quotedName, string, number, parameter, symbol, end };

struct Token {
    TokenKind kind = TokenKind::end;
    std::string text;       // words in lower case, names and strings without quotes
    std::size_t column = 0; // from 1, for messages
};

// Ends with an End token. An open quote and a foreign character are errors.
[[nodiscard]] Result<std::vector<Token>> tokenize(std::string_view text);

[[nodiscard]] Error syntaxError(std::size_t column, const std::string& what);

} // namespace standin::sql
