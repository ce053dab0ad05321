// Base64 there and back, and what must not be taken for it.
#include "hal/base/base64.hpp"
#include "tests/cpputest.hpp"

TEST_GROUP(Base64){};

TEST(Base64, PadsWhatIsNoMultipleOfThree) {
    CHECK_EQUAL(std::string(""), hal::base64Encode(""));
    CHECK_EQUAL(std::string("Zg=="), hal::base64Encode("f"));
    CHECK_EQUAL(std::string("Zm8="), hal::base64Encode("fo"));
    CHECK_EQUAL(std::string("Zm9v"), hal::base64Encode("foo"));
    CHECK_EQUAL(std::string("L2FnZW50L25vZGVzL24x"), hal::base64Encode("/agent/nodes/n1"));
}

TEST(Base64, BringsBackEveryByte) {
    std::string bytes;
    for (int value = 0; value < 256; ++value) {
        bytes += static_cast<char>(value);
        const auto decoded = hal::base64Decode(hal::base64Encode(bytes));
        CHECK_TRUE(decoded == bytes);
    }
}

TEST(Base64, RefusesWhatNoEncoderWrites) {
    for (const auto* text :
         {"Zg", "Zg=", "Zg===", "Z===", "====", "Zm9v=", "Zm=v", "L3UvLy8_", "Zm 9", "Zh=="}) {
        CHECK_TRUE_TEXT(!hal::base64Decode(text), text);
    }
}
