// Where other nodes of the cluster can be found: everybody ever seen, at the address they announced last.
// It owns the rule that a list of peers never shrinks by itself: a stale entry costs CrateDB nothing, a missing one
// can keep a starting node out of its cluster. It reads no etcd and writes no file.
#pragma once

#include "agent/observed.hpp"

#include <string>

namespace agent {

/// The peers kept on disk with what the registry says now folded in, without those that `cratectl forget` took out: nothing
/// else makes the list shorter. A node that tells another cluster's id than ours, or than etcd's where we have none yet,
/// is not taken up: a blank database would join it. At most 100 are kept: more nodes than this is made for, so beyond
/// that somebody is writing nonsense, and the known ones win.
[[nodiscard]] Peers rememberPeers(const PersistentState& persistent, const SharedValue<Registry>& registry);

/// unicast_hosts.txt: one "address:port" a line, sorted, each once, `own` always among them.
[[nodiscard]] std::string peersFile(const Peers& peers, const std::string& own);

/// "10.0.0.1:4300", "[fd00::1]:4300"
[[nodiscard]] std::string peerEndpoint(const std::string& address, uint16_t port);

} // namespace agent
