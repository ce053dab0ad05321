// The grammar of statements about the cluster and its users. Pure.
#include "tests/standin/sql_reader.hpp"

namespace standin::sql {

namespace {

using nlohmann::json;

// cluster.routing.allocation.enable, or the same in double quotes.
std::string settingName(Reader& reader) {
    std::string text = reader.name();
    while (reader.acceptSymbol(".")) {
        text += "." + reader.name();
    }
    return text;
}

Decommission decommission(Reader& reader) {
    reader.needWord("decommission");
    if (!reader.startsLiteral()) {
        return Decommission{reader.name()};
    }
    const json node = reader.literal();
    if (!node.is_string()) {
        reader.refuse("the name or id of a node");
        return {};
    }
    return Decommission{node.get<std::string>()};
}

// A word stands for itself: SET GLOBAL cluster.routing.allocation.enable = primaries.
std::string settingValue(Reader& reader) {
    if (!reader.startsLiteral()) {
        return reader.name();
    }
    const json value = reader.literal();
    return value.is_string() ? value.get<std::string>() : value.dump();
}

SetGlobal setGlobal(Reader& reader) {
    reader.needWord("global");
    SetGlobal set;
    set.persistent = reader.acceptWord("persistent");
    if (!set.persistent) {
        reader.acceptWord("transient");
    }
    do {
        std::string name = settingName(reader);
        if (!reader.acceptWord("to")) {
            reader.needSymbol("=");
        }
        set.settings.emplace_back(std::move(name), settingValue(reader));
    } while (reader.acceptSymbol(","));
    return set;
}

ResetGlobal resetGlobal(Reader& reader) {
    reader.needWord("global");
    ResetGlobal reset;
    do {
        reset.settings.push_back(settingName(reader));
    } while (reader.acceptSymbol(","));
    return reset;
}

// (password = 'secret')
void password(Reader& reader, ChangeUser& change) {
    reader.needSymbol("(");
    reader.needWord("password");
    reader.needSymbol("=");
    const json value = reader.literal();
    if (!value.is_string() && !value.is_null()) {
        reader.refuse("a password in quotes");
    } else if (value.is_string()) {
        change.password = value.get<std::string>();
    }
    change.setsPassword = true;
    reader.needSymbol(")");
}

ChangeUser createUser(Reader& reader) {
    reader.needWord("user");
    ChangeUser change{UserChange::create, reader.name(), false, false, std::nullopt};
    if (reader.acceptWord("with")) {
        password(reader, change);
    }
    return change;
}

ChangeUser alterUser(Reader& reader) {
    ChangeUser change{UserChange::alter, reader.name(), false, false, std::nullopt};
    reader.needWord("set");
    password(reader, change);
    return change;
}

ChangeUser dropUser(Reader& reader) {
    reader.needWord("user");
    ChangeUser change{UserChange::drop, "", reader.acceptWord("if"), false, std::nullopt};
    if (change.ifExists) {
        reader.needWord("exists");
    }
    change.name = reader.name();
    return change;
}

ChangeUser grant(Reader& reader) {
    reader.needWord("all");
    reader.acceptWord("privileges");
    reader.needWord("to");
    return {UserChange::grantAll, reader.name(), false, false, std::nullopt};
}

AcknowledgeCheck acknowledge(Reader& reader) {
    AcknowledgeCheck update;
    if (reader.relationName() != RelationName{"sys", "node_checks"}) {
        reader.refuse("sys.node_checks, the only table of this stand-in that can be updated,");
    }
    reader.needWord("set");
    reader.needWord("acknowledged");
    reader.needSymbol("=");
    const json value = reader.literal();
    if (!value.is_boolean()) {
        reader.refuse("TRUE or FALSE");
    }
    update.acknowledged = value == json(true);
    if (reader.acceptWord("where")) {
        reader.needWord("id");
        reader.needSymbol("=");
        const json id = reader.literal();
        if (!id.is_number_integer()) {
            reader.refuse("the number of a check");
        } else {
            update.id = id.get<std::int64_t>();
        }
    }
    return update;
}

} // namespace

std::optional<Statement> parseAdministration(Reader& reader) {
    if (reader.acceptWord("alter")) {
        if (reader.acceptWord("user")) {
            return alterUser(reader);
        }
        reader.needWord("cluster");
        return decommission(reader);
    }
    if (reader.peek().text == "create" && reader.peek(1).text == "user") {
        reader.needWord("create");
        return createUser(reader);
    }
    if (reader.acceptWord("set")) {
        return setGlobal(reader);
    }
    if (reader.acceptWord("reset")) {
        return resetGlobal(reader);
    }
    if (reader.acceptWord("drop")) {
        return dropUser(reader);
    }
    if (reader.acceptWord("grant")) {
        return grant(reader);
    }
    if (reader.acceptWord("update")) {
        return acknowledge(reader);
    }
    return std::nullopt;
}

} // namespace standin::sql
