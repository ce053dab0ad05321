// Values of settings and the checks CrateDB makes of them before it starts anything.
// Pure: text in, values or a failure out. The messages name the setting and the value as the real ones do, because
// the agent quotes them to the operator.
#include "tests/standin/settings.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <set>
#include <span>

namespace standin {

namespace {

std::vector<std::string> splitOn(std::string_view text, char separator) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(separator), text.size());
        std::string_view part = text.substr(0, end);
        while (part.starts_with(' ')) {
            part.remove_prefix(1);
        }
        while (part.ends_with(' ')) {
            part.remove_suffix(1);
        }
        parts.emplace_back(part);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

template <typename Number>
std::optional<Number> parseWhole(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

bool isNumberWithUnit(std::string_view text, std::span<const std::string_view> units) {
    return std::ranges::any_of(units, [text](std::string_view unit) {
        return text.size() > unit.size() && text.ends_with(unit) &&
               parseWhole<double>(text.substr(0, text.size() - unit.size())).has_value();
    });
}

// "-1" and "0" are the only times without a unit.
bool isTime(std::string_view text) {
    static constexpr std::array<std::string_view, 7> kUnits{"nanos", "micros", "ms", "s", "m", "h", "d"};
    return text == "-1" || text == "0" || isNumberWithUnit(text, kUnits);
}

// Sizes, or parts of the heap or disk in per cent; "-1" and "0" stand without a unit.
bool isSize(std::string_view text) {
    static constexpr std::array<std::string_view, 12> kUnits{"kb", "mb", "gb", "tb", "pb", "k",
                                                             "m",  "g",  "t",  "p",  "b",  "%"};
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return lower == "-1" || lower == "0" || isNumberWithUnit(lower, kUnits);
}

bool isOneOf(std::string_view text, std::string_view choices) {
    const std::vector<std::string> names = splitOn(choices, '|');
    return std::ranges::find(names, text) != names.end();
}

bool isOfKind(std::string_view text, const KnownSetting& known) {
    switch (known.kind) {
    case Kind::boolean: return text == "true" || text == "false";
    case Kind::integer: return parseWhole<int>(text).has_value();
    case Kind::number: return parseWhole<double>(text).has_value();
    case Kind::portRange: return parsePortRange(text).has_value();
    case Kind::time: return isTime(text);
    case Kind::size: return isSize(text);
    case Kind::choice: return isOneOf(text, known.choices);
    case Kind::text:
    case Kind::list: break;
    }
    return true;
}

std::string expectationOf(const KnownSetting& known) {
    switch (known.kind) {
    case Kind::boolean: return " as only [true] or [false] are allowed.";
    case Kind::portRange: return ": expected a port or a range of ports like 4200-4300";
    case Kind::time: return " as a time value: unit is missing or unrecognized";
    case Kind::size: return " as a size in bytes: unit is missing or unrecognized";
    case Kind::choice: return ", must be one of [" + std::string(known.choices) + "]";
    default: break;
    }
    return ": expected a number";
}

Result<void> checkBootstrapVote(const Settings& settings) {
    const bool singleNode = settings.text("discovery.type", "zen") == "single-node";
    if (singleNode && settings.exists("cluster.initial_master_nodes")) {
        return fail("setting [cluster.initial_master_nodes] is not allowed when [discovery.type] is set to "
                    "[single-node]");
    }
    if (singleNode && !settings.flag("node.master", true)) {
        return fail("node with [discovery.type] set to [single-node] must be master-eligible");
    }
    const std::vector<std::string> names = settings.list("cluster.initial_master_nodes");
    if (std::set<std::string>(names.begin(), names.end()).size() != names.size()) {
        std::string shown;
        for (const std::string& name : names) {
            shown += (shown.empty() ? "" : ", ") + name;
        }
        return fail("setting [cluster.initial_master_nodes] contains duplicates: [" + shown + "]");
    }
    return {};
}

Result<void> checkSeeds(const Settings& settings) {
    static constexpr std::string_view kProviders = "settings|file|srv|ec2";
    for (const std::string& provider : settings.list("discovery.seed_providers")) {
        if (!isOneOf(provider, kProviders)) {
            return fail("Unknown seed providers [" + provider + "]");
        }
    }
    for (const std::string& host : settings.list("discovery.seed_hosts")) {
        const std::size_t colon = host.rfind(':');
        const bool bareAddress = host.find(':') != colon && !host.starts_with('[');
        if (colon == std::string::npos || bareAddress || host.ends_with(']')) {
            continue;
        }
        const std::optional<int> port = parseWhole<int>(std::string_view(host).substr(colon + 1));
        if (!port || *port < 1 || *port > 65535) {
            return fail("failed to resolve host [" + host +
                        "]: expected host or host:port with a single port");
        }
    }
    return {};
}

// Numbers of gateway.* that contradict each other are node checks of a running node, no reason to refuse its start.
Result<void> checkCombinations(const Settings& settings) {
    if (settings.exists("cluster.name") && settings.text("cluster.name", "").contains(':')) {
        return fail("Failed to parse value for setting [cluster.name]: must not contain ':'");
    }
    if (auto vote = checkBootstrapVote(settings); !vote) {
        return vote;
    }
    return checkSeeds(settings);
}

} // namespace

Result<void> checkValue(const std::string& name, const Value& value, const KnownSetting& known) {
    const std::string refusal = "Failed to parse value [" + value.text() + "] for setting [" + name + "]";
    if (value.isList && known.kind != Kind::list) {
        return fail(refusal + ": a list is not allowed here");
    }
    if (!isOfKind(value.text(), known)) {
        return fail(refusal + expectationOf(known));
    }
    return {};
}

std::string Value::text() const {
    std::string joined;
    for (const std::string& item : items) {
        joined += (joined.empty() ? "" : ",") + item;
    }
    return joined;
}

void Settings::set(std::string name, Value value) {
    values_.insert_or_assign(std::move(name), std::move(value));
}

bool Settings::exists(std::string_view name) const { return values_.contains(name); }

std::string Settings::text(std::string_view name, std::string_view fallback) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::string(fallback) : found->second.text();
}

