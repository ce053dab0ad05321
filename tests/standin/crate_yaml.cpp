// A line at a time with a stack of open maps; no YAML library, because the stand-in has to know exactly what it
// accepts. Pure: never opens the file itself.
#include "tests/standin/crate_yaml.hpp"

#include <algorithm>
#include <utility>

namespace standin {

namespace {

std::string_view trim(std::string_view text) {
    constexpr std::string_view kBlank = " \t\r";
    const std::size_t begin = text.find_first_not_of(kBlank);
    if (begin == std::string_view::npos) {
        return {};
    }
    return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

// Follows the quotes of a line: inside double quotes a backslash hides the next character.
class Quotes {
public:
    // Whether `c`, the next character, is outside quotes and is not a quote itself.
    bool outside(char c) {
        if (quote_ == 0) {
            quote_ = c == '"' || c == '\'' ? c : '\0';
            return quote_ == 0;
        }
        if (hidden_) {
            hidden_ = false;
        } else if (quote_ == '"' && c == '\\') {
            hidden_ = true;
        } else if (c == quote_) {
            quote_ = 0;
        }
        return false;
    }

private:
    char quote_ = 0;
    bool hidden_ = false;
};

// Cuts a comment: '#' at the start or after a blank, outside of quotes.
std::string_view withoutComment(std::string_view line) {
    Quotes quotes;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (quotes.outside(line[i]) && line[i] == '#' &&
            (i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t')) {
            return line.substr(0, i);
        }
    }
    return line;
}

// The text between double quotes; empty for an escape that YAML knows and this stand-in does not.
std::optional<std::string> unescape(std::string_view text) {
    constexpr std::string_view kEscapes = "\\\"/ntr";
    constexpr std::string_view kMeanings = "\\\"/\n\t\r";
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            plain += text[i];
            continue;
        }
        const std::size_t kind = ++i < text.size() ? kEscapes.find(text[i]) : std::string_view::npos;
        if (kind == std::string_view::npos) {
            return std::nullopt;
        }
        plain += kMeanings[kind];
    }
    return plain;
}

class Reader {
public:
    Reader(const Environment& environment, Settings& settings)
        : environment_(environment), settings_(settings) {}

    Result<void> readLine(std::string_view line) {
        ++lineNumber_;
        const std::string_view content = withoutComment(line);
        const std::size_t indent = content.find_first_not_of(' ');
        if (trim(content).empty() || trim(content) == "---") {
            return {};
        }
        if (content[indent] == '\t') {
            return complain("found a tab in the indentation, expected blanks");
        }
        const std::string_view body = trim(content);
        if (body == "-" || body.starts_with("- ")) {
            return readListItem(body.substr(1));
        }
        if (auto finished = finishPending(indent); !finished) {
            return finished;
        }
        return readPair(indent, body);
    }

    Result<void> finish() { return finishPending(0); }

private:
    struct Level {
        std::size_t indent;
        std::string prefix; // "path." for the keys below `path:`
    };

    std::unexpected<Failure> complain(std::string_view what) const {
        return fail("Failed to load settings from [crate.yml]: line " + std::to_string(lineNumber_) + ": " +
                    std::string(what));
    }

    // A key without a value waits for the next line: an item makes it a list, a deeper key makes it a map.
    Result<void> finishPending(std::size_t nextIndent) {
        if (!pendingKey_) {
            return {};
        }
        const std::string key = *std::exchange(pendingKey_, std::nullopt);
        if (!pendingList_.items.empty()) {
            return store(key, std::exchange(pendingList_, Value{{}, true}));
        }
        if (nextIndent > pendingIndent_) {
            levels_.push_back({nextIndent, key + "."});
            return {};
        }
        return complain("null-valued setting found for key [" + key + "], expected a value");
    }

    Result<void> readListItem(std::string_view item) {
        if (!pendingKey_) {
            return complain("found a list item, expected a key before it");
        }
        Result<std::string> value = scalar(trim(item));
        if (!value) {
            return std::unexpected(value.error());
        }
        pendingList_.items.push_back(std::move(*value));
        return {};
    }

