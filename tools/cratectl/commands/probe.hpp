// `cratectl probe`: this machine's hardware, as a table or as JSON, once or whenever it changes.
// It reads this machine only; it talks to no agent and to no etcd.
#pragma once

#include <optional>
#include <string>

namespace cratectl {

struct ProbeOptions {
    bool json = false;
    bool watch = false; ///< print a line for every probe that an event caused, until interrupted
    std::string dataDirectory = "/data/crate";
    std::optional<std::string> interface; ///< announce this one's address
};

/// Returns the exit status: 0 even with problems, which are printed; 1 if nothing could be read.
int runProbe(const ProbeOptions& options);

} // namespace cratectl
