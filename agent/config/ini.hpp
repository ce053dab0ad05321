// The INI dialect of systemd: sections, `key=value`, comments by # or ;, a backslash that joins lines.
// It owns syntax and the place of every entry. It knows no key and reads no file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace agent {

/// A position in a file, for messages: "/etc/cratekeeper/agent.conf:12".
struct Place {
    std::string file;
    unsigned line = 0;
    bool operator==(const Place&) const = default;
};

struct IniEntry {
    Place place;
    std::string section;
    std::string key;
    std::string value; ///< trimmed; empty when the assignment is empty
    bool operator==(const IniEntry&) const = default;
};

/// One error in a file and what was expected instead.
struct ConfigError {
    Place place;
    std::string key; ///< "[Etcd] Endpoints"; empty if the line is not an assignment
    std::string expected;
    bool operator==(const ConfigError&) const = default;

    /// "file:line: [Section] Key: expected ..."
    [[nodiscard]] std::string text() const;
};

/// A line like "[Node nuc1]", also when nothing follows.
struct IniSection {
    Place place;
    std::string name;
    bool operator==(const IniSection&) const = default;
};

struct IniText {
    std::vector<IniEntry> entries;
    std::vector<ConfigError> errors; ///< malformed lines; the other entries are kept
    std::vector<IniSection> sections{};
};

[[nodiscard]] IniText parseIni(const std::string& file, std::string_view text);

} // namespace agent
