// One node among random faults, over many seeds: whatever happens, no database is taken down, one cluster is formed
// in all its life, and when the faults are over the node is ready again. CHAOS_SEED=n replays one seed.
#include "tests/unit/agent_fixture.hpp"

#include <cstdlib>
#include <random>

using namespace std::chrono_literals;

namespace {

constexpr unsigned kSeeds = 5; // a taste; CHAOS_SEEDS=n takes more
constexpr unsigned kFaults = 25;

/// A machine and its etcd, and the hand that pulls their wires.
class Chaos {
public:
    explicit Chaos(unsigned seed)
        : random_(seed), words_("CHAOS_SEED=" + std::to_string(seed) + " replays this") {
        random_.discard(8);
    }

    void run() {
        CHECK_TRUE_TEXT(machine_.startAgent().has_value(), words_.c_str());
        for (unsigned fault = 0; fault < kFaults; ++fault) {
            breakSomething();
            loop_.advance(std::chrono::milliseconds(pick(4000)));
            check();
        }
        heal();
        loop_.advance(75s); // a failed unit is tried again after a minute
        check();
        CHECK_EQUAL_TEXT(200, machine_.server->status(),
                         (words_ + ": " + machine_.notifier.statusText).c_str());
        CHECK_TRUE_TEXT(etcd_.value("/services/crate/n1").has_value(), words_.c_str());
        CHECK_TRUE_TEXT(machine_.volumeClusterId == firstClusterId_, words_.c_str());
    }

private:
    unsigned pick(unsigned count) { return static_cast<unsigned>(random_() % count); }

    void breakSomething() {
        switch (pick(14)) {
        case 0: etcd_.stop(); break;
        case 1: etcd_.start(); break;
        case 2: machine_.link.cut = !machine_.link.cut; break;
        case 3: machine_.link.frozen = !machine_.link.frozen; break;
        case 4: machine_.link.failNext = pick(4); break;
        case 5: machine_.link.loseReplies = pick(3); break;
        case 6: machine_.killContainer(pick(2) == 0 ? 1 : 137, pick(2) == 0); break;
        case 7: machine_.restartAgent(); break;
        case 8:
            machine_.cutPower();
            (void)machine_.startAgent();
            break;
        case 9: machine_.database.frozen = !machine_.database.frozen; break;
        case 10: machine_.database.breakHeldConnections(); break;
        case 11: machine_.dataReadOnly = !machine_.dataReadOnly.value_or(true); break;
        case 12: toggleBus(); break;
        default: etcd_.wipe(); break;
        }
    }

    void toggleBus() {
        if (std::exchange(machine_.units.busError, std::nullopt)) {
            machine_.units.changed(); // hal reports that the bus is back
        } else {
            machine_.units.busError = fakes::refused("bus");
        }
    }

    void heal() {
        etcd_.start();
        machine_.link.cut = machine_.link.frozen = false;
        machine_.link.failNext = machine_.link.loseReplies = 0;
        machine_.database.frozen = false;
        machine_.dataReadOnly = false;
        machine_.units.busError.reset();
        machine_.units.changed();
    }

    void check() {
        if (!firstClusterId_) {
            firstClusterId_ = machine_.volumeClusterId;
        }
        CHECK_TRUE_TEXT(machine_.volumeClusterId == firstClusterId_, words_.c_str());
        LONGS_EQUAL_TEXT(1, machine_.link.mostInFlight, words_.c_str());
        LONGS_EQUAL_TEXT(1, std::max<size_t>(1, etcd_.keys("/cratekeeper/crate/members/").size()),
                         words_.c_str());
    }

    std::mt19937 random_;
    std::string words_;
    fakes::Loop loop_;
    fakes::EtcdStore etcd_{loop_};
    fakes::Machine machine_{loop_, etcd_};
    std::optional<std::string> firstClusterId_;
};

std::optional<unsigned> fromEnvironment(const char* name) {
    const char* const text = std::getenv(name);
    return text == nullptr ? std::nullopt
                           : std::optional(static_cast<unsigned>(std::strtoul(text, nullptr, 10)));
}

} // namespace

TEST_GROUP(AgentChaos){};

TEST(AgentChaos, NoFaultTakesADatabaseDownOrFormsASecondCluster) {
    if (const auto seed = fromEnvironment("CHAOS_SEED")) {
        Chaos(*seed).run();
        return;
    }
    const unsigned first = std::random_device{}();
    for (unsigned offset = 0; offset < fromEnvironment("CHAOS_SEEDS").value_or(kSeeds); ++offset) {
        Chaos(first + offset).run();
    }
}
