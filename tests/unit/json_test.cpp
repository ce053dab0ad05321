// JSON of others: what an honest answer looks like is parsed, what would cost the stack or the memory is not.
#include "hal/base/json.hpp"

#include "tests/cpputest.hpp"

#include <nlohmann/json.hpp>
#include <string>

TEST_GROUP(BoundedJson){};

TEST(BoundedJson, AnHonestAnswerIsParsed) {
    CHECK_EQUAL(1, hal::parseJson(R"({"a":[1,{"b":"[[["}]})")["a"][0].get<int>());
    CHECK_EQUAL(std::string(R"({"b":1,"a":2})"), hal::parseOrderedJson(R"({"b":1,"a":2})").dump());
    CHECK_TRUE(hal::parseJson("{").is_discarded());
    CHECK_TRUE(hal::parseJson("").is_discarded());
}

TEST(BoundedJson, DepthIsBounded) {
    const auto nested = [](size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    CHECK_FALSE(hal::parseJson(nested(hal::kMaxJsonDepth)).is_discarded());
    CHECK_TRUE(hal::parseJson(nested(hal::kMaxJsonDepth + 1)).is_discarded());
    CHECK_TRUE(hal::parseJson(R"({"header":{"revision":)" + nested(900'000) + "}}").is_discarded());
    CHECK_TRUE(hal::parseJson(std::string(2'000'000, '[')).is_discarded());
}

TEST(BoundedJson, TheNumberOfValuesIsBounded) {
    std::string many = R"({"header":{"revision":"5"},"x":[{})";
    for (int i = 0; i < 600'000; ++i) {
        many += ",{}";
    }
    CHECK_TRUE(hal::parseJson(many + "]}").is_discarded());
    CHECK_FALSE(hal::isBoundedJson(many + "]}"));
}

// The densest honest reading: as many of the smallest keys below our prefixes as fit into an answer of 2 MiB.
TEST(BoundedJson, ARegistryOfTheSmallestKeysFits) {
    for (const std::string value : {R"(,"value":"eA==")", ""}) {
        std::string answer = R"({"responses":[{"response_range":{"kvs":[)";
        while (answer.size() < size_t{2} << 20U) {
            answer +=
                R"({"key":"L3NlcnZpY2VzL2NyYXRlL3g=","create_revision":"1000","mod_revision":"1000","version":"1")" +
                value + "},";
        }
        answer.back() = ']';
        CHECK_TRUE(hal::isBoundedJson(answer + "}}]}"));
    }
}

TEST(BoundedJson, BracketsAndCommasOfStringsDoNotCount) {
    const std::string text = "[\"" + std::string(200'000, ',') + std::string(100, '[') + R"(\"[[)" + "\"]";
    CHECK_FALSE(hal::parseJson(text).is_discarded());
    CHECK_TRUE(hal::isBoundedJson("\"\\"));
}
