// The arguments of `crate`: -Cname=value settings, -v, -p and -d as the start script takes them.
// Pure: turns words into values, decides nothing about what the settings mean.
#pragma once

#include "tests/standin/settings.hpp"

#include <span>

namespace standin {

struct CommandLine {
    Settings settings;
    bool printVersion = false;
};

// `words` without the program's name. Refuses positional arguments, empty and repeated settings with status 64.
[[nodiscard]] Result<CommandLine> readCommandLine(std::span<const std::string> words,
                                                  const Environment& environment);

// Directory that holds crate.yml and unicast_hosts.txt: -Cpath.conf, else <home>/config.
[[nodiscard]] std::string configDirectory(const CommandLine& commandLine);

// Lays the command line over the file: it wins, as documented.
[[nodiscard]] Settings merge(const Settings& fromFile, const Settings& fromCommandLine);

} // namespace standin
