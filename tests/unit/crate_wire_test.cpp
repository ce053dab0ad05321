// What CrateDB's HTTP port says, in the shapes its documentation and source give for versions 4 to 6.
#include "hal/crate/crate_wire.hpp"
#include "tests/cpputest.hpp"

namespace {

const std::string kRoot = R"({
  "ok" : true,
  "status" : 200,
  "name" : "nuc-1",
  "cluster_name" : "office",
  "version" : {
    "number" : "6.4.3",
    "build_hash" : "0123abc",
    "build_snapshot" : false,
    "lucene_version" : "10.4.0"
  }
})";
const std::string kRow =
    R"({"cols":["id","name","master_node"],"rows":[["cluster-1","office","node-9"]],"rowcount":1,"duration":1.2})";

hal::Result<hal::HttpResponse> response(int status, std::string body) {
    return hal::HttpResponse{.status = status, .body = std::move(body)};
}

hal::Result<hal::HttpResponse> refused() {
    return hal::failure({hal::HttpFault::refused, "127.0.0.1:4200: connection refused"});
}

hal::CrateAnswer sqlOnly(int status, std::string body) {
    return hal::crateAnswer(refused(), response(status, std::move(body)));
}

} // namespace

TEST_GROUP(CrateWire){};

TEST(CrateWire, AsksOnlyWhatOneNodeAnswersByItself) {
    CHECK_EQUAL(std::string(R"({"stmt":"SELECT id, name, master_node FROM sys.cluster"})"),
                hal::crateQuestion());
}

TEST(CrateWire, ReadsTheNamesOfTheNodes) {
    const auto names = hal::nodesAnswer(*response(200, R"({"cols":["name"],"rows":[["n1"],["n2"]]})"));
    CHECK_OK(names);
    CHECK_TRUE((std::vector<std::string>{"n1", "n2"}) == *names);
}

TEST(CrateWire, AListOfNodesThatIsNoneIsAnErrorAndNotAnEmptyList) {
    for (const char* body :
         {"", "{}", R"({"rows":[]})", R"({"rows":[["n1"],[null]]})", R"({"rows":["n1"]})"}) {
        CHECK_TRUE_TEXT(!hal::nodesAnswer(*response(200, body)), body);
    }
    CHECK_FAILS("host-based authentication", hal::nodesAnswer(*response(401, "")));
    CHECK_FAILS("no master", hal::nodesAnswer(*response(503, R"({"error":{"message":"none","code":5031}})")));
}

TEST(CrateWire, JoinsBothAnswers) {
    const auto answer = hal::crateAnswer(response(200, kRoot), response(200, kRow));
    CHECK_TRUE(answer.sqlAnswers);
    CHECK_FALSE(answer.sqlError.has_value());
    CHECK_TRUE(answer.nodeName == "nuc-1");
    CHECK_TRUE(answer.clusterName == "office");
    CHECK_TRUE(answer.version == "6.4.3");
    CHECK_TRUE(answer.masterNode == "node-9");
    CHECK_TRUE(answer.clusterId == "cluster-1");
}

TEST(CrateWire, KeepsNameAndVersionOfANodeWithoutMaster) {
    const auto answer = hal::crateAnswer(
        response(503, kRoot),
        response(503, R"({"error":{"message":"MasterNotDiscoveredException","code":5031}})"));
    CHECK_FALSE(answer.sqlAnswers);
    CHECK_TRUE(answer.nodeName == "nuc-1");
    CHECK_TRUE(answer.version == "6.4.3");
    STRCMP_CONTAINS("no master is elected", answer.sqlError->c_str());
    CHECK_FALSE(answer.masterNode.has_value());
}

TEST(CrateWire, ReportsThatTheStateIsNotRecovered) {
    const auto answer = sqlOnly(503, R"({"error":{"message":"ClusterBlockException","code":5035}})");
    STRCMP_CONTAINS("waiting for more nodes", answer.sqlError->c_str());
}

TEST(CrateWire, TakesAnEmptyOrMissingMasterForNone) {
    for (const auto* row :
         {R"(["cluster-1","office",null])", R"(["cluster-1","office",""])", R"([null,null,null])"}) {
        const auto answer = sqlOnly(200, R"({"cols":[],"rows":[)" + std::string(row) + "]}");
        CHECK_TRUE_TEXT(answer.sqlAnswers, row);
        CHECK_FALSE_TEXT(answer.masterNode.has_value(), row);
    }
}

