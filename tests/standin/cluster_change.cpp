// See cluster_change.hpp.
#include "tests/standin/cluster_change.hpp"

#include <algorithm>

namespace standin {

namespace {

using nlohmann::json;

void set(ClusterState& state, const json& change) {
    const bool isPersistent = flagOf(change, "persistent");
    const json settings = partOf(change, "settings");
    for (const auto& [name, value] : settings.items()) {
        (isPersistent ? state.persistentSettings : state.transientSettings)[name] =
            value.is_string() ? value.get<std::string>() : value.dump();
    }
}

// "cluster.graceful_stop" resets everything below it.
void reset(ClusterState& state, const json& change) {
    for (const std::string& name : textsOf(change, "names")) {
        const auto isMeant = [&name](const auto& entry) {
            return entry.first == name || entry.first.starts_with(name + ".");
        };
        std::erase_if(state.persistentSettings, isMeant);
        std::erase_if(state.transientSettings, isMeant);
    }
}

void setUser(ClusterState& state, const json& change) {
    User& user = state.users[textOf(change, "name")];
    if (const json password = partOf(change, "password"); change.contains("password")) {
        user.password = password.is_string() ? password.get<std::string>() : "";
    }
    if (change.contains("all")) {
        user.mayDoAll = flagOf(change, "all");
    }
}

} // namespace

ClusterState applyChange(ClusterState state, const json& change) {
    const std::string what = textOf(change, "what");
    if (what == "create" && state.table.type.empty()) {
        state.table.type = textOf(change, "type");
        state.table.primaryKey = flagOf(change, "primary_key");
    } else if (what == "set") {
        set(state, change);
    } else if (what == "reset") {
        reset(state, change);
    } else if (what == "user") {
        setUser(state, change);
    } else if (what == "drop user") {
        state.users.erase(textOf(change, "name"));
    }
    return state;
}

} // namespace standin
