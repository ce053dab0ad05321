// A key that does not exist has a create revision of 0.
#include "agent/cluster/guards.hpp"

#include <utility>

namespace agent {

hal::Compare absent(const std::string& key) {
    return {.key = key, .target = hal::Compare::Target::createRevision, .operand = 0};
}

hal::Compare unchangedSince(const Registry& registry, const std::string& prefix) {
    return {.key = prefix,
            .target = hal::Compare::Target::modRevision,
            .relation = hal::Compare::Relation::less,
            .operand = registry.header.revision + 1,
            .prefix = true};
}

hal::Transaction createOnly(const std::string& key, std::string value) {
    hal::Transaction transaction;
    alsoCreate(transaction, key, std::move(value));
    return transaction;
}

void alsoCreate(hal::Transaction& transaction, const std::string& key, std::string value) {
    transaction.when.push_back(absent(key));
    transaction.then.emplace_back(
        hal::PutRequest{.key = key, .value = std::move(value), .lease = std::nullopt});
}

} // namespace agent
