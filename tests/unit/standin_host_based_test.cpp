// Access to the stand-in: rules in alphabetical order, and addresses as CrateDB compares them.
#include "tests/cpputest.hpp"
#include "tests/standin/host_based.hpp"

using Verdict = standin::HostBased::Verdict;

TEST_GROUP(StandinHostBased) {
    standin::Settings settings;

    void setup() override { settings.set("auth.host_based.enabled", {{"true"}, false}); }

    void rule(const std::string& name, const std::string& value) {
        settings.set("auth.host_based.config." + name, {{value}, false});
    }

    [[nodiscard]] standin::HostBased::Judgement judge(
        const std::string& address, const std::string& user = "crate",
        std::optional<std::string> password = std::nullopt) const {
        const standin::Users users = [](const std::string& name) -> std::optional<standin::KnownUser> {
            if (name == "crate") {
                return standin::KnownUser{};
            }
            return name == "arthur" ? std::optional(standin::KnownUser{"towel"}) : std::nullopt;
        };
        return standin::HostBased::from(settings)->judge({user, std::move(password), address, std::nullopt},
                                                         "http", users);
    }

    [[nodiscard]] bool isIn(const std::string& address) const {
        return judge(address).verdict == Verdict::allowed;
    }
};

TEST(StandinHostBased, WithoutARuleAccessIsDenied) {
    CHECK_TRUE(judge("127.0.0.1").verdict == Verdict::refused);
    CHECK_TRUE(judge("127.0.0.1").reason.starts_with("No valid auth.host_based.config entry found for host"));
}

TEST(StandinHostBased, LocalIsTheLoopbackAddressAndNoOtherOfTheMachine) {
    rule("a.address", "_local_");
    CHECK_TRUE(isIn("127.0.0.1") && isIn("::1") && isIn("::ffff:127.0.0.1"));
    CHECK_TRUE(!isIn("127.0.0.2") && !isIn("10.0.0.1") && !isIn("fe80::1:1"));
}

TEST(StandinHostBased, ANetworkEndsWhereItEnds) {
    rule("a.address", "10.1.2.0/23");
    CHECK_TRUE(isIn("10.1.2.0") && isIn("10.1.3.255"));
    CHECK_TRUE(!isIn("10.1.1.255") && !isIn("10.1.4.0"));
    rule("a.address", "0.0.0.0/0");
    CHECK_TRUE(isIn("255.255.255.255"));
    rule("a.address", "10.1.2.3/32");
    CHECK_TRUE(isIn("10.1.2.3") && !isIn("10.1.2.4"));
}

TEST(StandinHostBased, ANetworkThatItCannotReadBreaksTheConnection) {
    for (const char* text : {"::/0", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/", "10.0.0.0/-1"}) {
        rule("a.address", text);
        CHECK_TRUE(judge("10.0.0.1").verdict == Verdict::broken);
    }
}

TEST(StandinHostBased, KeysAreInTheOrderOfText) {
    rule("2.method", "password");
    rule("10.method", "trust");
    CHECK_TRUE(isIn("10.0.0.1"));
}

TEST(StandinHostBased, APasswordHasToBeTheUsers) {
    rule("a.method", "password");
    CHECK_TRUE(judge("10.0.0.1", "arthur", "towel").verdict == Verdict::allowed);
    CHECK_TRUE(judge("10.0.0.1", "arthur", "").verdict == Verdict::refused);
    CHECK_TRUE(judge("10.0.0.1", "arthur").verdict == Verdict::refused);
    CHECK_EQUAL(std::string("password authentication failed for user \"crate\""),
                judge("10.0.0.1", "crate", "").reason);
}

TEST(StandinHostBased, WhenDisabledItTrustsEveryExistingUser) {
    rule("a.method", "password");
    settings.set("auth.host_based.enabled", {{"false"}, false});
    CHECK_TRUE(isIn("10.0.0.1"));
    CHECK_TRUE(judge("10.0.0.1", "ford").verdict == Verdict::refused);
}
