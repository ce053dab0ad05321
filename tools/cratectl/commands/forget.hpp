// `cratectl forget`: removes a machine from the cluster permanently, and undoes that with --undo.
// It asks etcd, the database of this machine and the user, in this order; tools/cratectl/cluster/forget decides
// which machine may be forgotten.
#pragma once

#include "tools/cratectl/commands/command.hpp"

#include <string>

namespace cratectl {

struct ForgetOptions {
    std::string node;
    bool undo = false;
    bool yes = false; ///< do not ask for confirmation
};

int forgetNode(const Options& options, const ForgetOptions& forget);

} // namespace cratectl
