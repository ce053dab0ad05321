// `cratectl site`: generates each machine's first-boot config from one file about all of them.
// It reads that file and writes text. It contacts no machine.
#pragma once

#include <string>

namespace cratectl {

struct SiteOptions {
    std::string file;
    std::string node;                   ///< print this node's config
    std::string target = "cratekeeper"; ///< or "flatcar", "fcos"
    std::string directory;              ///< write the configs of all nodes into it
    bool check = false;                 ///< only report errors and warnings
};

/// 1 when the file has errors, each printed with its line; warnings do not count.
int runSite(const SiteOptions& options);

} // namespace cratectl
