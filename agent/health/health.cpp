// One function per component; each decides from values alone, and says why and what to do.
#include "agent/health/health.hpp"

#include <algorithm>

namespace agent {
namespace {

using std::string;

/// An answer of the database speaks for this long: the pause between questions plus a question's deadline, twice.
constexpr std::chrono::seconds kAnswerLifetime{5};

Component component(const char* name, const char* measurement, const char* type) {
    Component part;
    part.name = name;
    part.measurement = measurement;
    part.type = type;
    return part;
}

Component failed(Component part, string output, std::optional<string> advice = {}) {
    part.level = Level::fail;
    part.output = std::move(output);
    part.advice = std::move(advice);
    return part;
}

Component warned(Component part, string output, std::optional<string> advice = {}) {
    part.level = Level::warn;
    part.output = std::move(output);
    part.advice = std::move(advice);
    return part;
}

/// The answer, if it still describes the database that runs now.
const hal::CrateAnswer* currentAnswer(const Observed& observed) {
    const auto& database = observed.database;
    if (!database.answer || !database.answeredAt || database.ended ||
        observed.now - *database.answeredAt > kAnswerLifetime) {
        return nullptr;
    }
    return &*database.answer;
}

Component judgeUnit(const Observed& observed, const Supervision& supervision) {
    auto part = component("unit", "state", "component");
    part.observed = supervision.unit ? supervision.unit->activeState + "/" + supervision.unit->subState
                                     : string(name(supervision.phase));
    if (supervision.phase != Phase::running) {
        return failed(part, supervision.words, supervision.advice);
    }
    if (observed.database.ended) {
        return failed(part, "the database's main process ended",
                      "see `journalctl -u " + supervision.unit->name + "`");
    }
    return part;
}

Component judgeHttp(const Observed& observed) {
    auto part = component("http", "responds", "datastore");
    const auto* const answer = currentAnswer(observed);
    if (answer == nullptr) {
        return failed(part, "the database has not answered in the last " +
                                std::to_string(kAnswerLifetime.count()) + " s");
    }
    if (!answer->nodeName && !answer->sqlAnswers) {
        return failed(part, answer->sqlError.value_or("the database did not answer GET /"));
    }
    part.observed = answer->version ? "CrateDB " + *answer->version : "answers";
    return part;
}

Component judgeSql(const Observed& observed) {
    auto part = component("sql", "new-connection", "datastore");
    const auto* const answer = currentAnswer(observed);
    if (answer == nullptr) {
        return failed(part, "unknown while the database does not answer");
    }
    if (!answer->sqlAnswers) {
        return failed(part, answer->sqlError.value_or("a statement on a new connection failed"));
    }
    return part;
}

Component judgeMaster(const Observed& observed) {
    auto part = component("master", "elected", "datastore");
    const auto* const answer = currentAnswer(observed);
    if (answer == nullptr || !answer->masterNode) {
        return failed(part,
                      answer == nullptr ? "unknown while the database does not answer"
                                        : "the database has no elected master",
                      "the cluster needs more than half of its master-eligible nodes");
    }
    part.observed = answer->masterNode;
    return part;
}

Component judgeClusterId(const Observed& observed, const Formation& formation) {
    auto part = component("cluster-id", "matches", "datastore");
    if (formation.refusal) {
        return failed(part, *formation.refusal);
    }
    const auto* const answer = currentAnswer(observed);
    if (answer == nullptr || !answer->clusterId) {
        return failed(part, "the database has not reported its cluster id");
    }
    part.observed = answer->clusterId;
    return part;
}

Component judgeVolume(const Observed& observed) {
    auto part = component("data-volume", "writable", "system");
    if (observed.dataReadOnly.value_or(false)) {
        return failed(part, "the data volume is read-only", "see `dmesg` for the reason, then remount it");
    }
    if (!observed.inventory || !observed.inventory->volume) {
        return failed(part, "the data directory was not found",
                      "mount the data volume, see [Node] DataDirectory");
    }
    if (!observed.dataReadOnly) {
        return failed(part, "the data directory cannot be inspected",
                      "mount the data volume, see [Node] DataDirectory");
    }
    const auto& volume = *observed.inventory->volume;
    part.observed = volume.filesystem;
    if (!volume.isBtrfs) {
        return warned(part,
                      "the data directory is not on Btrfs but on " +
                          volume.filesystem.value_or("an unknown file system"),
                      "create a Btrfs volume and mount it, see cratekeeper.conf(5)");
    }
    if (volume.missingDevices.value_or(0) > 0) {
        return warned(part, std::to_string(*volume.missingDevices) + " device(s) of the volume are missing",
                      "replace the device with `btrfs replace`");
    }
    for (const auto& device : volume.devices) {
        const auto& errors = device.errors;
        if (errors &&
            errors->write + errors->read + errors->flush + errors->corruption + errors->generation > 0) {
            return warned(part,
                          "the device " + device.path.value_or("of the volume") + " has reported errors",
                          "run `btrfs device stats` and `btrfs scrub start` on the volume");
        }
    }
    return part;
}

Component judgeNetwork(const Observed& observed) {
    auto part = component("network", "link", "system");
    if (!observed.inventory || !observed.inventory->announcedAddress) {
        return failed(part, "there is no address to announce",
                      "check the cable and the network configuration, or set [Node] Interface");
    }
    const auto& inventory = *observed.inventory;
    part.observed = inventory.announcedNic.value_or("?") + " " + *inventory.announcedAddress;
    const auto nic = std::ranges::find_if(inventory.nics, [&inventory](const PhysicalNic& candidate) {
        const auto isAnnounced = [&inventory](const UpperInterface& upper) {
            return upper.name == inventory.announcedNic;
        };
        return candidate.nic.name == inventory.announcedNic ||
               std::ranges::any_of(candidate.above, isAnnounced);
    });
    if (nic != inventory.nics.end() && nic->nic.carrier == false) {
        return failed(part, "no carrier on " + nic->nic.name, "check the cable and the switch");
    }
    return part;
}

Component judgeEtcd(const Observed& observed) {
    auto part = component("etcd", "reachable", "datastore");
    if (observed.etcd.error) {
        return warned(part, *observed.etcd.error,
                      "readiness does not depend on it; see `etcdctl endpoint health`");
    }
    if (!observed.etcd.registry) {
        return warned(part, "etcd has not answered yet", "check [Etcd] Endpoints");
    }
    if (!observed.etcd.registry->problems.empty()) {
        const auto& problems = observed.etcd.registry->problems;
        const auto& first = problems.front();
        const auto more = problems.size() - 1;
        return warned(part, first.source + ": " + first.reason,
                      more == 0 ? "the value is ignored, all others are read"
                                : std::to_string(more) + " more, see `journalctl -u cratekeeper`");
    }
    return part;
}

/// `since` is kept while the level stays the same.
void keepSince(std::vector<Component>& components, const std::optional<Verdict>& previous,
               std::chrono::sys_seconds wallClock) {
    for (auto& part : components) {
        part.since = wallClock;
        if (!previous) {
            continue;
        }
        const auto before = std::ranges::find(previous->components, part.name, &Component::name);
        if (before != previous->components.end() && before->level == part.level) {
            part.since = before->since;
        }
    }
}

} // namespace

const char* name(Level level) {
    switch (level) {
    case Level::pass: return "pass";
    case Level::warn: return "warn";
    case Level::fail: return "fail";
    }
    return "fail";
}

Verdict judge(const Observed& observed, const Formation& formation, const Supervision& supervision,
              const std::optional<Verdict>& previous) {
    Verdict verdict;
    verdict.components = {judgeUnit(observed, supervision),
                          judgeHttp(observed),
                          judgeSql(observed),
                          judgeMaster(observed),
                          judgeClusterId(observed, formation),
                          judgeVolume(observed),
                          judgeNetwork(observed),
                          judgeEtcd(observed)};
    keepSince(verdict.components, previous, observed.wallClock);
    verdict.overall = std::ranges::max(verdict.components, {}, &Component::level).level;
    verdict.ready = verdict.overall != Level::fail;
    const bool sameRun = supervision.phase == Phase::running;
    verdict.startedOnce = verdict.ready || (sameRun && previous && previous->startedOnce);
    return verdict;
}

} // namespace agent
