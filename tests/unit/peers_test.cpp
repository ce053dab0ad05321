// The list of peers: everybody ever seen, at the place where he was seen last.
#include "agent/cluster/peers.hpp"

#include "tests/cpputest.hpp"
#include "tests/unit/values.hpp"

using agent::Peers;
using values::otherNode;

namespace {

agent::PersistentState persistent(Peers peers) {
    agent::PersistentState persistent;
    persistent.peers = std::move(peers);
    return persistent;
}

} // namespace

TEST_GROUP(Peers){static agent::Registry with(std::vector<agent::LiveNode> nodes){agent::Registry registry;
registry.nodes = std::move(nodes);
return registry;
}
}
;

TEST(Peers, ANodeThatIsSeenIsRemembered) {
    CHECK_TRUE((Peers{{values::kOtherMachineId, "10.0.0.2:4300"}}) ==
               agent::rememberPeers({}, with({otherNode("n2")})));
}

TEST(Peers, ANodeThatIsGoneIsRememberedToo) {
    const Peers known{{"a", "10.0.0.7:4300"}};
    CHECK_TRUE(known == agent::rememberPeers(persistent(known), with({})));
    CHECK_TRUE(known == agent::rememberPeers(persistent(known), std::nullopt));
}

TEST(Peers, ANodeThatMovedIsRememberedAtItsNewPlace) {
    CHECK_TRUE((Peers{{"a", "10.0.0.2:4300"}}) ==
               agent::rememberPeers(persistent({{"a", "10.0.0.7:4300"}}), with({otherNode("n2", "a")})));
}

TEST(Peers, OnlyAForgottenMachineIsDropped) {
    auto registry = with({otherNode("n2", "b")});
    registry.forgotten = {{.nodeId = "a", .name = "n7", .slot = 7, .by = "admin", .at = "today"}};
    const Peers known{{"a", "10.0.0.7:4300"}, {"c", "10.0.0.8:4300"}};
    CHECK_TRUE((Peers{{"b", "10.0.0.2:4300"}, {"c", "10.0.0.8:4300"}}) ==
               agent::rememberPeers(persistent(known), registry));
}

TEST(Peers, AForgottenMachineThatAnnouncesItselfIsNotTakenUpAgain) {
    auto registry = with({otherNode("n7", "a")});
    registry.forgotten = {{.nodeId = "a", .name = "n7", .slot = 7, .by = "admin", .at = "today"}};
    CHECK_TRUE(agent::rememberPeers({}, registry).empty());
}

TEST(Peers, ABlankNodeDoesNotTakeUpTheNodesOfAnotherCluster) {
    auto stranger = otherNode("n7", "a");
    stranger.clusterId = "another";
    auto registry = with({stranger, otherNode("n2", "b")});
    registry.clusterId = values::kClusterId;
    CHECK_TRUE((Peers{{"b", "10.0.0.2:4300"}}) == agent::rememberPeers({}, registry));
}

TEST(Peers, OurOwnClusterCountsAndNotAnEtcdThatStartedOver) {
    auto stranger = otherNode("n7", "a");
    stranger.clusterId = "another";
    auto ours = otherNode("n2", "b");
    ours.clusterId = values::kClusterId;
    auto registry = with({stranger, ours});
    registry.clusterId = "another";
    agent::PersistentState old = persistent({});
    old.clusterId = values::kClusterId;
    CHECK_TRUE((Peers{{"b", "10.0.0.2:4300"}}) == agent::rememberPeers(old, registry));
}

TEST(Peers, AKnownNodeKeepsItsAddressWhateverClusterItAnnounces) {
    auto stranger = otherNode("n7", "a");
    stranger.clusterId = "another";
    auto registry = with({stranger});
    registry.clusterId = values::kClusterId;
    const Peers known{{"a", "10.0.0.7:4300"}};
    CHECK_TRUE(known == agent::rememberPeers(persistent(known), registry));
}

TEST(Peers, ANodeWithoutAnAddressChangesNothing) {
    const Peers known{{"a", "10.0.0.7:4300"}};
    auto nowhere = otherNode("n2", "a");
    nowhere.address.reset();
    auto portless = otherNode("n3", "b");
    portless.transportPort.reset();
    CHECK_TRUE(known == agent::rememberPeers(persistent(known), with({nowhere, portless})));
}

TEST(Peers, AFloodOfNodesDoesNotPushOutTheKnownOnes) {
    std::vector<agent::LiveNode> flood;
    flood.reserve(1001);
    for (int node = 0; node < 1000; ++node) {
        flood.push_back(otherNode("n", std::to_string(node)));
    }
    flood.push_back(otherNode("n2", "zz"));
    const auto peers = agent::rememberPeers(persistent({{"zz", "10.0.0.7:4300"}}), with(flood));
    LONGS_EQUAL(100, peers.size());
    CHECK_EQUAL("10.0.0.2:4300", peers.at("zz"));
}

TEST(Peers, TheFileHasEachPlaceOnceSortedAndOurOwnAlways) {
    CHECK_EQUAL("10.0.0.1:4300\n", agent::peersFile({}, "10.0.0.1:4300"));
    CHECK_EQUAL(
        "10.0.0.0:4300\n10.0.0.1:4300\n10.0.0.2:4300\n",
        agent::peersFile(
            {{"a", "10.0.0.2:4300"}, {"b", "10.0.0.0:4300"}, {"c", "10.0.0.1:4300"}, {"d", "10.0.0.2:4300"}},
            "10.0.0.1:4300"));
}

TEST(Peers, AddressesOfIpv6StandInBrackets) {
    CHECK_EQUAL("10.0.0.1:4300", agent::peerEndpoint("10.0.0.1", 4300));
    CHECK_EQUAL("[fd00::1]:4301", agent::peerEndpoint("fd00::1", 4301));
}
