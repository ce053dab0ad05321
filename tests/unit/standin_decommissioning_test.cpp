// The stand-in's decommission: what it waits for, for how long, and what happens when it takes too long.
#include "tests/cpputest.hpp"
#include "tests/standin/cluster_change.hpp"
#include "tests/standin/decommissioning.hpp"

using namespace std::chrono_literals;
using standin::Decommissioning;

TEST_GROUP(StandinDecommissioning) {
    standin::ClusterState state;
    Decommissioning::Clock::time_point now{1h};

    void setup() override {
        for (const char* name : {"a", "b"}) {
            standin::NodeInfo node;
            node.id = node.name = name;
            state.nodes.push_back(node);
        }
        state.table = {"bigint", false, "a", true, {{"b", true, 1, ""}}, 1};
        state.transientSettings["cluster.graceful_stop.timeout"] = "10s";
    }

    Decommissioning begun(const std::string& id, standin::Version version = {6, 4, 5}) {
        Decommissioning leaving(id, version, {}, 5s);
        CHECK_TRUE(leaving.begin(state, now));
        return leaving;
    }

    /// One step; a change that it asks for is made.
    Decommissioning::Step step(Decommissioning & leaving, std::size_t active = 0) {
        Decommissioning::Step made = leaving.tick(state, active, now);
        if (made.change) {
            state = standin::applyChange(state, *made.change);
        }
        return made;
    }
};

TEST(StandinDecommissioning, SaysSoToTheClusterAndEndsFiveSecondsAfterTheLastRequest) {
    Decommissioning leaving = begun("b");
    step(leaving);
    CHECK_TRUE(state.transientSettings.contains("crate.internal.decommission.b"));
    step(leaving, 1);
    CHECK_TRUE(!step(leaving, 1).exits);
    CHECK_TRUE(!step(leaving).exits);
    now += 4s;
    CHECK_TRUE(!step(leaving).exits);
    now += 1s;
    CHECK_TRUE(step(leaving).exits);
}

TEST(StandinDecommissioning, WaitsWhileAnythingRelocates) {
    Decommissioning leaving = begun("a");
    step(leaving);
    state.table.replicas.push_back({"c", false, 2, "a"});
    for (int i = 0; i < 5; ++i) {
        CHECK_TRUE(!step(leaving).exits && leaving.isUnderWay());
        now += 1s;
    }
    state.table.replicas.pop_back();
    CHECK_TRUE(step(leaving).remark.contains("where they have to be"));
}

TEST(StandinDecommissioning, FullNeverEndsWithoutAnotherNode) {
    state.transientSettings["cluster.graceful_stop.min_availability"] = "full";
    Decommissioning leaving = begun("b");
    step(leaving);
    now += 11s;
    const auto last = step(leaving);
    CHECK_TRUE(last.aborted && !last.exits && !leaving.isUnderWay());
    CHECK_TRUE(!state.transientSettings.contains("crate.internal.decommission.b"));
}

TEST(StandinDecommissioning, ForceExitsWhenTheTimeIsOver) {
    state.transientSettings["cluster.graceful_stop.min_availability"] = "full";
    state.transientSettings["cluster.graceful_stop.force"] = "true";
    Decommissioning leaving = begun("b");
    step(leaving);
    now += 11s;
    CHECK_TRUE(step(leaving).exits);
}

TEST(StandinDecommissioning, UpTo643TheTimeEndsTheWaitingWhateverForceSays) {
    state.transientSettings["cluster.graceful_stop.min_availability"] = "full";
    Decommissioning leaving = begun("b", {6, 4, 3});
    step(leaving);
    now += 11s;
    CHECK_TRUE(step(leaving).remark.contains("continuing anyway"));
    step(leaving);
    now += 5s;
    CHECK_TRUE(step(leaving).exits);
}

TEST(StandinDecommissioning, WithNoneItAsksForNothing) {
    state.transientSettings["cluster.graceful_stop.min_availability"] = "none";
    Decommissioning leaving = begun("a");
    CHECK_TRUE(!step(leaving).change);
    now += 5s;
    CHECK_TRUE(step(leaving).exits);
}

TEST(StandinDecommissioning, IsBegunOnce) {
    Decommissioning leaving = begun("b");
    CHECK_TRUE(!leaving.begin(state, now));
}
