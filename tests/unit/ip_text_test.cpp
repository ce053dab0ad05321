// Addresses as RFC 5952 wants them written.
#include "hal/base/ip_text.hpp"

#include "tests/cpputest.hpp"
#include "tests/unit/fixtures.hpp"

namespace {

std::optional<std::string> ip(const char* hexadecimal) { return hal::ipText(fixtures::bytes(hexadecimal)); }

} // namespace

TEST_GROUP(IpText){};

TEST(IpText, WritesIpv4) {
    CHECK_EQUAL(std::optional<std::string>("192.168.1.10"), ip("c0a8010a"));
    CHECK_EQUAL(std::optional<std::string>("0.0.0.0"), ip("00000000"));
    CHECK_EQUAL(std::optional<std::string>("255.255.255.255"), ip("ffffffff"));
}

TEST(IpText, ShortensTheLongestRunOfZeroGroups) {
    CHECK_EQUAL(std::optional<std::string>("::"), ip("00000000000000000000000000000000"));
    CHECK_EQUAL(std::optional<std::string>("::1"), ip("00000000000000000000000000000001"));
    CHECK_EQUAL(std::optional<std::string>("fd00::2"), ip("fd000000000000000000000000000002"));
    CHECK_EQUAL(std::optional<std::string>("2001:db8::"), ip("20010db8000000000000000000000000"));
    CHECK_EQUAL(std::optional<std::string>("2001:0:0:1::1"), ip("20010000000000010000000000000001"));
    CHECK_EQUAL(std::optional<std::string>("2001:db8::1:0:0:1"), ip("20010db8000000000001000000000001"));
}

TEST(IpText, DoesNotShortenASingleZeroGroup) {
    CHECK_EQUAL(std::optional<std::string>("2001:db8:0:1:1:1:1:1"), ip("20010db8000000010001000100010001"));
}

TEST(IpText, OtherLengthsAreNoAddress) {
    CHECK_FALSE(ip("").has_value());
    CHECK_FALSE(ip("c0a801").has_value());
    CHECK_FALSE(ip("c0a8010a00").has_value());
}

TEST(IpText, KnowsAnAddress) {
    for (const char* const text : {"10.0.0.2", "0.0.0.0", "255.255.255.255", "::", "::1", "fd00::2",
                                   "FD00::2", "1:2:3:4:5:6:7:8", "1::3:4:5:6:7:8", "1:2:3:4:5:6:7::"}) {
        CHECK_TRUE_TEXT(hal::isIpText(text), text);
    }
}

TEST(IpText, KnowsWhatIsNone) {
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
