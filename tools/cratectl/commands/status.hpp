// `cratectl status`: this node in one screen: what it is, what it does, why it is or is not ready, since when, and
// what to do next. It asks the local agent and prints its words; it judges nothing itself.
#pragma once

#include "tools/cratectl/commands/command.hpp"

#include <string>

namespace cratectl {

/// `address` ("host:port") asks another node's agent; empty: this one, by its unix socket.
int showStatus(const Options& options, const std::string& address);

} // namespace cratectl
