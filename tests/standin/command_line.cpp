// See command_line.hpp. Pure.
#include "tests/standin/command_line.hpp"

namespace standin {

namespace {

// The official image installs CrateDB here.
constexpr std::string_view kHome = "/crate";

Result<void> readSetting(std::string_view word, const Environment& environment, Settings& settings) {
    const std::size_t equals = word.find('=');
    const std::string name(word.substr(0, equals));
    if (name.empty() || equals == std::string_view::npos || equals + 1 == word.size()) {
        return fail("Setting [" + name + "] must not be empty", kExitUsage);
    }
    Result<std::string> value = expandPlaceholders(word.substr(equals + 1), environment);
    if (!value) {
        return std::unexpected(value.error());
    }
    if (settings.exists(name)) {
        return fail("setting [" + name + "] already set, saw [" + settings.text(name, "") + "] and [" +
                        *value + "]",
                    kExitUsage);
    }
    settings.set(name, Value{{std::move(*value)}, false});
    return {};
}

} // namespace

Result<CommandLine> readCommandLine(std::span<const std::string> words, const Environment& environment) {
    CommandLine commandLine;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string_view word = words[i];
        if (word == "-v" || word == "-V" || word == "--version") {
            commandLine.printVersion = true;
        } else if (word.starts_with("-C")) {
            const bool separate = word.size() == 2;
            if (separate && i + 1 == words.size()) {
                return fail("Option C requires an argument", kExitUsage);
            }
            const std::string_view setting = separate ? std::string_view(words[++i]) : word.substr(2);
            if (auto read = readSetting(setting, environment, commandLine.settings); !read) {
                return std::unexpected(read.error());
            }
        } else if (word.starts_with('-')) {
            return fail(std::string(word) + " is not a recognized option", kExitUsage);
        } else {
            return fail("Positional arguments not allowed, found [" + std::string(word) + "]", kExitUsage);
        }
    }
    return commandLine;
}

std::string configDirectory(const CommandLine& commandLine) {
    const std::string home = commandLine.settings.text("path.home", kHome);
    return commandLine.settings.text("path.conf", home + "/config");
}

Settings merge(const Settings& fromFile, const Settings& fromCommandLine) {
    Settings merged = fromFile;
    for (const auto& [name, value] : fromCommandLine.all()) {
        merged.set(name, value);
    }
    return merged;
}

} // namespace standin