    Result<void> readPair(std::size_t indent, std::string_view body) {
        while (!levels_.empty() && indent < levels_.back().indent) {
            levels_.pop_back();
        }
        const std::size_t expected = levels_.empty() ? 0 : levels_.back().indent;
        if (indent != expected) {
            return complain("wrong indentation, expected " + std::to_string(expected) + " blanks");
        }
        const std::size_t colon = body.find(':');
        if (colon == std::string_view::npos || colon == 0) {
            return complain("expected 'key: value'");
        }
        const std::string_view rest = body.substr(colon + 1);
        if (!rest.empty() && rest.front() != ' ') {
            return complain("expected a blank after ':'");
        }
        Result<std::string> name = scalar(trim(body.substr(0, colon)));
        if (!name) {
            return std::unexpected(name.error());
        }
        const std::string key = (levels_.empty() ? "" : levels_.back().prefix) + *name;
        const std::string_view text = trim(rest);
        if (text.empty()) {
            pendingKey_ = key;
            pendingIndent_ = indent;
            return {};
        }
        return text.front() == '[' ? readFlowList(key, text) : readScalarPair(key, text);
    }

    Result<void> readScalarPair(const std::string& key, std::string_view text) {
        Result<std::string> value = scalar(text);
        if (!value) {
            return std::unexpected(value.error());
        }
        return store(key, Value{{std::move(*value)}, false});
    }

    Result<void> readFlowList(const std::string& key, std::string_view text) {
        if (!text.ends_with(']')) {
            return complain("the list is not closed, expected ']' on the same line");
        }
        Value list{{}, true};
        std::string_view rest = trim(text.substr(1, text.size() - 2));
        while (!rest.empty()) {
            const std::size_t end = itemEnd(rest);
            Result<std::string> item = scalar(trim(rest.substr(0, end)));
            if (!item) {
                return std::unexpected(item.error());
            }
            list.items.push_back(std::move(*item));
            rest.remove_prefix(std::min(end + 1, rest.size()));
            rest = trim(rest);
        }
        return store(key, std::move(list));
    }

    // Where the first item of "a, 'b,c'" ends: at a comma outside of quotes.
    static std::size_t itemEnd(std::string_view text) {
        Quotes quotes;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (quotes.outside(text[i]) && text[i] == ',') {
                return i;
            }
        }
        return text.size();
    }

    Result<std::string> quotedScalar(std::string_view text) const {
        const char quote = text.front();
        if (text.size() < 2 || text.back() != quote) {
            return complain("the quoted string is not closed");
        }
        text = text.substr(1, text.size() - 2);
        if (quote == '\'') {
            return std::string(text);
        }
        std::optional<std::string> plain = unescape(text);
        return plain ? Result<std::string>(std::move(*plain))
                     : complain("found an escape that this stand-in does not understand");
    }

    Result<std::string> scalar(std::string_view text) const {
        if (text.empty()) {
            return complain("found an empty item, expected a value");
        }
        const bool quoted = text.front() == '"' || text.front() == '\'';
        if (!quoted && std::string_view("{}[]&*!|>%@`").contains(text.front())) {
            return complain("values that start with '" + std::string(1, text.front()) +
                            "' are not understood by this stand-in, expected a plain or quoted string");
        }
        const Result<std::string> plain =
            quoted ? quotedScalar(text) : Result<std::string>(std::string(text));
        if (!plain) {
            return plain;
        }
        Result<std::string> expanded = expandPlaceholders(*plain, environment_);
        return expanded ? expanded : Result<std::string>(complain(expanded.error().message));
    }

    Result<void> store(const std::string& key, Value value) {
        if (settings_.exists(key)) {
            return complain("Duplicate field '" + key + "'");
        }
        settings_.set(key, std::move(value));
        return {};
    }

    const Environment& environment_;
    Settings& settings_;
    std::vector<Level> levels_;
    std::optional<std::string> pendingKey_;
    std::size_t pendingIndent_ = 0;
    Value pendingList_{{}, true};
    int lineNumber_ = 0;
};

} // namespace

Result<void> readCrateYaml(std::string_view text, const Environment& environment, Settings& settings) {
    Reader reader(environment, settings);
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        if (auto read = reader.readLine(text.substr(0, end)); !read) {
            return read;
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return reader.finish();
}

} // namespace standin
