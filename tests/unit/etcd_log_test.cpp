// The journal's messages about etcd: each once, and again only after it has changed.
#include "agent/runtime/etcd_log.hpp"
#include "agent/runtime/log.hpp"
#include "hal/etcd/etcd_fault.hpp"
#include "tests/cpputest.hpp"

#include <memory>
#include <spdlog/sinks/sink.h>

using namespace std::chrono_literals;

namespace {

class Memory final : public spdlog::sinks::sink {
public:
    void log(const spdlog::details::log_msg& message) override {
        lines.emplace_back(message.payload.data(), message.payload.size());
    }
    void flush() override {}
    void set_pattern(const std::string&) override {}
    void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

    std::vector<std::string> lines;
};

hal::Problem wrong(const std::string& key) { return {"etcd /k/" + key, "expected a JSON object"}; }

hal::Problems tooMany(const std::string& first) {
    hal::Problems problems{wrong(first)};
    for (size_t i = 1; i < agent::kMaxProblems; ++i) {
        problems.push_back(wrong(std::to_string(i)));
    }
    problems.push_back({"etcd /k/", "more values are malformed"});
    return problems;
}

} // namespace

TEST_GROUP(EtcdLog) {
    std::shared_ptr<Memory> memory = std::make_shared<Memory>();
    std::vector<spdlog::sink_ptr> before = agent::log().sinks();
    agent::EtcdLog said;

    spdlog::level::level_enum level = agent::log().level();

    void setup() override {
        agent::log().sinks().assign(1, memory);
        agent::log().set_level(spdlog::level::info);
    }
    void teardown() override {
        agent::log().sinks() = before;
        agent::log().set_level(level);
    }

    [[nodiscard]] size_t told() { return std::exchange(memory->lines, {}).size(); }
};

TEST(EtcdLog, AnOutageIsLoggedOnceForEachKindOfErrorAndOnceWhenItIsOver) {
    const hal::Error refused{hal::EtcdFault::unavailable, "10.0.0.1:2379: refused"};
    for (int i = 0; i < 100; ++i) {
        said.failed(refused);
        said.failed({hal::EtcdFault::unavailable, "10.0.0." + std::to_string(i) + ":2379: refused"});
    }
    LONGS_EQUAL(1, told());
    said.failed({hal::EtcdFault::resourceExhausted, "no space"});
    LONGS_EQUAL(1, told());
    said.recovered(61s);
    CHECK_EQUAL("etcd: works again after 61 s", memory->lines.at(0));
    LONGS_EQUAL(1, told());
    said.recovered(0s);
    LONGS_EQUAL(0, told());
    said.failed(refused);
    LONGS_EQUAL(1, told());
}

TEST(EtcdLog, AMalformedValueIsLoggedWhenItComesWhenItChangesAndWhenItGoes) {
    for (int i = 0; i < 100; ++i) {
        said.read({wrong("a"), wrong("b")});
    }
    CHECK_EQUAL("etcd /k/a: ignored: expected a JSON object", memory->lines.at(0));
    LONGS_EQUAL(2, told());
    said.read({{"etcd /k/a", "expected at most 64 KiB"}, wrong("b")});
    LONGS_EQUAL(1, told());
    said.read({wrong("b")});
    CHECK_EQUAL("etcd /k/a: valid again, or deleted", memory->lines.at(0));
    LONGS_EQUAL(1, told());
    said.read({});
    LONGS_EQUAL(1, told());
}

TEST(EtcdLog, AValueThatIsWrongInTwoWaysIsOneLine) {
    said.read({wrong("a"), {"etcd /k/a", "expected an IP address"}});
    CHECK_EQUAL("etcd /k/a: ignored: expected a JSON object; expected an IP address", memory->lines.at(0));
    LONGS_EQUAL(1, told());
}

TEST(EtcdLog, OfMoreThanAReadingListsNoneIsCalledValidAgain) {
    said.read({wrong("z")});
    (void)told();
    said.read(tooMany("a"));
    LONGS_EQUAL(agent::kMaxProblems + 1, told());
    said.read(tooMany("b"));
    LONGS_EQUAL(1, told());
    said.read(tooMany("a"));
    LONGS_EQUAL(0, told());
    said.read({wrong("z")});
    LONGS_EQUAL_TEXT(agent::kMaxProblems + 2, told(), "all but z");
}

TEST(EtcdLog, WhatIsRememberedIsBounded) {
    for (int i = 0; i < 1000; ++i) {
        said.read(tooMany("key" + std::to_string(i)));
    }
    (void)told();
    said.read({});
    CHECK_TRUE(told() <= 10 * agent::kMaxProblems);
}
