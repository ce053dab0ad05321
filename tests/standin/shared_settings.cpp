// See shared_settings.hpp.
#include "tests/standin/shared_settings.hpp"

#include <algorithm>
#include <array>
#include <ranges>

namespace standin {

namespace {

struct Exposed {
    std::string_view name;
    std::string_view standard; // the value when nothing sets it
    bool isRuntime = true;
};

constexpr auto kExposed = std::to_array<Exposed>({
    {"cluster.graceful_stop.min_availability", "primaries"},
    {"cluster.graceful_stop.timeout", "2h"},
    {"cluster.graceful_stop.force", "false"},
    {"cluster.routing.allocation.enable", "all"},
    {"cluster.routing.rebalance.enable", "all"},
    {"cluster.routing.allocation.exclude._name", ""},
    {"cluster.routing.allocation.exclude._id", ""},
    {"cluster.routing.allocation.exclude._ip", ""},
    {"cluster.routing.allocation.disk.watermark.low", "85%"},
    {"cluster.routing.allocation.disk.watermark.high", "90%"},
    {"cluster.routing.allocation.disk.watermark.flood_stage", "95%"},
    {"indices.recovery.max_bytes_per_sec", "40mb"},
    {"stats.enabled", "true"},
    {"gateway.expected_data_nodes", "-1", false},
    {"gateway.recover_after_data_nodes", "-1", false},
    {"gateway.recover_after_time", "0ms", false},
});

const Exposed* find(std::string_view name) {
    const auto found = std::ranges::find(kExposed, name, &Exposed::name);
    return found == kExposed.end() ? nullptr : found;
}

nlohmann::ordered_json typed(const std::string& text) {
    if (text == "true" || text == "false") {
        return text == "true";
    }
    const nlohmann::ordered_json number = nlohmann::ordered_json::parse(text, nullptr, false);
    return number.is_number() ? number : nlohmann::ordered_json(text);
}

Availability availabilityFrom(const std::string& text) {
    return text == "full"   ? Availability::full
           : text == "none" ? Availability::none
                            : Availability::primaries;
}

} // namespace

bool isRuntimeSetting(std::string_view name) {
    const Exposed* exposed = find(name);
    return exposed != nullptr && exposed->isRuntime;
}

Texts runtimeSettings(const Settings& settings) {
    Texts texts;
    for (const auto& [name, value] : settings.all()) {
        if (find(name) != nullptr) {
            texts.emplace(name, value.text());
        }
    }
    return texts;
}

std::string effectiveSetting(const ClusterState& state, const Texts& configured, const std::string& name) {
    for (const Texts* texts : {&state.transientSettings, &state.persistentSettings, &configured}) {
        if (const auto found = texts->find(name); found != texts->end()) {
            return found->second;
        }
    }
    const Exposed* exposed = find(name);
    return exposed == nullptr ? "" : std::string(exposed->standard);
}

AllocationRules rulesOf(const ClusterState& state, const Texts& configured) {
    AllocationRules rules;
    const std::string enable = effectiveSetting(state, configured, "cluster.routing.allocation.enable");
    rules.enable = enable == "primaries"       ? Enable::primaries
                   : enable == "new_primaries" ? Enable::newPrimaries
                   : enable == "none"          ? Enable::none
                                               : Enable::all;
    rules.availability = gracefulStopOf(state, configured).availability;
    for (const auto& [name, value] : state.transientSettings) {
        if (name.starts_with(kDecommissionPrefix)) {
            rules.leaving.insert(name.substr(kDecommissionPrefix.size()));
        }
    }
    return rules;
}

GracefulStop gracefulStopOf(const ClusterState& state, const Texts& configured) {
    const auto text = [&](const char* name) { return effectiveSetting(state, configured, name); };
    return {availabilityFrom(text("cluster.graceful_stop.min_availability")),
            parseTime(text("cluster.graceful_stop.timeout")).value_or(std::chrono::hours(2)),
            text("cluster.graceful_stop.force") == "true"};
}

nlohmann::ordered_json settingsObject(const ClusterState& state, const Texts& configured) {
    nlohmann::ordered_json object = nlohmann::ordered_json::object();
    for (const Exposed& exposed : kExposed) {
        nlohmann::ordered_json* at = &object;
        for (const auto part : std::views::split(exposed.name, '.')) {
            at = &(*at)[std::string(part.begin(), part.end())];
        }
        *at = typed(effectiveSetting(state, configured, std::string(exposed.name)));
    }
    return object;
}

} // namespace standin
