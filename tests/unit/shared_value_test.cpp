// Copies that share a value, and what becomes of it when one of them is changed.
#include "agent/shared_value.hpp"

#include "tests/cpputest.hpp"

#include <string>

using Text = agent::SharedValue<std::string>;

TEST_GROUP(SharedValue){};

TEST(SharedValue, IsEmptyUntilItGetsAValue) {
    Text text;
    CHECK_TRUE(!text && text == Text(std::nullopt));
    text = std::string("a");
    CHECK_TRUE(text && *text == "a" && text->size() == 1);
    text.reset();
    CHECK_TRUE(!text);
}

TEST(SharedValue, ACopyIsTheSameObjectAndKeepsItWhenTheOtherIsChanged) {
    Text first = std::string("a");
    const Text second = first;
    CHECK_TRUE(&*first == &*second);
    first.edit() = "b";
    CHECK_EQUAL(std::string("a"), *second);
    CHECK_EQUAL(std::string("b"), *first);
}

TEST(SharedValue, TheOnlyHolderIsChangedInPlace) {
    Text text = std::string("a");
    const auto* const before = &*text;
    text.edit() += "b";
    CHECK_TRUE(before == &*text);
}

TEST(SharedValue, EqualIsWhatHasEqualValues) {
    CHECK_TRUE(Text(std::string("a")) == Text(std::string("a")));
    CHECK_FALSE(Text(std::string("a")) == Text(std::string("b")));
    CHECK_FALSE(Text(std::string("a")) == Text());
}
