// The stand-in's first vote and its voting configurations: a majority of the list, once, and never an even number.
#include "tests/cpputest.hpp"
#include "tests/standin/bootstrap_vote.hpp"

using namespace std::chrono_literals;
using Names = std::vector<std::string>;

namespace {

standin::NodeInfo node(const std::string& name) {
    standin::NodeInfo made;
    made.id = "id-" + name;
    made.name = name;
    made.hostname = name + ".host";
    made.address = "10.0.0." + name.substr(1);
    made.transportAddress = made.address + ":4300";
    return made;
}

std::vector<standin::NodeInfo> nodes(const Names& names) {
    std::vector<standin::NodeInfo> made;
    for (const std::string& name : names) {
        made.push_back(node(name));
    }
    return made;
}

standin::BootstrapVote vote(Names listed) {
    standin::ClusterConfig config;
    config.initialMasterNodes = std::move(listed);
    config.discoveryConfigured = true;
    return standin::BootstrapVote(config);
}

} // namespace

TEST_GROUP(StandinVote){};

TEST(StandinVote, NeedsMoreThanHalfOfTheList) {
    standin::BootstrapVote four = vote({"n1", "n2", "n3", "n4"});
    CHECK_TRUE(!four.attempt(node("n1"), nodes({"n2"}), 1h).votingNodes);
    const auto voters = four.attempt(node("n1"), nodes({"n2", "n3"}), 1h).votingNodes;
    CHECK_TRUE((voters == Names{"id-n1", "id-n2", "id-n3", "{bootstrap-placeholder}-n4"}));
}

TEST(StandinVote, IsGivenOnce) {
    standin::BootstrapVote one = vote({"n1"});
    CHECK_TRUE(one.attempt(node("n1"), {}, 0s).votingNodes.has_value());
    CHECK_TRUE(!one.attempt(node("n1"), {}, 1h).votingNodes);
}

TEST(StandinVote, IsNotForANodeThatTheListDoesNotName) {
    standin::BootstrapVote others = vote({"n1", "n2"});
    const auto outcome = others.attempt(node("n3"), nodes({"n1", "n2"}), 1h);
    CHECK_TRUE(!outcome.votingNodes);
    CHECK_TRUE(outcome.remark.contains("does not match bootstrap requirements"));
}

TEST(StandinVote, EndsWhenOneEntryFitsTwoNodes) {
    standin::BootstrapVote twins = vote({"n1", "n2"});
    std::vector<standin::NodeInfo> others = nodes({"n2", "n3"});
    others[1].name = "n2";
    CHECK_TRUE(twins.attempt(node("n1"), others, 1h).remark.contains("matches multiple nodes"));
    CHECK_TRUE(!twins.attempt(node("n1"), nodes({"n2"}), 1h).votingNodes);
}

TEST(StandinVote, EndsWhenTwoEntriesFitOneNode) {
    standin::BootstrapVote doubled = vote({"n1", "10.0.0.1:4300", "n2"});
    CHECK_TRUE(
        doubled.attempt(node("n1"), nodes({"n2"}), 1h).remark.contains("matches multiple requirements"));
}

TEST(StandinVote, OfAnUnconfiguredNodeTakesThreeSeconds) {
    standin::BootstrapVote alone{standin::ClusterConfig{}};
    CHECK_TRUE(!alone.attempt(node("n1"), nodes({"n2"}), 2999ms).votingNodes);
    CHECK_TRUE((alone.attempt(node("n1"), nodes({"n2"}), 3s).votingNodes == Names{"id-n1", "id-n2"}));
}

TEST(StandinVote, QuorumIsMoreThanHalfOfBothConfigurations) {
    standin::ClusterState state;
    state.votingNodes = {"a", "b", "c"};
    CHECK_TRUE(standin::isQuorum(state, {"a", "c"}));
    CHECK_TRUE(!standin::isQuorum(state, {"a"}));
    state.committedVoting = {"a", "d", "e"};
    CHECK_TRUE(!standin::isQuorum(state, {"a", "c"}));
    CHECK_TRUE(standin::isQuorum(state, {"a", "c", "d"}));
}

TEST(StandinVote, VotersAreOddAndNotFewerThanThreeOnceThereWereThree) {
    const auto live = [](const Names& names) { return nodes(names); };
    CHECK_EQUAL(3U, standin::reconfigure({"id-n1"}, live({"n1", "n2", "n3", "n4"}), "id-n1").size());
    CHECK_EQUAL(
        5U, standin::reconfigure({"id-n1", "id-n2", "id-n3"}, live({"n1", "n2", "n3", "n4", "n5"}), "id-n1")
                .size());
    const Names five{"id-n1", "id-n2", "id-n3", "id-n4", "id-n5"};
    CHECK_EQUAL(3U, standin::reconfigure(five, live({"n1", "n2", "n3"}), "id-n1").size());
    // Two of three voters are gone from five: the one and a newcomer could not outvote them.
    CHECK_TRUE((standin::reconfigure({"id-n1", "id-n2", "id-n3"}, live({"n1"}), "id-n1") ==
                Names{"id-n1", "id-n2", "id-n3"}));
}
