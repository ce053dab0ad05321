// `cratectl list-machines` and `cratectl list-units`: fleetctl's two tables, from the nodes' documents in etcd.
// They read etcd once and judge nothing.
#pragma once

#include "tools/cratectl/commands/command.hpp"

namespace cratectl {

int listMachines(const Options& options);
int listUnits(const Options& options);

} // namespace cratectl
