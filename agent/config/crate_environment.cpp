// systemd.exec(5), EnvironmentFile=: simple assignments as a shell would read them, without expansions.
#include "agent/config/crate_environment.hpp"

#include "agent/config/ini.hpp"
#include "hal/base/text.hpp"

#include <map>

namespace agent {
namespace {

using std::string;
using std::string_view;

/// Takes one value from the front, up to the end of its line: quoted parts, escapes, and lines joined by a backslash.
string takeValue(string_view& text) {
    string value;
    size_t kept = 0; // trailing blanks are dropped unless something follows
    char quote = '\0';
    while (!text.empty()) {
        const char c = text.front();
        text.remove_prefix(1);
        if (quote == '\0' && c == '\n') {
            break;
        }
        if (c == '\\' && quote != '\'' && !text.empty()) {
            if (text.front() != '\n') {
                value += text.front();
                kept = value.size();
            }
            text.remove_prefix(1);
        } else if (quote == '\0' && (c == '"' || c == '\'')) {
            quote = c;
            kept = value.size();
        } else if (c == quote) {
            quote = '\0';
            kept = value.size();
        } else {
            value += c;
            const bool blank = quote == '\0' && (c == ' ' || c == '\t' || c == '\r');
            kept = blank ? kept : value.size();
        }
    }
    value.resize(kept);
    return value;
}

std::map<string, string, std::less<>> assignments(string_view text) {
    std::map<string, string, std::less<>> found;
    while (!text.empty()) {
        const auto end = text.find_first_of("=\n");
        const string name(hal::trimmed(text.substr(0, end)));
        const bool assigns =
            end != string_view::npos && text[end] == '=' && !name.starts_with('#') && !name.starts_with(';');
        if (!assigns) {
            const auto line = text.find('\n');
            text.remove_prefix(line == string_view::npos ? text.size() : line + 1);
            continue;
        }
        text.remove_prefix(end + 1);
        text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
        found[name] = takeValue(text);
    }
    return found;
}

} // namespace

CrateEnvironment parseCrateEnvironment(string_view text) {
    const auto found = assignments(text);
    CrateEnvironment environment;
    if (const auto image = found.find("CRATE_IMAGE"); image != found.end()) {
        environment.image = image->second;
    }
    if (const auto limits = found.find("CRATE_LIMITS"); limits != found.end()) {
        environment.limits = limits->second;
    }
    if (const auto options = found.find("CRATE_DOCKER_OPTIONS"); options != found.end()) {
        *environment.limits += " " + options->second;
    }
    return environment;
}

CrateEnvironment unreadableCrateEnvironment() { return {.image = std::nullopt, .limits = std::nullopt}; }

std::optional<bool> mayLockMemory(const CrateEnvironment& environment) {
    if (!environment.limits) {
        return std::nullopt;
    }
    // "--ulimit=memlock=-1:-1" and "--ulimit memlock=-1" alike; the first number is the limit in force.
    constexpr string_view kName = "memlock=";
    const auto found = environment.limits->rfind(kName);
    if (found == string::npos) {
        return false;
    }
    const string_view value = string_view(*environment.limits).substr(found + kName.size());
    const auto soft = value.substr(0, value.find_first_of(": \t"));
    return soft == "-1" || soft == "unlimited";
}

} // namespace agent
