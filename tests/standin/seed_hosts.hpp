// Where a node without a master looks for others: discovery.seed_hosts and, with the file provider, the lines of
// unicast_hosts.txt in the configuration directory, read again in every round.
// Owns no connection; returns addresses as text.
#pragma once

#include "tests/standin/settings.hpp"

namespace standin {

// One host[:port] a line; '#' starts a comment line. Pure.
[[nodiscard]] std::vector<std::string> parseSeedFile(std::string_view text);

struct Seeds {
    std::vector<std::string> addresses;
    std::string warning; // empty unless the file is missing or unreadable
};

[[nodiscard]] Seeds readSeeds(const Settings& settings, const std::string& configDirectory);

} // namespace standin
