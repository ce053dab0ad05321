// `cratectl site`: what each machine gets for its first boot, from one file about all of them.
// It reads that file and writes text. It talks to no machine.
#pragma once

#include <string>

namespace cratectl {

struct SiteOptions {
    std::string file;
    std::string node;                   ///< print this node's config
    std::string target = "cratekeeper"; ///< or "flatcar", "fcos"
    std::string directory;              ///< write the configs of all nodes into it
    bool check = false;                 ///< only say what is wrong
};

/// 1 when the file has errors, each printed with its line; warnings do not count.
int runSite(const SiteOptions& options);

} // namespace cratectl
