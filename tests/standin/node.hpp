// The facts of this node that pages and system tables show. Values only.
#pragma once

#include "tests/standin/gateway.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace standin {

struct Node {
    std::string id;
    std::string name;
    std::string hostname;
    std::string clusterName;
    std::string version;
    Version line;
    std::string restUrl; // published address and HTTP port
    std::string dataPath;
    int httpPort = 0;
    int transportPort = 0;
    int psqlPort = 0;
    std::uint64_t heapBytes = 0;
    std::map<std::string, std::string> attributes;
    Gateway gateway;
    bool masterEligible = true;
    bool dataNode = true;
};

// Said on every page and in every answer's headers.
inline constexpr const char* kDisclaimer = "test stand-in, not CrateDB";

} // namespace standin
