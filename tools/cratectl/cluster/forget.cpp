// A machine is alive if etcd announces it or the database lists it. In doubt, nothing is written.
#include "tools/cratectl/cluster/forget.hpp"

#include "agent/cluster/guards.hpp"
#include "hal/base/identifiers.hpp"

#include <algorithm>

namespace cratectl {
namespace {

bool isMeant(const std::string& node, const agent::Forgotten& machine) {
    const std::string unit = machine.slot ? "crate@" + std::to_string(*machine.slot) : "";
    return !node.empty() &&
           (node == machine.name || node == machine.nodeId || node == unit || node == unit + ".service");
}

/// The only match among `machines`; `kind` is what they are: "member", "forgotten machine".
hal::Result<agent::Forgotten>
onlyMatch(const std::string& node, const std::vector<agent::Forgotten>& machines, const std::string& kind) {
    std::vector<agent::Forgotten> matches;
    std::string all;
    for (const auto& machine : machines) {
        all += (all.empty() ? "" : ", ") + described(machine);
        if (isMeant(node, machine)) {
            matches.push_back(machine);
        }
    }
    if (matches.empty()) {
        return hal::failure(hal::Error::invalid("there is no " + kind + " \"" + node +
                                                "\"; expected the name, the unit or the " +
                                                "machine-id of one of: " + (all.empty() ? "(none)" : all)));
    }
    if (matches.size() > 1) {
        return hal::failure(hal::Error::invalid("\"" + node + "\" matches more than one " + kind + ": " +
                                                described(matches[0]) + " and " + described(matches[1]) +
                                                "; use the machine-id"));
    }
    return matches.front();
}

/// A node that the database lists and etcd does not know: etcd was wiped, and that machine has not announced itself yet.
std::optional<std::string> unknownName(const agent::Registry& registry,
                                       const std::optional<std::vector<std::string>>& databaseNodes) {
    for (const auto& name : databaseNodes.value_or(std::vector<std::string>{})) {
        if (std::ranges::find(registry.members, name, &agent::Member::name) == registry.members.end() &&
            std::ranges::find(registry.nodes, name, &agent::LiveNode::name) == registry.nodes.end()) {
            return name;
        }
    }
    return std::nullopt;
}

std::optional<std::string> aliveRefusal(const agent::Forgotten& machine, const agent::Registry& registry,
                                        const std::optional<std::vector<std::string>>& databaseNodes) {
    const auto node = std::ranges::find(registry.nodes, machine.nodeId, &agent::LiveNode::nodeId);
    if (node != registry.nodes.end()) {
        return described(machine) + " is alive: it announces itself at " +
               node->address.value_or("no address") +
               "; shut it down, wait until `cratectl list-machines` no longer shows it, and try again";
    }
    if (databaseNodes && std::ranges::find(*databaseNodes, machine.name) != databaseNodes->end()) {
        return described(machine) +
               " is alive: the database lists it in sys.nodes; stop the database on it, " + "and try again";
    }
    if (const auto stranger = machine.name.empty() ? unknownName(registry, databaseNodes) : std::nullopt) {
        return described(machine) + " may be alive: the database lists " + *stranger +
               " and etcd does not know it, so it may be this machine; wait until its agent has announced "
               "it, or "
               "stop the database on it, and try again";
    }
    return std::nullopt;
}

} // namespace

std::string described(const agent::Forgotten& machine) {
    const std::string slot = machine.slot ? "crate@" + std::to_string(*machine.slot) + ", " : "";
    return machine.name.empty() ? "machine-id " + machine.nodeId
                                : machine.name + " (" + slot + "machine-id " + machine.nodeId + ")";
}

hal::Result<Forgetting> forget(const agent::Keys& keys, const agent::Registry& registry,
                               const ForgetRequest& request) {
    std::vector<agent::Forgotten> members;
    members.reserve(registry.members.size());
    for (const auto& member : registry.members) {
        members.push_back(
            {.nodeId = member.nodeId, .name = member.name, .slot = member.slot, .by = {}, .at = {}});
    }
    auto machine = onlyMatch(request.node, members, "member");
    if (!machine) {
        const auto before = onlyMatch(request.node, registry.forgotten, "forgotten machine");
        if (before) {
            return Forgetting{.machine = *before, .transaction = {}, .done = true};
        }
        if (!hal::isMachineId(request.node)) {
            return hal::failure(machine.error());
        }
        // Its member key was lost when etcd was wiped; other nodes still know it as a peer.
        machine = agent::Forgotten{.nodeId = request.node, .name = {}, .slot = {}, .by = {}, .at = {}};
    }
    machine->by = request.by;
    machine->at = request.at;
    if (const auto refusal = aliveRefusal(*machine, registry, request.databaseNodes)) {
        return hal::failure(hal::Error::invalid(*refusal));
    }
    const auto key = keys.member(machine->nodeId);
    const auto known = registry.raw.find(key);
    Forgetting forgetting{.machine = *machine, .transaction = {}};
    auto& [when, then, otherwise] = forgetting.transaction;
    when = {agent::absent(keys.node(machine->nodeId)),
            {.key = key,
             .target = hal::Compare::Target::modRevision,
             .operand = known == registry.raw.end() ? 0 : known->second.modRevision}};
    then = {hal::DeleteRequest{.key = key}, hal::PutRequest{.key = keys.forgotten(machine->nodeId),
                                                            .value = forgottenValue(*machine),
                                                            .lease = {}}};
    return forgetting;
}

hal::Result<Forgetting> unforget(const agent::Keys& keys, const agent::Registry& registry,
                                 const std::string& node) {
    const auto machine = onlyMatch(node, registry.forgotten, "forgotten machine");
    if (!machine) {
        return hal::failure(machine.error());
    }
    return Forgetting{.machine = *machine,
                      .transaction = {.when = {},
                                      .then = {hal::DeleteRequest{.key = keys.forgotten(machine->nodeId)}},
                                      .otherwise = {}}};
}

} // namespace cratectl
