// The first election: whether this node votes in it, with which list, and which node decides that list.
// It guarantees that a cluster is bootstrapped only once: before a list is decided or voted for, every announced node
// must be without a past. It is called only while this node knows no cluster id.
#pragma once

#include "agent/cluster/formation.hpp"

namespace agent {

/// Sets the list, waitingFor, a refusal, or the claim of the list; keeps an existing claim.
void decideVote(Formation& formation, const Observed& observed, const Config& config);

/// Whether another announced node has begun the first election, waits for its end, and does not list this node as a
/// voter.
[[nodiscard]] bool othersVote(const Registry& registry, const Identity& identity);

} // namespace agent
