// See seed_hosts.hpp.
#include "tests/standin/seed_hosts.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace standin {

std::vector<std::string> parseSeedFile(std::string_view text) {
    std::vector<std::string> hosts;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        // Blank lines are not skipped by the real provider either: they become hosts that cannot be resolved.
        if (!line.starts_with('#')) {
            hosts.emplace_back(line);
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return hosts;
}

Seeds readSeeds(const Settings& settings, const std::string& configDirectory) {
    Seeds seeds{settings.list("discovery.seed_hosts"), {}};
    const std::vector<std::string> providers = settings.list("discovery.seed_providers");
    if (std::ranges::find(providers, "file") == providers.end()) {
        return seeds;
    }
    const std::string path = configDirectory + "/unicast_hosts.txt";
    std::ifstream file(path);
    if (!file) {
        seeds.warning = "expected, but did not find, a dynamic hosts list at [" + path + "]";
        return seeds;
    }
    std::stringstream text;
    text << file.rdbuf();
    for (std::string& host : parseSeedFile(text.str())) {
        seeds.addresses.push_back(std::move(host));
    }
    return seeds;
}

} // namespace standin
