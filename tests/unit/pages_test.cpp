// What the health socket says: status codes and documents for balancers, people and programs.
#include "agent/health/pages.hpp"

#include "agent/version.hpp"
#include "tests/cpputest.hpp"
#include "tests/unit/values.hpp"

#include <nlohmann/json.hpp>

using nlohmann::json;
using namespace std::chrono_literals;

namespace {

nlohmann::ordered_json documentOf(const agent::Observed& observed, const values::Stages& stages) {
    return agent::nodeDocument(observed, stages.formation, stages.supervision, stages.verdict, {},
                               agent::hardwareDocument(observed.inventory, nullptr));
}

hal::Pages pagesOf(const agent::Observed& observed) {
    const auto stages = values::stages(observed);
    return agent::pages(observed, documentOf(observed, stages), stages.supervision, stages.verdict);
}

json body(const hal::Pages& pages, const std::string& path) { return json::parse(pages.at(path).body); }

void checkStatuses(const std::string& expected, const hal::Pages& pages) {
    std::string statuses;
    for (const auto& [path, page] : pages) {
        statuses += path + " " + std::to_string(page.status) + "\n";
    }
    CHECK_EQUAL(expected, statuses);
}

} // namespace

TEST_GROUP(Pages) { agent::Observed observed = values::observed(); };

TEST(Pages, AReadyNodeAnswers200Everywhere) {
    checkStatuses("/ 200\n/health 200\n/live 200\n/ready 200\n/startup 200\n/v1/node 200\n",
                  pagesOf(observed));
}

TEST(Pages, ANodeThatIsNotReadySaysSoAndIsStillAlive) {
    observed.database.ended = true;
    checkStatuses("/ 503\n/health 503\n/live 200\n/ready 503\n/startup 503\n/v1/node 200\n",
                  pagesOf(observed));
}

TEST(Pages, AnEtcdThatIsAwayChangesNoStatus) {
    observed.etcd.error = "connection refused";
    const auto pages = pagesOf(observed);
    checkStatuses("/ 200\n/health 200\n/live 200\n/ready 200\n/startup 200\n/v1/node 200\n", pages);
    CHECK_EQUAL("warn", body(pages, "/health").at("status").get<std::string>());
}

TEST(Pages, BeforeTheFirstProbeTheNodePageIsUnavailable) {
    observed.inventory.reset();
    const auto pages = pagesOf(observed);
    LONGS_EQUAL(503, pages.at("/v1/node").status);
    CHECK_EQUAL("the hardware has not been probed yet",
                body(pages, "/v1/node").at("error").get<std::string>());
}

TEST(Pages, StartupStays200WhileARunningDatabaseHasAHiccup) {
    const auto stages = values::stages(observed);
    observed.database.answer->masterNode.reset();
    const auto later = agent::judge(observed, stages.formation, stages.supervision, stages.verdict);
    const auto pages = agent::pages(observed, documentOf(observed, stages), stages.supervision, later);
    LONGS_EQUAL(503, pages.at("/ready").status);
    LONGS_EQUAL(200, pages.at("/startup").status);
}

TEST(Pages, RootAndReadyAreTheSamePage) {
    const auto pages = pagesOf(observed);
    CHECK_TRUE(pages.at("/") == pages.at("/ready"));
    CHECK_EQUAL(R"({"ready":true,"reasons":[]})", body(pages, "/ready").dump());
}

TEST(Pages, ReadySaysWhichComponentsFailAndWhy) {
    observed.database.answer->masterNode.reset();
    observed.dataReadOnly = true;
    CHECK_EQUAL(
        R"({"ready":false,"reasons":[{"component":"master","reason":"the database has no elected master"},)"
        R"({"component":"data-volume","reason":"the data volume is read-only"}]})",
        body(pagesOf(observed), "/ready").dump());
}

