// The stand-in's grammar: a known statement becomes a value, everything else is refused, never guessed.
#include "tests/cpputest.hpp"
#include "tests/standin/sql_statement.hpp"

using standin::sql::ChangeUser;
using standin::sql::Decommission;
using standin::sql::parse;
using standin::sql::ResetGlobal;
using standin::sql::Select;
using standin::sql::SetGlobal;
using standin::sql::UserChange;

namespace {

template <typename Kind>
Kind understood(std::string_view text, const std::vector<nlohmann::json>& args = {}) {
    const auto statement = parse(text, args);
    CHECK_TRUE(statement && std::holds_alternative<Kind>(*statement));
    return std::get<Kind>(*statement);
}

} // namespace

TEST_GROUP(StandinSql){};

TEST(StandinSql, ASelectHasItsParts) {
    const auto select =
        understood<Select>("select name, version['number'] AS v, count(*) FROM sys.nodes WHERE id = $1 AND "
                           "name IS NOT NULL ORDER BY name DESC LIMIT 3;",
                           {"x"});
    CHECK_EQUAL(3U, select.items.size());
    CHECK_EQUAL(std::string("v"), select.items[1].name);
    CHECK_EQUAL(std::string("sys.nodes"), select.relation->qualified());
    CHECK_TRUE(select.conditions[0].literal == "x" && select.conditions[1].comparison == "is not null");
    CHECK_TRUE(select.orderBy[0].descending && select.limit == 3U);
}

TEST(StandinSql, SettingsAreWrittenInMoreThanOneWay) {
    const auto set = understood<SetGlobal>(
        "SET GLOBAL TRANSIENT cluster.routing.allocation.enable = primaries, "
        "\"cluster.graceful_stop.timeout\" TO '720s', cluster.graceful_stop.force = true");
    CHECK_TRUE(!set.persistent);
    CHECK_TRUE((set.settings[0] ==
                std::pair<std::string, std::string>{"cluster.routing.allocation.enable", "primaries"}));
    CHECK_TRUE(
        (set.settings[1] == std::pair<std::string, std::string>{"cluster.graceful_stop.timeout", "720s"}));
    CHECK_TRUE(
        (set.settings[2] == std::pair<std::string, std::string>{"cluster.graceful_stop.force", "true"}));
    CHECK_TRUE(understood<SetGlobal>("SET GLOBAL PERSISTENT stats.enabled = false").persistent);
    CHECK_EQUAL(2U, understood<ResetGlobal>("RESET GLOBAL a.b, \"c.d\"").settings.size());
}

TEST(StandinSql, ANodeIsDecommissionedByItsNameOrId) {
    CHECK_EQUAL(std::string("node-1"), understood<Decommission>("ALTER CLUSTER DECOMMISSION 'node-1'").node);
    CHECK_EQUAL(std::string("n1"), understood<Decommission>("alter cluster decommission n1").node);
}

TEST(StandinSql, UsersComeChangeAndGo) {
    const auto made = understood<ChangeUser>("CREATE USER arthur WITH (password = 'towel')");
    CHECK_TRUE(made.change == UserChange::create && made.password == "towel");
    CHECK_TRUE(!understood<ChangeUser>("ALTER USER arthur SET (password = NULL)").password);
    CHECK_TRUE(understood<ChangeUser>("DROP USER IF EXISTS arthur").ifExists);
    CHECK_TRUE(understood<ChangeUser>("GRANT ALL PRIVILEGES TO arthur").change == UserChange::grantAll);
}

TEST(StandinSql, AnythingElseIsASyntaxError) {
    for (const char* text :
         {"", "SELECT", "SELECT 1 FROM", "SELECT 'a", "DELETE FROM t", "SET LOCAL a = 1", "SET GLOBAL a.b",
          "ALTER CLUSTER REROUTE", "CREATE USER", "DROP TABLE t", "UPDATE t SET id = 1", "SELECT 1; SELECT 2",
          "GRANT DQL TO arthur", "INSERT INTO t VALUES (?)"}) {
        const auto statement = parse(text, {});
        CHECK_TRUE(!statement && statement.error().status == 400);
    }
}
