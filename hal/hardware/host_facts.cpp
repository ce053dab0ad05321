// Line by line readers for the "key : value" files of /proc and the shell-like os-release.
#include "hal/hardware/host_facts.hpp"

#include "hal/base/text.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace hal {
namespace {

/// "key : value" with blanks around both removed; an empty key when there is no colon.
std::pair<std::string_view, std::string_view> keyAndValue(std::string_view line) {
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
        return {};
    }
    return {trimmed(line.substr(0, colon)), trimmed(line.substr(colon + 1))};
}

/// Resolves the quoting that os-release(5) allows: the one of a POSIX shell, without expansion.
std::string unquoted(std::string_view value) {
    std::string result;
    char quote = 0;
    for (size_t i = 0; i < value.size(); ++i) {
        const char character = value[i];
        if (quote == 0 && (character == '"' || character == '\'')) {
            quote = character;
        } else if (character == quote && quote != 0) {
            quote = 0;
        } else if (character == '\\' && quote != '\'' && i + 1 < value.size()) {
            result += value[++i];
        } else {
            result += character;
        }
    }
    return result;
}

} // namespace

CpuFacts parseCpuinfo(std::string_view text) {
    CpuFacts cpu;
    uint32_t threads = 0;
    uint64_t package = 0;
    std::set<std::pair<uint64_t, uint64_t>> cores;
    while (!text.empty()) {
        const auto [key, value] = keyAndValue(takeLine(text));
        if (key == "processor" && parseNumber<uint64_t>(value)) {
            ++threads;
            package = 0;
        } else if (key == "model name" && !cpu.model && !value.empty()) {
            cpu.model = std::string(value);
        } else if (key == "physical id") {
            package = parseNumber<uint64_t>(value).value_or(0);
        } else if (key == "core id") {
            if (const auto core = parseNumber<uint64_t>(value)) {
                cores.emplace(package, *core);
            }
        }
    }
    if (threads > 0) {
        cpu.threads = threads;
    }
    if (!cores.empty()) {
        cpu.cores = static_cast<uint32_t>(cores.size());
    }
    return cpu;
}

std::optional<uint64_t> parseMemTotal(std::string_view text) {
    constexpr uint64_t kKib = 1024;
    while (!text.empty()) {
        const auto [key, value] = keyAndValue(takeLine(text));
        if (key != "MemTotal" || !value.ends_with(" kB")) {
            continue;
        }
        const auto number = parseNumber<uint64_t>(trimmed(value.substr(0, value.size() - 3)));
        if (!number || *number == 0 || *number > UINT64_MAX / kKib) {
            return std::nullopt;
        }
        return *number * kKib;
    }
    return std::nullopt;
}

std::optional<std::string> parseOsRelease(std::string_view text, std::string_view key) {
    std::optional<std::string> found;
    while (!text.empty()) {
        const std::string_view line = trimmed(takeLine(text));
        if (line.starts_with(key) && line.size() > key.size() && line[key.size()] == '=') {
            found = unquoted(line.substr(key.size() + 1)); // the last one wins, as in a shell
        }
    }
    return found && !found->empty() ? found : std::nullopt;
}

} // namespace hal
