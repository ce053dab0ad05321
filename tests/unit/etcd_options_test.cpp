// From the configuration to the etcd client's options.
#include "agent/config/etcd_options.hpp"

#include "tests/cpputest.hpp"

using namespace std::chrono_literals;

namespace {

using Content = hal::Result<std::optional<std::string>>;

hal::Result<hal::EtcdOptions> options(const agent::EtcdConfig& config,
                                      const Content& password = std::nullopt) {
    return agent::etcdOptions(config, [&password](const std::string&) { return password; });
}

} // namespace

TEST_GROUP(EtcdOptions){};

TEST(EtcdOptions, AddressesAndCertificatesArePassedOn) {
    agent::EtcdConfig config;
    config.endpoints = {"https://a:1", "https://b:2"};
    config.caFile = "/ca";
    config.certificateFile = "/crt";
    config.keyFile = "/key";
    const auto result = options(config);
    CHECK_OK(result);
    CHECK_TRUE(config.endpoints == result->endpoints);
    CHECK_TRUE((hal::TlsFiles{"/ca", "/crt", "/key"}) == result->tls);
    CHECK_TRUE(!result->user && !result->password);
}

TEST(EtcdOptions, ThreeCallsFitIntoTheLifeOfALease) {
    for (const auto lease : {2s, 3s, 5s, 10s, 60s}) {
        agent::EtcdConfig config;
        config.lease = lease;
        const auto result = options(config);
        CHECK_OK(result);
        CHECK_TRUE(result->deadline * 3 < lease);
        CHECK_TRUE(result->deadline <= 1500ms);
    }
    CHECK_EQUAL(1500ms, options({})->deadline);
}

TEST(EtcdOptions, ThePasswordIsTheFirstLineOfItsFile) {
    agent::EtcdConfig config;
    config.user = "agent";
    config.passwordFile = "/pw";
    for (const std::string text : {"secret", "secret\n", " secret \t\nmore\n"}) {
        const auto result = options(config, text);
        CHECK_OK(result);
        CHECK_TRUE("agent" == result->user);
        CHECK_TRUE("secret" == result->password);
    }
}

TEST(EtcdOptions, TheFileThatIsNamedIsTheOneThatIsRead) {
    agent::EtcdConfig config;
    config.passwordFile = "/etc/pw";
    std::string asked;
    CHECK_OK(agent::etcdOptions(config, [&asked](const std::string& path) -> Content {
        asked = path;
        return "x";
    }));
    CHECK_EQUAL("/etc/pw", asked);
}

TEST(EtcdOptions, APasswordFileThatIsMissingOrUnreadableIsAnError) {
    agent::EtcdConfig config;
    config.passwordFile = "/etc/pw";
    const auto missing = options(config);
    CHECK_FAILS("[Etcd] PasswordFile: expected a file at /etc/pw, found none", missing);
    CHECK_TRUE(missing.error().recovery() == hal::Recovery::terminal);
    const Content denied = hal::failure(
        {std::make_error_code(std::errc::permission_denied), "/etc/pw", hal::Recovery::terminal});
    CHECK_FAILS("[Etcd] PasswordFile: /etc/pw: Permission denied", options(config, denied));
}
