// The parts of a create-only write: which keys must not exist, and which must not have changed since they were read.
// It owns how formation, vote and `cratectl forget` guard their transactions. It decides nothing.
#pragma once

#include "agent/cluster/registry.hpp"

#include <string>

namespace agent {

/// Holds while the key does not exist.
[[nodiscard]] hal::Compare absent(const std::string& key);

/// Holds while no key that begins with `prefix` was added or changed since the registry was read.
[[nodiscard]] hal::Compare unchangedSince(const Registry& registry, const std::string& prefix);

/// Writes the key without a lease, unless it exists.
[[nodiscard]] hal::Transaction createOnly(const std::string& key, std::string value);

/// The same, added to a transaction.
void alsoCreate(hal::Transaction& transaction, const std::string& key, std::string value);

} // namespace agent
