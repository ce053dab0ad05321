// The first election: whether this node votes in it, with which list, and who decides that list.
// It owns promise 2 (one bootstrap per cluster, ever): before a list is decided or voted for, every announced node
// must be without a past. It is asked only while nobody here knows a cluster id.
#pragma once

#include "agent/cluster/formation.hpp"

namespace agent {

/// Sets the list, what is waited for, a refusal, or the claim of the list; keeps a claim that is there already.
void decideVote(Formation& formation, const Observed& observed, const Config& config);

/// Whether some other announced node has begun the first election, waits for its end, and does not count on this one:
/// who is on its list is no stranger.
[[nodiscard]] bool othersVote(const Registry& registry, const Identity& identity);

} // namespace agent
