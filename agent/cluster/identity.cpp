// A member keeps its name against any non-member; otherwise the older key wins.
#include "agent/cluster/identity.hpp"

#include <algorithm>

namespace agent {
namespace {

std::string place(const LiveNode& node) { return node.address.value_or("no address"); }

std::optional<std::string> forgottenConflict(const Identity& identity, const Registry& registry) {
    const auto forgotten = std::ranges::find(registry.forgotten, identity.nodeId, &Forgotten::nodeId);
    if (forgotten == registry.forgotten.end()) {
        return std::nullopt;
    }
    return identity.nodeName + " was removed from the cluster by " + forgotten->by + " at " + forgotten->at +
           "; to let it rejoin, run `cratectl forget --undo " + identity.nodeId +
           "` on another node; otherwise reinstall it as a new machine";
}

std::optional<std::string> cloneConflict(const Identity& identity, const EtcdState& etcd) {
    for (const auto& node : etcd.registry->nodes) {
        const bool ours = node.lease && node.lease == etcd.lease;
        // Our own record of this boot has our name; the boot id alone is shared by containers of one machine. A record
        // of an earlier boot, whose lease has not expired or was restored with etcd, also has our address: a clone that
        // is up cannot have it.
        const bool ourBoot =
            node.bootId == identity.bootId || (node.address && node.address == identity.address);
        const bool ourRecord = ourBoot && node.name == identity.nodeName;
        if (node.nodeId == identity.nodeId && !ourRecord && !ours) {
            return "another machine (" + node.name + ", " + place(node) + ") announces our machine-id " +
                   identity.nodeId +
                   ": one is a clone of the other; run `rm /etc/machine-id; systemd-machine-id-setup` on the "
                   "clone and reboot it";
        }
    }
    return std::nullopt;
}

std::optional<std::string> nameConflict(const Identity& identity, const Registry& registry) {
    const Member* const own = findMember(registry, identity.nodeId);
    const bool nameIsOurs = own != nullptr && own->name == identity.nodeName;
    for (const auto& member : registry.members) {
        const bool older = !nameIsOurs || member.createdAt < own->createdAt;
        if (member.nodeId != identity.nodeId && member.name == identity.nodeName && older) {
            return "the name " + member.name + " belongs to member " + member.nodeId +
                   "; choose another [Node] Name, or run `cratectl forget " + member.name +
                   "` if that machine is gone for good";
        }
    }
    const auto announced = std::ranges::find(registry.nodes, identity.nodeId, &LiveNode::nodeId);
    for (const auto& node : registry.nodes) {
        const bool older = announced == registry.nodes.end() || node.createdAt < announced->createdAt;
        if (node.nodeId != identity.nodeId && node.name == identity.nodeName && !nameIsOurs && older) {
            return "another machine (id " + node.nodeId + ", " + place(node) + ") announces our name " +
                   node.name + "; give one of them another host name or [Node] Name";
        }
    }
    return std::nullopt;
}

} // namespace

const Member* findMember(const Registry& registry, const std::string& nodeId) {
    const auto member = std::ranges::find(registry.members, nodeId, &Member::nodeId);
    return member == registry.members.end() ? nullptr : &*member;
}

std::optional<std::string> identityConflict(const Identity& identity, const EtcdState& etcd) {
    if (!etcd.registry) {
        return std::nullopt;
    }
    if (auto forgotten = forgottenConflict(identity, *etcd.registry)) {
        return forgotten;
    }
    if (auto clone = cloneConflict(identity, etcd)) {
        return clone;
    }
    return nameConflict(identity, *etcd.registry);
}

} // namespace agent