bool Settings::flag(std::string_view name, bool fallback) const {
    return text(name, fallback ? "true" : "false") == "true";
}

int Settings::number(std::string_view name, int fallback) const {
    return parseWhole<int>(text(name, "")).value_or(fallback);
}

std::vector<std::string> Settings::list(std::string_view name) const {
    const auto found = values_.find(name);
    if (found == values_.end()) {
        return {};
    }
    return found->second.isList ? found->second.items : splitOn(found->second.text(), ',');
}

PortRange Settings::ports(std::string_view name, PortRange fallback) const {
    return parsePortRange(text(name, "")).value_or(fallback);
}

std::optional<std::chrono::milliseconds> Settings::time(std::string_view name) const {
    return parseTime(text(name, ""));
}

std::optional<std::chrono::milliseconds> parseTime(std::string_view text) {
    struct Unit {
        std::string_view name;
        double milliseconds;
    };
    static constexpr std::array<Unit, 7> kUnits{
        {{"nanos", 1e-6}, {"micros", 1e-3}, {"ms", 1}, {"s", 1e3}, {"m", 6e4}, {"h", 3.6e6}, {"d", 8.64e7}}};
    for (const Unit& unit : kUnits) {
        const std::optional<double> count =
            text.ends_with(unit.name) ? parseWhole<double>(text.substr(0, text.size() - unit.name.size()))
                                      : std::nullopt;
        if (count && *count >= 0) {
            return std::chrono::milliseconds(static_cast<std::int64_t>(*count * unit.milliseconds));
        }
    }
    return text == "0" ? std::optional(std::chrono::milliseconds(0)) : std::nullopt;
}

std::optional<PortRange> parsePortRange(std::string_view text) {
    const std::size_t dash = text.find('-');
    const std::optional<int> first = parseWhole<int>(text.substr(0, dash));
    const std::optional<int> last =
        dash == std::string_view::npos ? first : parseWhole<int>(text.substr(dash + 1));
    if (!first || !last || *first < 1 || *last > 65535 || *first > *last) {
        return std::nullopt;
    }
    return PortRange{*first, *last};
}

Result<std::string> expandPlaceholders(std::string_view text, const Environment& environment) {
    std::string expanded;
    while (true) {
        const std::size_t begin = text.find("${");
        expanded += text.substr(0, begin);
        if (begin == std::string_view::npos) {
            return expanded;
        }
        const std::size_t end = text.find('}', begin);
        if (end == std::string_view::npos) {
            return fail("Unclosed placeholder in [" + std::string(text) + "]: expected '}'");
        }
        const std::string_view inner = text.substr(begin + 2, end - begin - 2);
        const std::size_t colon = inner.find(':');
        std::optional<std::string> value = environment(inner.substr(0, colon));
        if (!value && colon != std::string_view::npos) {
            value = std::string(inner.substr(colon + 1));
        }
        if (!value) {
            return fail("Could not resolve placeholder '" + std::string(inner) + "'");
        }
        expanded += *value;
        text.remove_prefix(end + 1);
    }
}

Result<void> validate(const Settings& settings, const Version& version) {
    for (const auto& [name, value] : settings.all()) {
        const KnownSetting* known = findKnownSetting(name, version);
        if (known == nullptr) {
            return fail(
                "unknown setting [" + name +
                "] please check that any required plugins are installed, or check the breaking changes "
                "documentation for removed settings");
        }
        if (auto checked = checkValue(name, value, *known); !checked) {
            return checked;
        }
    }
    return checkCombinations(settings);
}

} // namespace standin
