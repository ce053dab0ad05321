// See knobs.hpp. Pure.
#include "tests/standin/knobs.hpp"

#include <charconv>

namespace standin {

namespace {

Result<std::optional<int>> whole(const Environment& environment, const std::string& name) {
    const std::optional<std::string> text = environment(name);
    if (!text || text->empty()) {
        return std::optional<int>();
    }
    int value = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error != std::errc() || end != text->data() + text->size() || value < 0) {
        return fail(name + " is [" + *text + "], expected a whole number", kExitUsage);
    }
    return std::optional(value);
}

} // namespace

Result<Knobs> readKnobs(const Environment& environment) {
    Knobs knobs;
    const Result<std::optional<int>> exitStatus = whole(environment, "STANDIN_EXIT_CODE");
    const Result<std::optional<int>> startDelay = whole(environment, "STANDIN_START_DELAY_MS");
    const Result<std::optional<int>> decommission = whole(environment, "STANDIN_DECOMMISSION_SECONDS");
    const Result<std::optional<int>> findPeers = whole(environment, "STANDIN_FIND_PEERS_MS");
    const Result<std::optional<int>> heartbeat = whole(environment, "STANDIN_HEARTBEAT_MS");
    const Result<std::optional<int>> failure = whole(environment, "STANDIN_FAILURE_MS");
    for (const auto* knob : {&exitStatus, &startDelay, &decommission, &findPeers, &heartbeat, &failure}) {
        if (!*knob) {
            return std::unexpected(knob->error());
        }
    }
    knobs.exitStatus = *exitStatus;
    knobs.startDelay = std::chrono::milliseconds(startDelay->value_or(0));
    knobs.decommission = std::chrono::seconds(decommission->value_or(5));
    knobs.findPeers = std::chrono::milliseconds(findPeers->value_or(1000));
    knobs.heartbeat = std::chrono::milliseconds(heartbeat->value_or(250));
    knobs.failure = std::chrono::milliseconds(failure->value_or(3000));
    knobs.noMaster = environment("STANDIN_NO_MASTER").value_or("") == "1";
    knobs.noMasterFile = environment("STANDIN_NO_MASTER_FILE").value_or("");
    knobs.version = environment("STANDIN_VERSION").value_or(knobs.version);
    const std::optional<Version> line = parseVersion(knobs.version);
    if (!line || *line < kOldestVersion) {
        return fail("STANDIN_VERSION is [" + knobs.version + "], expected a version of CrateDB from 4.0.0 on",
                    kExitUsage);
    }
    knobs.line = *line;
    return knobs;
}

} // namespace standin
