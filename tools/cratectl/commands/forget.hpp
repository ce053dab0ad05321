// `cratectl forget`: takes a machine out of the cluster for good, and with --undo takes that back.
// It asks etcd, the database of this machine and the person, in this order; who may be forgotten is tools/cratectl/cluster/forget's.
#pragma once

#include "tools/cratectl/commands/command.hpp"

#include <string>

namespace cratectl {

struct ForgetOptions {
    std::string node;
    bool undo = false;
    bool yes = false; ///< nobody is asked
};

int forgetNode(const Options& options, const ForgetOptions& forget);

} // namespace cratectl
