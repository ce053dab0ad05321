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

// Cuts a comment: '#' at the start or after a blank, outside of quotes.
std::string_view withoutComment(std::string_view line) {
    char quote = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (quote != 0) {
            quote = c == quote ? '\0' : quote;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '#' && (i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t')) {
            return line.substr(0, i);
        }
    }
    return line;
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
        char quote = 0;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (quote != 0) {
                quote = text[i] == quote ? '\0' : quote;
            } else if (text[i] == '"' || text[i] == '\'') {
                quote = text[i];
            } else if (text[i] == ',') {
                return i;
            }
        }
        return text.size();
    }

    Result<std::string> scalar(std::string_view text) const {
        if (text.empty()) {
            return complain("found an empty item, expected a value");
        }
        const char first = text.front();
        if (first == '"' || first == '\'') {
            if (text.size() < 2 || text.back() != first) {
                return complain("the quoted string is not closed");
            }
            text = text.substr(1, text.size() - 2);
        } else if (std::string_view("{}[]&*!|>%@`").contains(first)) {
            return complain("values that start with '" + std::string(1, first) +
                            "' are not understood by this stand-in, expected a plain or quoted string");
        }
        Result<std::string> expanded = expandPlaceholders(text, environment_);
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
