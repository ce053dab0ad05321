// health+json follows draft-inadarei-api-health-check-06: pass and warn answer 200, fail answers 503.
#include "agent/health/pages.hpp"

#include "agent/version.hpp"

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace agent {
namespace {

using nlohmann::ordered_json;

constexpr int kOk = 200;
constexpr int kUnavailable = 503;
constexpr const char* kJson = "application/json";

hal::Page jsonPage(int status, const ordered_json& body, const char* contentType = kJson) {
    // Host facts come from firmware and may hold any bytes; they must not prevent an answer.
    return {status, contentType, body.dump(2, ' ', true, ordered_json::error_handler_t::replace) + "\n"};
}

ordered_json healthComponent(const Component& part) {
    ordered_json json{
        {"componentType", part.type}, {"status", name(part.level)}, {"time", isoTime(part.since)}};
    if (part.observed) {
        json["observedValue"] = *part.observed;
    }
    if (part.output) {
        json["output"] = *part.output;
    }
    if (part.advice) {
        json["advice"] = *part.advice; // not in the draft, which allows additional members
    }
    return json;
}

ordered_json health(const Observed& observed, const Verdict& verdict) {
    ordered_json checks = ordered_json::object();
    for (const auto& part : verdict.components) {
        checks[part.name + ":" + part.measurement] = ordered_json::array({healthComponent(part)});
    }
    return {{"status", name(verdict.overall)},
            {"version", "1"},
            {"releaseId", kVersion},
            {"serviceId", observed.identity.nodeId},
            {"description", "CrateDB on " + observed.identity.nodeName},
            {"checks", checks}};
}

ordered_json readiness(const Verdict& verdict) {
    ordered_json reasons = ordered_json::array();
    for (const auto& part : verdict.components) {
        if (part.level == Level::fail) {
            reasons.push_back({{"component", part.name}, {"reason", part.output.value_or("")}});
        }
    }
    return {{"ready", verdict.ready}, {"reasons", reasons}};
}

} // namespace

std::string isoTime(std::chrono::sys_seconds time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time - day};
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    return text.data();
}

hal::Pages pages(const Observed& observed, ordered_json document, const Supervision& supervision,
                 const Verdict& verdict) {
    const auto ready = jsonPage(verdict.ready ? kOk : kUnavailable, readiness(verdict));
    hal::Pages pages;
    pages["/"] = ready;
    pages["/ready"] = ready;
    // The same loop builds and serves this page: any answer is the proof.
    pages["/live"] = jsonPage(kOk, {{"live", true}});
    pages["/startup"] =
        jsonPage(verdict.startedOnce ? kOk : kUnavailable, {{"started", verdict.startedOnce}});
    pages["/health"] = jsonPage(verdict.overall == Level::fail ? kUnavailable : kOk,
                                health(observed, verdict), "application/health+json");
    if (!document.is_null()) {
        document["phase_words"] = supervision.words;
        document["advice"] = supervision.advice ? ordered_json(*supervision.advice) : ordered_json(nullptr);
        pages["/v1/node"] = jsonPage(kOk, document);
    } else {
        pages["/v1/node"] = jsonPage(kUnavailable, {{"error", "the hardware has not been probed yet"}});
    }
    return pages;
}

} // namespace agent
