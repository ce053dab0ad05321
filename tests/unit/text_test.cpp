// Base64 and hexadecimal in both directions, numbers, and what must not be taken for any of them.
#include "hal/base/text.hpp"
#include "tests/cpputest.hpp"

#include <array>
#include <cstddef>

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

TEST_GROUP(Text){};

TEST(Text, TrimmingTakesWhiteSpaceAtTheEndsOnly) {
    CHECK_EQUAL(std::string_view("a \t b"), hal::trimmed(" \ta \t b\r\n "));
    CHECK_EQUAL(std::string_view(""), hal::trimmed(" \t "));
    CHECK_EQUAL(std::string_view(""), hal::trimmed(""));
}

TEST(Text, ALineIsTakenWithoutItsNewline) {
    std::string_view text = "a\n\nb";
    CHECK_EQUAL(std::string_view("a"), hal::takeLine(text));
    CHECK_EQUAL(std::string_view(""), hal::takeLine(text));
    CHECK_EQUAL(std::string_view("b"), hal::takeLine(text));
    CHECK_TRUE(text.empty());
}

TEST(Text, ANumberIsTheWholeText) {
    CHECK_TRUE(hal::parseNumber<uint16_t>("65535") == 65535);
    CHECK_TRUE(hal::parseNumber<int>("-1") == -1);
    for (const char* const text : {"", "65536", "-1", "+1", " 1", "1 ", "0x1", "1.0"}) {
        CHECK_FALSE_TEXT(hal::parseNumber<uint16_t>(text).has_value(), text);
    }
}

TEST(Text, BytesBecomeLowerCaseDigits) {
    const std::array bytes{std::byte{0x1c}, std::byte{0x69}, std::byte{0x0a}};
    CHECK_EQUAL(std::string("1c690a"), hal::hexadecimal(bytes));
    CHECK_EQUAL(std::string("1c:69:0a"), hal::hexadecimal(bytes, ':'));
    CHECK_TRUE(hal::isHexadecimal("1c690a", 6));
    CHECK_FALSE(hal::isHexadecimal("1c690a", 5));
    CHECK_FALSE(hal::isHexadecimal("1C690A", 6));
    CHECK_TRUE(hal::hexadecimalDigit('f') == 15U);
    CHECK_FALSE(hal::hexadecimalDigit('g').has_value());
}

TEST(Text, EncodesEverythingThatAUrlCouldMisread) {
    CHECK_EQUAL(std::string("a-._~Z9"), hal::percentEncoded("a-._~Z9"));
    CHECK_EQUAL(std::string("%25%0A%2F%C3%A4"), hal::percentEncoded("%\n/\xc3\xa4"));
    CHECK_EQUAL(std::string("a/b%20c"), hal::percentEncoded("a/b c", "/"));
}

TEST(Text, OthersCannotForgeALine) {
    CHECK_EQUAL(std::string("boom?<2>forged ?[31m"), hal::oneLine("boom\n<2>forged \x1b[31m", 100));
    CHECK_EQUAL(std::string("a?b?c?d"), hal::oneLine("a\xc2\x9b"
                                                     "b\xe2\x80\xae"
                                                     "c\xe2\x81\xa6"
                                                     "d",
                                                     100)); // CSI, RLO, LRI
    CHECK_EQUAL(std::string("?\xc3\xa4?"), hal::oneLine("\xe2\x80\xa8\xc3\xa4\x7f", 100));
    CHECK_EQUAL(std::string(""), hal::oneLine("", 0));
}

TEST(Text, WhatIsNotUtf8IsReplacedByteByByte) {
    CHECK_EQUAL(std::string("?a"), hal::oneLine("\xff"
                                                "a",
                                                100));
    CHECK_EQUAL(std::string("??"), hal::oneLine("\xc0\xaf", 100));           // overlong
    CHECK_EQUAL(std::string("???"), hal::oneLine("\xed\xa0\x80", 100));      // surrogate
    CHECK_EQUAL(std::string("????"), hal::oneLine("\xf4\x90\x80\x80", 100)); // beyond Unicode
    CHECK_EQUAL(std::string("x??"), hal::oneLine("x\xe2\x80", 100));         // cut short
    CHECK_EQUAL(std::string("\xf0\x9f\x90\x98"), hal::oneLine("\xf0\x9f\x90\x98", 100));
}

TEST(Text, ALineIsCutBetweenCharacters) {
    CHECK_EQUAL(std::string("abc"), hal::oneLine("abc", 3));
    CHECK_EQUAL(std::string("ab..."), hal::oneLine("abc", 2));
    CHECK_EQUAL(std::string("a..."), hal::oneLine("a\xc3\xa4", 2));
}

TEST(Text, OneLineIsWhatStaysAsItIs) {
    CHECK_TRUE(hal::isOneLine("n1 \xc3\xa4"));
    CHECK_TRUE(hal::isOneLine(""));
    for (const char* const text : {"a\nb", "\x1b[2J", "\xc2\x9b", "\xe2\x80\xae", "\xff"}) {
        CHECK_FALSE_TEXT(hal::isOneLine(text), text);
    }
}
