// observe -> plan -> act. Nothing here remembers anything between two plans.
#include "agent/plan.hpp"

#include "agent/cluster/identity.hpp"
#include "agent/cluster/peers.hpp"
#include "agent/health/pages.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace agent {
namespace {

std::string etcdTrouble(const Observed& observed) {
    const auto& etcd = observed.etcd;
    if (!etcd.error) {
        return {};
    }
    std::string words = *etcd.error;
    if (etcd.nextTry && *etcd.nextTry > observed.now) {
        const auto seconds = std::chrono::ceil<std::chrono::seconds>(*etcd.nextTry - observed.now);
        words += ", next try in " + std::to_string(seconds.count()) + " s";
    }
    return words;
}

/// The state to keep for a start without etcd: only facts, never guesses. The id that our own database reports is a
/// fact, even if etcd is lost before the id is written there.
PersistentState persistentState(const Observed& observed, const Formation& formation) {
    PersistentState persistent = observed.persistent;
    const auto& registry = observed.etcd.registry;
    if (formation.refusal) {
        return persistent;
    }
    if (formation.clusterId) {
        persistent.clusterId = formation.clusterId;
    }
    if (registry && registry->clusterId) {
        persistent.vote.clear(); // not earlier: while others vote, only a voter may write the id
    } else if (!formation.initialMasterNodes.empty()) {
        persistent.vote = formation.initialMasterNodes;
    }
    if (registry && findMember(*registry, observed.identity.nodeId) != nullptr) {
        persistent.slot = formation.slot;
    }
    persistent.peers = rememberPeers(persistent, registry);
    return persistent;
}

/// What `systemctl status` shows.
std::string statusLine(const Observed& observed, const Formation& formation, const Supervision& supervision,
                       const Verdict& verdict) {
    const std::string trouble = etcdTrouble(observed);
    if (!trouble.empty() && supervision.phase == Phase::waiting && !observed.etcd.registry) {
        return "waiting for etcd: " + trouble;
    }
    std::string words = supervision.words;
    if (supervision.phase == Phase::running) {
        const auto failing = std::ranges::find(verdict.components, Level::fail, &Component::level);
        if (verdict.ready) {
            const auto& answer = observed.database.answer;
            words = "ready: " + supervision.words + " CrateDB " +
                    (answer ? answer->version.value_or("of unknown version") : "of unknown version") +
                    ", slot " + std::to_string(formation.slot.value_or(0));
        } else if (failing != verdict.components.end()) {
            words = "not ready: " + failing->name + ": " + failing->output.value_or("failed");
        }
    }
    if (!observed.configErrors.empty()) {
        words += "; the new configuration was rejected: " + observed.configErrors.front();
    }
    return trouble.empty() ? words : words + "; etcd: " + trouble;
}

} // namespace

Plan plan(const Observed& observed, const Config& config, const std::optional<Plan>& previous,
          bool rendered) {
    Plan plan;
    plan.formation = form(observed, config);
    if (!plan.formation.refusal && plan.formation.slot && !plan.formation.waitingFor) {
        plan.files = render(observed, plan.formation, config);
    }
    plan.supervision = supervise(observed, plan.formation, rendered);
    plan.verdict = judge(observed, plan.formation, plan.supervision,
                         previous ? std::optional(previous->verdict) : std::nullopt);
    plan.hardware = hardwareDocument(observed.inventory, previous ? previous->hardware : nullptr);
    auto document =
        nodeDocument(observed, plan.formation, plan.supervision, plan.verdict, config, plan.hardware);
    plan.announcement = announce(observed, document, plan.verdict, config);
    plan.pages = pages(observed, std::move(document), plan.supervision, plan.verdict);
    plan.status = statusLine(observed, plan.formation, plan.supervision, plan.verdict);
    plan.persistent = persistentState(observed, plan.formation);
    return plan;
}

} // namespace agent