TEST(CrateWire, TakesThePlaceholderOfAClusterWithoutIdForNone) {
    const auto answer = sqlOnly(200, R"({"cols":[],"rows":[["_na_","office",null]]})");
    CHECK_TRUE(answer.sqlAnswers);
    CHECK_FALSE(answer.clusterId.has_value());
}

TEST(CrateWire, SaysWhoMustAllowWhatWhenWeAreRefused) {
    const auto answer = hal::crateAnswer(response(401, ""), response(401, ""));
    CHECK_FALSE(answer.sqlAnswers);
    STRCMP_CONTAINS("host-based authentication rejects us", answer.sqlError->c_str());
    STRCMP_CONTAINS("allow the agent's address", answer.sqlError->c_str());
}

TEST(CrateWire, KeepsTheDatabasesOwnWordsAndCode) {
    const auto answer = sqlOnly(400, R"({"error":{"message":"SQLParseException[line 1:1]","code":4000}})");
    CHECK_TRUE(answer.sqlError == "SQLParseException[line 1:1] (code 4000)");
    STRCMP_CONTAINS("overloaded",
                    sqlOnly(429, R"({"error":{"message":"EsRejected","code":4290}})").sqlError->c_str());
}

TEST(CrateWire, NamesTheTransportErrorWhenNothingAnswers) {
    const auto answer = hal::crateAnswer(refused(), refused());
    hal::CrateAnswer expected;
    expected.sqlError = "127.0.0.1:4200: connection refused";
    CHECK_TRUE(answer == expected);
}

TEST(CrateWire, TakesNoForeignAnswerForTheDatabase) {
    for (const auto* body :
         {"", "<html>Admin UI</html>", "[]", "{}", R"({"rows":[]})", R"({"rows":[["a","b"]]})",
          R"({"rows":[["a","b","c"],["a","b","c"]]})", R"({"rows":{"a":1}})", R"({"rows":[1,2,3]})",
          R"({"error":"text"})", R"({"error":{"code":5031}})", R"({"rows":[["a","b",)"}) {
        const auto answer = sqlOnly(200, body);
        CHECK_FALSE_TEXT(answer.sqlAnswers, body);
        STRCMP_CONTAINS_TEXT("expected the result of a statement", answer.sqlError.value_or("").c_str(),
                             body);
    }
}

TEST(CrateWire, IgnoresFieldsOfWrongTypesInTheRootPage) {
    hal::CrateAnswer expected;
    expected.sqlAnswers = true;
    expected.clusterId = "i";
    for (const auto* body :
         {"", "[]", R"({"name":7,"cluster_name":[],"version":"6"})", R"({"version":{"number":6}})"}) {
        const auto answer = hal::crateAnswer(response(200, body), response(200, R"({"rows":[["i",7,{}]]})"));
        CHECK_TRUE_TEXT(answer == expected, body);
    }
}

TEST(CrateWire, ShortensLongForeignAnswers) {
    const auto answer = sqlOnly(500, std::string(10000, 'x') + "\n");
    CHECK_TRUE(answer.sqlError->size() < 250);
    STRCMP_CONTAINS("HTTP 500", answer.sqlError->c_str());
    CHECK_EQUAL(std::string::npos, sqlOnly(500, "a\nb").sqlError->find('\n'));
}

TEST(CrateWire, TextsOfADatabaseAreOneShortLine) {
    const auto answer = hal::crateAnswer(response(200, R"({"name":"n\u001b[2J\n1","cluster_name":")" +
                                                           std::string(60'000, 'c') +
                                                           R"(","version":{"number":"6\u202e4"}})"),
                                         response(200, R"({"rows":[["C\u001b[2J\nID","crate","m\u009b"]]})"));
    CHECK_TRUE("n?[2J?1" == answer.nodeName);
    CHECK_TRUE("6?4" == answer.version);
    CHECK_TRUE("C?[2J?ID" == answer.clusterId);
    CHECK_TRUE("m?" == answer.masterNode);
    CHECK_TRUE(answer.clusterName == "crate");
}

TEST(CrateWire, ADeepAnswerIsNoAnswer) {
    const auto answer =
        sqlOnly(200, R"({"rows":)" + std::string(30'000, '[') + std::string(30'000, ']') + "}");
    CHECK_FALSE(answer.sqlAnswers);
}
