// See sql_engine.hpp. This file: the statements about the cluster and its users, and who may do what.
#include "tests/standin/sql_engine.hpp"

#include "tests/standin/host_based.hpp"
#include "tests/standin/shared_settings.hpp"

#include <algorithm>

namespace standin::sql {

namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::int64_t kLastCheck = 3;

Error userUnknown(const std::string& name) {
    return {404, 40410, "RoleUnknownException[Role '" + name + "' does not exist]"};
}

} // namespace

// The superuser may do everything. Another user may do nothing but SELECT without FROM until it was granted all, and even
// then nothing that is the superuser's.
Result<void> Engine::mayRun(const Statement& statement) const {
    const auto found = cluster_.shared().users.find(user_);
    const bool hasAll = found != cluster_.shared().users.end() && found->second.mayDoAll;
    const auto* select = std::get_if<Select>(&statement);
    if (user_ == kSuperuser || (select != nullptr && !select->relation)) {
        return {};
    }
    if (std::holds_alternative<Decommission>(statement)) {
        return std::unexpected(
            Error{401, 4010,
                  "UnauthorizedException[User \"" + user_ +
                      "\" is not authorized to execute the statement. Superuser permissions are "
                      "required]"});
    }
    if (!hasAll) {
        return std::unexpected(
            Error{401, 4011, "MissingPrivilegeException[Missing privilege for user '" + user_ + "']"});
    }
    return {};
}

Result<void> Engine::mayWrite() const {
    if (!cluster_.hasMaster()) {
        return std::unexpected(masterNotDiscovered());
    }
    return cluster_.isRecovered() ? Result<void>{} : std::unexpected(stateNotRecovered());
}

Result<Engine::Outcome> Engine::change(json change, std::int64_t rowCount) {
    if (auto writable = mayWrite(); !writable) {
        return std::unexpected(writable.error());
    }
    const Result<json> made = fromCluster({{"what", "change"}, {"change", std::move(change)}});
    return made ? Result<Outcome>(Outcome{{}, {}, {ordered_json::array()}, rowCount})
                : std::unexpected(made.error());
}

Result<Engine::Outcome> Engine::run(const SetGlobal& set) {
    json settings = json::object();
    for (const auto& [name, value] : set.settings) {
        const KnownSetting* known = findKnownSetting(name, node_.line);
        if (known == nullptr) {
            return std::unexpected(
                Error{400, 4000, "IllegalArgumentException[Cannot find setting '" + name + "']"});
        }
        if (!isRuntimeSetting(name)) {
            return std::unexpected(Error{400, 4004,
                                         "UnsupportedOperationException[Setting '" + name +
                                             "' cannot be set/reset at runtime]"});
        }
        if (auto checked = checkValue(name, Value{{value}, false}, *known); !checked) {
            return std::unexpected(
                Error{400, 4000, "IllegalArgumentException[" + checked.error().message + "]"});
        }
        settings[name] = value;
    }
    return change({{"what", "set"}, {"persistent", set.persistent}, {"settings", settings}});
}

// A name may cover everything below it.
Result<Engine::Outcome> Engine::run(const ResetGlobal& reset) {
    return change({{"what", "reset"}, {"names", reset.settings}});
}

Result<Engine::Outcome> Engine::run(const ChangeUser& statement) {
    const std::string& name = statement.name;
    const bool exists = cluster_.shared().users.contains(name);
    if (name == kSuperuser) {
        return std::unexpected(
            Error{400, 4004, "UnsupportedFeatureException[Cannot alter or drop superuser 'crate']"});
    }
    if (statement.change == UserChange::create) {
        if (exists && !arrived_) {
            return std::unexpected(
                Error{409, 4099, "RoleAlreadyExistsException[Role '" + name + "' already exists]"});
        }
        return change({{"what", "user"}, {"name", name}, {"password", statement.password.value_or("")}});
    }
    if (!exists && !arrived_) {
        return statement.ifExists ? Result<Outcome>(Outcome{{}, {}, {ordered_json::array()}, 0})
                                  : std::unexpected(userUnknown(name));
    }
    if (statement.change == UserChange::drop) {
        return change({{"what", "drop user"}, {"name", name}});
    }
    if (statement.change == UserChange::grantAll) {
        return change({{"what", "user"}, {"name", name}, {"all", true}});
    }
    return change({{"what", "user"}, {"name", name}, {"password", statement.password.value_or("")}});
}

Result<Engine::Outcome> Engine::run(const AcknowledgeCheck& update) {
    std::int64_t count = 0;
    for (std::int64_t id = 1; id <= kLastCheck; ++id) {
        if (!update.id || *update.id == id) {
            ++count;
            update.acknowledged ? static_cast<void>(acknowledged_.insert(id))
                                : static_cast<void>(acknowledged_.erase(id));
        }
    }
    return Outcome{{}, {}, {ordered_json::array()}, count};
}

} // namespace standin::sql
