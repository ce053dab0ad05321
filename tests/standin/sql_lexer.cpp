// See sql_lexer.hpp.
#include "tests/standin/sql_lexer.hpp"

#include <algorithm>
#include <cctype>

namespace standin::sql {

namespace {

bool isWordStart(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }

bool isDigit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

bool isWordPart(char c) { return isWordStart(c) || isDigit(c); }

class Lexer {
public:
    explicit Lexer(std::string_view text) : text_(text) {}

    Result<std::vector<Token>> run() {
        while (skipBlanks(), at_ < text_.size()) {
            Result<Token> token = next();
            if (!token) {
                return std::unexpected(token.error());
            }
            tokens_.push_back(std::move(*token));
        }
        tokens_.push_back({TokenKind::end, "<EOF>", at_ + 1});
        return tokens_;
    }

private:
    void skipBlanks() {
        while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) {
            ++at_;
        }
    }

    std::string takeWhile(bool (*belongs)(char)) {
        const std::size_t begin = at_;
        while (at_ < text_.size() && belongs(text_[at_])) {
            ++at_;
        }
        return std::string(text_.substr(begin, at_ - begin));
    }

    Result<Token> next() {
        const std::size_t column = at_ + 1;
        const char c = text_[at_];
        if (isWordStart(c)) {
            std::string word = takeWhile(isWordPart);
            std::ranges::transform(word, word.begin(), [](unsigned char letter) {
                return static_cast<char>(std::tolower(letter));
            });
            return Token{TokenKind::word, std::move(word), column};
        }
        if (isDigit(c)) {
            return Token{TokenKind::number,
                         takeWhile([](char digit) { return isDigit(digit) || digit == '.'; }), column};
        }
        if (c == '\'' || c == '"') {
            return quoted(c, column);
        }
        if (c == '?' || c == '$') {
            ++at_;
            return Token{TokenKind::parameter, c == '?' ? "" : takeWhile(isDigit), column};
        }
        return symbol(column);
    }

    // A doubled quote inside stands for itself.
    Result<Token> quoted(char quote, std::size_t column) {
        std::string content;
        for (++at_; at_ < text_.size(); ++at_) {
            if (text_[at_] != quote) {
                content += text_[at_];
            } else if (at_ + 1 < text_.size() && text_[at_ + 1] == quote) {
                content += text_[at_++];
            } else {
                ++at_;
                return Token{quote == '"' ? TokenKind::quotedName : TokenKind::string, std::move(content),
                             column};
            }
        }
        return std::unexpected(syntaxError(column, "the quote is not closed"));
    }

    Result<Token> symbol(std::size_t column) {
        for (const std::string_view two : {"<=", ">=", "<>", "!="}) {
            if (text_.substr(at_).starts_with(two)) {
                at_ += two.size();
                return Token{TokenKind::symbol, two == "!=" ? "<>" : std::string(two), column};
            }
        }
        const char c = text_[at_];
        if (!std::string_view("(),.*=<>[];-").contains(c)) {
            return std::unexpected(
                syntaxError(column, "token recognition error at: '" + std::string(1, c) + "'"));
        }
        ++at_;
        return Token{TokenKind::symbol, std::string(1, c), column};
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::vector<Token> tokens_;
};

} // namespace

Error syntaxError(std::size_t column, const std::string& what) {
    return {400, 4000, "SQLParseException[line 1:" + std::to_string(column) + ": " + what + "]"};
}

Result<std::vector<Token>> tokenize(std::string_view text) { return Lexer(text).run(); }

} // namespace standin::sql
