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

TEST(BoundedJson, BracketsAndCommasOfStringsDoNotCount) {
    const std::string text = "[\"" + std::string(200'000, ',') + std::string(100, '[') + R"(\"[[)" + "\"]";
    CHECK_FALSE(hal::parseJson(text).is_discarded());
    CHECK_TRUE(hal::isBoundedJson("\"\\"));
}
