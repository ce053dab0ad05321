// The addresses of the cluster's other nodes: every node ever seen, at the address it announced last.
// It owns the rule that a list of peers never shrinks by itself: a stale entry costs CrateDB nothing, a missing one
// can keep a starting node out of its cluster. It reads no etcd and writes no file.
#pragma once

#include "agent/observed.hpp"

#include <string>

namespace agent {

/// Merges the registry into the peers kept on disk and drops those that `cratectl forget` removed; nothing else shortens
/// the list. A node that announces a cluster id other than ours, or than etcd's while we have none, is left out: a blank
/// database would join it. At most 100 are kept, more than any supported cluster has; beyond that the values are
/// bogus, and the known peers win.
[[nodiscard]] Peers rememberPeers(const PersistentState& persistent, const SharedValue<Registry>& registry);

/// unicast_hosts.txt: one "address:port" per line, sorted, without duplicates, always including `own`.
[[nodiscard]] std::string peersFile(const Peers& peers, const std::string& own);

/// "10.0.0.1:4300", "[fd00::1]:4300"
[[nodiscard]] std::string peerEndpoint(const std::string& address, uint16_t port);

} // namespace agent
