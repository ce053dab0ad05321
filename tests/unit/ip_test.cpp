// Addresses as RFC 5952 wants them written.
#include "hal/base/ip.hpp"

#include "tests/cpputest.hpp"
#include "tests/unit/fixtures.hpp"

namespace {

std::optional<std::string> ip(const char* hexadecimal) { return hal::ipText(fixtures::bytes(hexadecimal)); }

} // namespace

TEST_GROUP(Ip){};

TEST(Ip, WritesIpv4) {
    CHECK_EQUAL(std::optional<std::string>("192.168.1.10"), ip("c0a8010a"));
    CHECK_EQUAL(std::optional<std::string>("0.0.0.0"), ip("00000000"));
    CHECK_EQUAL(std::optional<std::string>("255.255.255.255"), ip("ffffffff"));
}

TEST(Ip, ShortensTheLongestRunOfZeroGroups) {
    CHECK_EQUAL(std::optional<std::string>("::"), ip("00000000000000000000000000000000"));
    CHECK_EQUAL(std::optional<std::string>("::1"), ip("00000000000000000000000000000001"));
    CHECK_EQUAL(std::optional<std::string>("fd00::2"), ip("fd000000000000000000000000000002"));
    CHECK_EQUAL(std::optional<std::string>("2001:db8::"), ip("20010db8000000000000000000000000"));
    CHECK_EQUAL(std::optional<std::string>("2001:0:0:1::1"), ip("20010000000000010000000000000001"));
    CHECK_EQUAL(std::optional<std::string>("2001:db8::1:0:0:1"), ip("20010db8000000000001000000000001"));
}

TEST(Ip, DoesNotShortenASingleZeroGroup) {
    CHECK_EQUAL(std::optional<std::string>("2001:db8:0:1:1:1:1:1"), ip("20010db8000000010001000100010001"));
}

TEST(Ip, OtherLengthsAreNoAddress) {
    CHECK_FALSE(ip("").has_value());
    CHECK_FALSE(ip("c0a801").has_value());
    CHECK_FALSE(ip("c0a8010a00").has_value());
}

TEST(Ip, KnowsAnAddress) {
    for (const char* const text : {"10.0.0.2", "0.0.0.0", "255.255.255.255", "::", "::1", "fd00::2",
                                   "FD00::2", "1:2:3:4:5:6:7:8", "1::3:4:5:6:7:8", "1:2:3:4:5:6:7::"}) {
        CHECK_TRUE_TEXT(hal::isIpText(text), text);
    }
}

TEST(Ip, KnowsWhatIsNone) {
    for (const char* const text : {"",
                                   ".",
                                   ":",
                                   ":::",
                                   "10.0.0",
                                   "10.0.0.0.1",
                                   "10.0.0.256",
                                   "10.0.0.02",
                                   "10.0.0.2 ",
                                   " 10.0.0.2",
                                   "10.0.0.-2",
                                   "10..0.2",
                                   "10.0.0.2\n10.0.0.3",
                                   "n1",
                                   "1:2:3:4:5:6:7",
                                   "1:2:3:4:5:6:7:8:9",
                                   "1::2::3",
                                   "12345::",
                                   "fe80::1%eth0",
                                   "::ffff:10.0.0.2",
                                   ":1",
                                   "1:",
                                   "1:2:3:4:5:6:7::8",
                                   "[::1]",
                                   "10.0.0.2:4300"}) {
        CHECK_FALSE_TEXT(hal::isIpText(text), text);
    }
}

TEST(Ip, ReadsAndWritesIpv4) {
    CHECK_TRUE(hal::parseIpv4("10.0.0.2") == 0x0a000002U);
    CHECK_EQUAL(std::string("10.0.0.2"), hal::ipv4Text(0x0a000002U));
    for (const char* const text : {"", "10.1", "010.0.0.1", "10.0.0.256", "::1"}) {
        CHECK_FALSE_TEXT(hal::parseIpv4(text).has_value(), text);
    }
    CHECK_FALSE(hal::parseIpv4(std::string_view("10.0.0.2\0.evil", 14)).has_value());
}

TEST(Ip, BracketsAnIpv6AddressBeforeAPort) {
    CHECK_EQUAL(std::string("10.0.0.1:4300"), hal::hostAndPort("10.0.0.1", 4300));
    CHECK_EQUAL(std::string("[fd00::1]:4300"), hal::hostAndPort("fd00::1", 4300));
    CHECK_EQUAL(std::string("n1:4300"), hal::hostAndPort("n1", 4300));
}
