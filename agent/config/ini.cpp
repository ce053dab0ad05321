// Line by line, so that an operator sees every wrong line at once and not only the first.
#include "agent/config/ini.hpp"

#include "hal/base/text.hpp"

namespace agent {
namespace {

// A configuration line longer than this is a file of another kind; systemd's own limit is 1 MiB.
constexpr size_t kMaxLineBytes = 64 * 1024;

struct LogicalLine {
    std::string text;
    unsigned number = 0;
};

/// Joins lines that end in a backslash, as systemd.syntax(7) does: the backslash becomes a blank, comments inside
/// of a joined line are skipped.
std::vector<LogicalLine> logicalLines(std::string_view text) {
    std::vector<LogicalLine> lines;
    bool joining = false;
    unsigned number = 0;
    while (!text.empty()) {
        ++number;
        const auto end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        const std::string content(hal::trimmed(line));
        if (content.starts_with('#') || content.starts_with(';')) {
            continue;
        }
        const bool continues = content.ends_with('\\');
        std::string piece = continues ? content.substr(0, content.size() - 1) + " " : content;
        if (joining) {
            lines.back().text += piece;
        } else {
            lines.push_back({std::move(piece), number});
        }
        joining = continues;
    }
    return lines;
}

} // namespace

std::string ConfigError::text() const {
    std::string text = place.file;
    if (place.line > 0) {
        text += ":" + std::to_string(place.line);
    }
    return text + ": " + (key.empty() ? "" : key + ": ") + expected;
}

IniText parseIni(const std::string& file, std::string_view text) {
    IniText result;
    std::string section;
    for (const auto& [line, number] : logicalLines(text)) {
        const Place place{file, number};
        const std::string content(hal::trimmed(line));
        if (content.empty()) {
            continue;
        }
        if (content.size() > kMaxLineBytes || content.find('\0') != std::string::npos) {
            result.errors.push_back({place, "", "expected a line of text of at most 64 KiB"});
            continue;
        }
        if (content.front() == '[') {
            if (content.size() < 3 || content.back() != ']') {
                result.errors.push_back(
                    {place, "", "expected a section like [Etcd], found \"" + content + "\""});
                continue;
            }
            section = content.substr(1, content.size() - 2);
            result.sections.push_back({place, section});
            continue;
        }
        const auto equals = content.find('=');
        if (equals == std::string::npos || equals == 0) {
            result.errors.push_back({place, "", "expected Key=Value, found \"" + content + "\""});
            continue;
        }
        result.entries.push_back(
            {.place = place,
             .section = section,
             .key = std::string(hal::trimmed(std::string_view(content).substr(0, equals))),
             .value = std::string(hal::trimmed(std::string_view(content).substr(equals + 1)))});
    }
    return result;
}

} // namespace agent
