// Several stand-in nodes on one simulated clock: no matter which messages are lost, there is one cluster and one master
// per term.
#include "tests/cpputest.hpp"
#include "tests/standin/cluster.hpp"

#include <memory>
#include <random>

using namespace std::chrono_literals;
using standin::Cluster;

namespace {

struct Letter {
    std::string address;
    nlohmann::json body;
};

} // namespace

TEST_GROUP(StandinCluster) {
    std::map<std::string, std::unique_ptr<Cluster>> nodes; // by transport address
    std::map<std::string, standin::Durable> disks;
    std::vector<Letter> mail;
    std::mt19937 chance{7};
    Cluster::Clock::time_point now{1h};
    unsigned lostPerCent = 0;
    std::set<std::string> ids;                                            // of clusters, ever
    std::map<std::pair<std::string, std::int64_t>, std::string> masterOf; // by cluster and term
    int made = 0;

    static std::string address(int number) { return "10.0.0." + std::to_string(number) + ":4300"; }

    /// (Re)starts a node with what is on its disk.
    void start(int number, const std::vector<std::string>& listed) {
        standin::NodeInfo local;
        local.name = "n" + std::to_string(number);
        local.id = "id-" + local.name;
        local.transportAddress = address(number);
        standin::ClusterConfig config;
        config.clusterName = "crate";
        config.initialMasterNodes = listed;
        config.discoveryConfigured = true;
        config.failureTimeout = 3s;
        standin::Durable disk = disks[local.transportAddress];
        disk.accepted.recovered = false;
        nodes[local.transportAddress] = std::make_unique<Cluster>(
            local, config, disk, [this] { return "uuid-" + std::to_string(++made); }, now);
    }

    void carryOut(const std::string& from, const Cluster::Step& step) {
        const Cluster& node = *nodes.at(from);
        if (step.changed) {
            disks[from] = node.durable();
        }
        for (const Cluster::Message& message : step.messages) {
            if (chance() % 100 >= lostPerCent) {
                mail.push_back({message.address, message.body});
            }
        }
        if (node.hasMaster()) {
            ids.insert(node.visibleUuid());
            const auto known =
                masterOf.emplace(std::pair{node.visibleUuid(), node.shared().term}, node.shared().masterId)
                    .first;
            CHECK_EQUAL(known->second, node.shared().masterId);
        }
    }

    void run(std::chrono::milliseconds time) {
        std::vector<std::string> seeds;
        seeds.reserve(nodes.size());
        for (const auto& [at, node] : nodes) {
            seeds.push_back(at);
        }
        for (const auto end = now + time; now < end; now += 50ms) {
            for (const auto& [at, node] : nodes) {
                carryOut(at, node->tick(seeds, now));
            }
            for (const Letter& letter : std::exchange(mail, {})) {
                if (const auto to = nodes.find(letter.address); to != nodes.end()) {
                    carryOut(letter.address, to->second->receive(letter.body, now));
                }
            }
        }
    }

    [[nodiscard]] std::size_t withMaster() const {
        return static_cast<std::size_t>(
            std::ranges::count_if(nodes, [](const auto& each) { return each.second->hasMaster(); }));
    }
};

TEST(StandinCluster, ThreeNodesOfOneListAreOneCluster) {
    for (int number : {1, 2, 3}) {
        start(number, {"n1", "n2", "n3"});
    }
    run(10s);
    CHECK_EQUAL(3U, withMaster());
    CHECK_EQUAL(1U, ids.size());
    CHECK_EQUAL(3U, nodes.begin()->second->nodes().size());
}

TEST(StandinCluster, TwoListsAreTwoClustersForever) {
    start(1, {"n1"});
    start(2, {"n2"});
    run(20s);
    CHECK_EQUAL(2U, ids.size());
    CHECK_EQUAL(2U, withMaster());
    CHECK_EQUAL(1U, nodes.begin()->second->nodes().size());
}

TEST(StandinCluster, LessThanAMajorityHasNoMaster) {
    for (int number : {1, 2, 3}) {
        start(number, {"n1", "n2", "n3"});
    }
    run(10s);
    nodes.erase(address(2));
    nodes.erase(address(3));
    run(10s);
    CHECK_EQUAL(0U, withMaster());
    start(3, {});
    run(10s);
    CHECK_EQUAL(2U, withMaster());
    CHECK_EQUAL(1U, ids.size());
}

TEST(StandinCluster, LostMessagesAndRestartsNeverMakeASecondOne) {
    lostPerCent = 30;
    const std::vector<std::string> listed{"n1", "n2", "n3", "n4", "n5"};
    for (int number = 1; number <= 5; ++number) {
        start(number, listed);
    }
    for (int round = 0; round < 40; ++round) {
        run(std::chrono::milliseconds(500 + chance() % 4000));
        const int number = 1 + static_cast<int>(chance() % 5);
        if (chance() % 2 == 0) {
            nodes.erase(address(number));
        }
        start(1 + static_cast<int>(chance() % 5), listed);
    }
    lostPerCent = 0;
    for (int number = 1; number <= 5; ++number) {
        start(number, listed);
    }
    run(30s);
    CHECK_EQUAL(5U, withMaster());
    CHECK_EQUAL(1U, ids.size());
}
