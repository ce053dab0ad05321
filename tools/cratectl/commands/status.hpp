// `cratectl status`: this node on one screen: what it is, what it is doing, why it is or is not ready, since when, and
// what to do next. It queries the local agent and prints its answer; it judges nothing itself.
#pragma once

#include "tools/cratectl/commands/command.hpp"

#include <string>

namespace cratectl {

/// `address` ("host:port") queries another node's agent; if empty, this one's, through its unix socket.
int showStatus(const Options& options, const std::string& address);

} // namespace cratectl
