// The node's settings: what may be set in a version line, of which kind, and the values given.
// Owns the explicit list of known names and the checks of their values. Never reads a file or the environment
// by itself: callers hand in the text of crate.yml, the arguments and a way to look up environment variables.
#pragma once

#include "tests/standin/failure.hpp"
#include "tests/standin/version.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace standin {

struct Value {
    std::vector<std::string> items;
    bool isList = false;

    [[nodiscard]] std::string text() const;
    bool operator==(const Value&) const = default;
};

enum class Kind { text, boolean, integer, number, portRange, time, size, list, choice };

struct KnownSetting {
    std::string_view name; // a name that ends in ".*" covers every name below it
    Kind kind = Kind::text;
    std::string_view choices = {};  // for Kind::choice, separated by '|'
    Version since = kOldestVersion; // the first that knows it
    Version until = {9999, 0, 0};   // the first that does not know it any more
};

struct PortRange {
    int first = 0;
    int last = 0;

    bool operator==(const PortRange&) const = default;
};

// Returns the entry that covers `name`, or null for a setting that this version does not know.
[[nodiscard]] const KnownSetting* findKnownSetting(std::string_view name, const Version& version);

using Environment = std::function<std::optional<std::string>(std::string_view name)>;

class Settings {
public:
    void set(std::string name, Value value);
    [[nodiscard]] bool exists(std::string_view name) const;
    [[nodiscard]] std::string text(std::string_view name, std::string_view fallback) const;
    [[nodiscard]] bool flag(std::string_view name, bool fallback) const;
    [[nodiscard]] int number(std::string_view name, int fallback) const;
    [[nodiscard]] std::vector<std::string> list(std::string_view name) const;
    [[nodiscard]] PortRange ports(std::string_view name, PortRange fallback) const;
    [[nodiscard]] std::optional<std::chrono::milliseconds> time(std::string_view name) const;
    [[nodiscard]] const std::map<std::string, Value, std::less<>>& all() const { return values_; }

private:
    std::map<std::string, Value, std::less<>> values_;
};

// "4200" or "4200-4300"; empty when it is neither or a port is outside 1..65535.
[[nodiscard]] std::optional<PortRange> parsePortRange(std::string_view text);

// Replaces ${NAME} and ${NAME:default}; a name that is not set and has no default is a failure.
[[nodiscard]] Result<std::string> expandPlaceholders(std::string_view text, const Environment& environment);

// Refuses unknown names, values of the wrong kind, and combinations CrateDB refuses at start.
[[nodiscard]] Result<void> validate(const Settings& settings, const Version& version);

// Whether the value is one that the setting takes.
[[nodiscard]] Result<void> checkValue(const std::string& name, const Value& value, const KnownSetting& known);

// "5m", "500ms", "0"; empty for anything else, also for "-1".
[[nodiscard]] std::optional<std::chrono::milliseconds> parseTime(std::string_view text);

} // namespace standin