TEST(Pages, HealthIsHealthJson) {
    const auto pages = pagesOf(observed);
    CHECK_EQUAL("application/health+json", pages.at("/health").contentType);
    CHECK_EQUAL("application/json", pages.at("/ready").contentType);
    const auto health = body(pages, "/health");
    CHECK_EQUAL("pass", health.at("status").get<std::string>());
    CHECK_EQUAL("1", health.at("version").get<std::string>());
    CHECK_EQUAL(std::string(agent::kVersion), health.at("releaseId").get<std::string>());
    CHECK_EQUAL(std::string(values::kMachineId), health.at("serviceId").get<std::string>());
    CHECK_EQUAL("CrateDB on n1", health.at("description").get<std::string>());
    std::string names;
    for (const auto& [name, checks] : health.at("checks").items()) {
        names += name + " ";
        LONGS_EQUAL(1, checks.size());
    }
    CHECK_EQUAL(
        "cluster-id:matches data-volume:writable etcd:reachable http:responds master:elected network:link "
        "sql:new-connection unit:state ",
        names);
}

TEST(Pages, AHealthyCheckHasNoOutput) {
    CHECK_EQUAL(R"({"componentType":"datastore","observedValue":"CrateDB 6.0.3","status":"pass",)"
                R"("time":"2026-11-22T12:00:00Z"})",
                body(pagesOf(observed), "/health").at("checks").at("http:responds").at(0).dump());
}

TEST(Pages, AFailingCheckSaysWhyAndWhatToDo) {
    observed.dataReadOnly = true;
    const auto check = body(pagesOf(observed), "/health").at("checks").at("data-volume:writable").at(0);
    CHECK_EQUAL("fail", check.at("status").get<std::string>());
    CHECK_EQUAL("the data volume is read-only", check.at("output").get<std::string>());
    STRCMP_CONTAINS("dmesg", check.at("advice").get<std::string>().c_str());
}

TEST(Pages, TheNodePageIsTheAnnouncementAndWhatGoesOn) {
    const auto stages = values::stages(observed);
    const auto announced = agent::announce(observed, documentOf(observed, stages), stages.verdict, {});
    auto page = body(pagesOf(observed), "/v1/node");
    CHECK_EQUAL("crate@1.service is running", page.at("phase_words").get<std::string>());
    CHECK_TRUE(page.at("advice").is_null());
    page.erase("phase_words");
    page.erase("advice");
    CHECK_TRUE(page == json::parse(announced.at(agent::Keys("crate").node(values::kMachineId))));
}

TEST(Pages, TheNodePageGivesAdvice) {
    observed.crateUnits = {values::unit("crate@1.service", "inactive", "dead")};
    const auto page = body(pagesOf(observed), "/v1/node");
    CHECK_EQUAL("crate@1.service was stopped manually", page.at("phase_words").get<std::string>());
    STRCMP_CONTAINS("systemctl start", page.at("advice").get<std::string>().c_str());
}

TEST(Pages, EveryPageEndsItsLine) {
    for (const auto& [path, page] : pagesOf(observed)) {
        CHECK_TRUE_TEXT(page.body.ends_with("}\n"), path.c_str());
    }
}

TEST(Pages, BytesThatAreNoUtf8DoNotSilenceAnyPage) {
    observed.identity.nodeName = "n\x80";
    observed.inventory->host.os = "Debian \xff";
    observed.crateUnits = {values::unit("crate@1.service", "failed", "failed")};
    observed.lastLogLines = {"caf\xe9"};
    for (const auto& [path, page] : pagesOf(observed)) {
        CHECK_TRUE_TEXT(json::accept(page.body), path.c_str());
    }
}

TEST(Pages, TimesAreWrittenAsInRfc3339) {
    using std::chrono::sys_days;
    using std::chrono::year;
    CHECK_EQUAL("1970-01-01T00:00:00Z", agent::isoTime(std::chrono::sys_seconds{}));
    CHECK_EQUAL("2024-02-29T23:59:59Z", agent::isoTime(sys_days(year(2024) / 2 / 29) + 86399s));
    CHECK_EQUAL("1969-12-31T23:59:58Z", agent::isoTime(std::chrono::sys_seconds{-2s}));
}
