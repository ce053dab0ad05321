// A first start that failed half-way is repeated with the same voters, and never with others.
#include "agent/agent.hpp"
#include "agent/formation.hpp"
#include "tests/cpputest.hpp"
#include "tests/unit/values.hpp"

using Names = std::vector<std::string>;

TEST_GROUP(Vote) {
    agent::Observed observed = values::blankObserved();
    agent::Config config;

    void setup() override {
        observed.store.registry->members = {{values::kMachineId, "n1", 1}};
        observed.store.registry->bootstrap = Names{"n1", "n2", "n3"};
    }

    [[nodiscard]] agent::Formation formation() const { return agent::form(observed, config); }

    /// The first start was begun: the vote is on disk, and so are files of a database without an id.
    void beginFirstStart() {
        observed.saved = agent::plan(observed, config, std::nullopt, true).saved;
        observed.dataHoldsDatabase = true;
    }
};

TEST(Vote, IsKeptBeforeTheDatabaseIsStartedWithIt) {
    beginFirstStart();
    CHECK_TRUE((observed.saved.vote == Names{"n1", "n2", "n3"}));
}

TEST(Vote, AFirstStartThatFailedIsRepeatedWithTheSameList) {
    beginFirstStart();
    CHECK_TRUE((formation().initialMasterNodes == Names{"n1", "n2", "n3"}));
    CHECK_TRUE(!formation().refusal && !formation().waitingFor);
}

TEST(Vote, IsRepeatedWithoutEtcd) {
    beginFirstStart();
    observed.store.registry.reset();
    CHECK_TRUE((formation().initialMasterNodes == Names{"n1", "n2", "n3"}));
}

TEST(Vote, IsGivenBackToAnEtcdThatWasWiped) {
    beginFirstStart();
    observed.store.registry->bootstrap.reset();
    CHECK_TRUE((formation().initialMasterNodes == Names{"n1", "n2", "n3"}));
    CHECK_TRUE(formation().claim.has_value());
}

TEST(Vote, IsRefusedWhenEtcdNamesOtherVotersMeanwhile) {
    beginFirstStart();
    observed.store.registry->bootstrap = Names{"n7"};
    CHECK_TRUE(formation().initialMasterNodes.empty());
    STRCMP_CONTAINS("other first voters", formation().refusal.value_or("").c_str());
}

TEST(Vote, IsForgottenOnceThereIsAnId) {
    beginFirstStart();
    observed.store.registry->clusterId = values::kClusterId;
    CHECK_TRUE(formation().initialMasterNodes.empty());
    CHECK_TRUE(agent::plan(observed, config, std::nullopt, true).saved.vote.empty());
}

TEST(Vote, DataOfAnotherDatabaseStillForbidsIt) {
    observed.dataHoldsDatabase = true;
    CHECK_TRUE(formation().initialMasterNodes.empty());
}
