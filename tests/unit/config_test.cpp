// Every key of the configuration: what it accepts, what it refuses, and the messages.
#include "agent/config/config.hpp"

#include "tests/cpputest.hpp"

using namespace std::chrono_literals;

namespace {

agent::ConfigResult parse(const std::string& text) {
    return agent::parseConfig({agent::parseIni("a.conf", text)});
}

/// The same on a machine whose crate.env names this image.
agent::ConfigResult with(const std::string& image, const std::string& text) {
    return agent::parseConfig({agent::parseIni("a.conf", text)}, {.image = image});
}

agent::Config valid(const std::string& text) {
    const auto result = parse(text);
    for (const auto& error : result.errors) {
        FAIL(("expected a valid configuration, got: " + error.text()).c_str());
    }
    return result.config;
}

std::string errors(const agent::ConfigResult& result) {
    std::string all;
    for (const auto& error : result.errors) {
        all += error.text() + "\n";
    }
    return all;
}

/// The one error of "[section]\nkey=value", which must leave the defaults alone.
void checkRefused(const std::string& section, const std::string& key, const std::string& value,
                  const std::string& expected) {
    const auto result = parse("[" + section + "]\n" + key + "=" + value + "\n");
    CHECK_EQUAL("a.conf:2: [" + section + "] " + key + ": " + expected + "\n", errors(result));
    CHECK_TRUE_TEXT(result.config == agent::Config{},
                    (key + "=" + value + " changed the configuration").c_str());
}

} // namespace

TEST_GROUP(Config){};

TEST(Config, NoTextAtAllIsTheDefault) {
    CHECK_TRUE(valid("") == agent::Config{});
    CHECK_TRUE(agent::parseConfig({}).errors.empty());
}

TEST(Config, EveryKeyIsTaken) {
    const auto config =
        valid("[Node]\nName=nuc-1\nInterface=enp1s0\nZone=rack-2\nDataDirectory=/srv/crate\n"
              "[Cluster]\nName=lab\nInitialNodes=3\n"
              "[Etcd]\nEndpoints=https://10.0.0.2:2379 http://[fd00::3]:2379\nCAFile=/e/ca\n"
              "CertificateFile=/e/crt\nKeyFile=/e/key\nUser=agent\nPasswordFile=/e/pw\nLeaseSeconds=10\n"
              "[Crate]\nHttpPort=4201\nTransportPort=4301\nPostgresPort=5433\nVersion=6.3\nHeapSize=2g\n"
              "Setting=stats.enabled=false\n"
              "[Health]\nPort=4481\nSocket=/run/h.sock\n[Log]\nLevel=debug\n");
    agent::Config expected;
    expected.nodeName = "nuc-1";
    expected.interface = "enp1s0";
    expected.zone = "rack-2";
    expected.dataDirectory = "/srv/crate";
    expected.clusterName = "lab";
    expected.initialNodes = 3;
    expected.etcd = {.endpoints = {"https://10.0.0.2:2379", "http://[fd00::3]:2379"},
                     .caFile = "/e/ca",
                     .certificateFile = "/e/crt",
                     .keyFile = "/e/key",
                     .user = "agent",
                     .passwordFile = "/e/pw",
                     .lease = 10s};
    expected.crate = {.httpPort = 4201,
                      .transportPort = 4301,
                      .postgresPort = 5433,
                      .heapBytes = uint64_t{2} << 30U,
                      .version = agent::CrateVersion{6, 3},
                      .settings = {{"stats.enabled", "false"}}};
    expected.healthPort = 4481;
    expected.healthSocket = "/run/h.sock";
    expected.logLevel = "debug";
    CHECK_TRUE(expected == config);
}

TEST(Config, AnEmptyAssignmentSetsAnyKeyBack) {
    CHECK_TRUE(valid("[Node]\nName=a\nName=\nInterface=e\nInterface=\nZone=a\nZone=\nDataDirectory=/"
                     "a\nDataDirectory=\n"
                     "[Cluster]\nName=a\nName=\nInitialNodes=2\nInitialNodes=\n"
                     "[Etcd]\nEndpoints=http://a:1\nEndpoints=\nCAFile=/a\nCAFile=\nCertificateFile=/a\n"
                     "CertificateFile=\nKeyFile=/a\nKeyFile=\nUser=a\nUser=\nPasswordFile=/a\nPasswordFile=\n"
                     "LeaseSeconds=9\nLeaseSeconds=\n"
                     "[Crate]\nHttpPort=1\nHttpPort=\nTransportPort=2\nTransportPort=\nPostgresPort=3\n"
                     "PostgresPort=\nVersion=5.1\nVersion=\nHeapSize=1g\nHeapSize=\nSetting=a=b\nSetting=\n"
                     "[Health]\nPort=4\nPort=\nSocket=/a\nSocket=\n[Log]\nLevel=error\nLevel=\n") ==
               agent::Config{});
}

TEST(Config, TheLastAssignmentWins) { CHECK_EQUAL("b", valid("[Cluster]\nName=a\nName=b\n").clusterName); }

TEST(Config, LaterTextsWinOverEarlierOnes) {
    const auto result = agent::parseConfig({agent::parseIni("1", "[Cluster]\nName=a\nInitialNodes=3\n"),
                                            agent::parseIni("2", "[Cluster]\nName=b\n")});
    CHECK_EQUAL("b", result.config.clusterName);
    LONGS_EQUAL(3, result.config.initialNodes);
}

TEST(Config, NamesAreOfLettersThatAreSafeInKeysFilesAndSettings) {
    for (const char* const name : {"n", "NUC-1_a.lab", "0"}) {
        CHECK_EQUAL(std::string(name), valid(std::string("[Node]\nName=") + name).nodeName.value_or(""));
    }
    CHECK_EQUAL(std::string(63, 'x'), valid("[Node]\nName=" + std::string(63, 'x')).nodeName.value_or(""));
    for (const std::string& name :
         {std::string("a/b"), std::string("a b"), std::string("ä"), std::string("-a"), std::string("."),
          std::string(".."), std::string(64, 'x'), std::string("a\"")}) {
        const std::string expected =
            "expected up to 63 letters, digits, '-', '_' or '.', found \"" + name + "\"";
        checkRefused("Node", "Name", name, expected);
        checkRefused("Cluster", "Name", name, expected);
        checkRefused("Node", "Zone", name, expected);
    }
}

TEST(Config, AnInterfaceHasAKernelsName) {
    CHECK_EQUAL("enp0s31f6", valid("[Node]\nInterface=enp0s31f6").interface.value_or(""));
    for (const std::string name : {"a/b", "a b", "sixteencharacter"}) {
        checkRefused("Node", "Interface", name,
                     "expected the name of a network interface, found \"" + name + "\"");
    }
}

TEST(Config, PathsAreAbsolute) {
    const std::string expected = "expected an absolute path, found \"data\"";
    checkRefused("Node", "DataDirectory", "data", expected);
    checkRefused("Etcd", "CAFile", "data", expected);
    checkRefused("Etcd", "CertificateFile", "data", expected);
    checkRefused("Etcd", "KeyFile", "data", expected);
    checkRefused("Etcd", "PasswordFile", "data", expected);
    checkRefused("Health", "Socket", "data", expected);
}

TEST(Config, TheFirstElectionTakesOneToThirtyNodes) {
    LONGS_EQUAL(1, valid("[Cluster]\nInitialNodes=1").initialNodes);
    LONGS_EQUAL(30, valid("[Cluster]\nInitialNodes=30").initialNodes);
    for (const std::string value : {"0", "31", "-1", "three", "3 nodes", "99999999999999999999"}) {
        checkRefused("Cluster", "InitialNodes", value,
                     "expected the initial number of nodes, from 1 to 30, found \"" + value + "\"");
    }
}

TEST(Config, EndpointsMayBeSeparatedByBlanksAndCommas) {
    const auto config = valid("[Etcd]\nEndpoints= http://a:1,https://b:2 \t http://10.0.0.1:2379, \n");
    CHECK_TRUE((std::vector<std::string>{"http://a:1", "https://b:2", "http://10.0.0.1:2379"}) ==
               config.etcd.endpoints);
}

TEST(Config, EachEndpointHasASchemeAHostAndAPort) {
    for (const std::string url :
         {"10.0.0.2:2379", "http://", "http://a", "http://a:", "http://a:0", "http://a:65536", "http://:2379",
          "http://a:1/v3", "ftp://a:1", "https://a:x"}) {
        checkRefused("Etcd", "Endpoints", "http://ok:1 " + url,
                     "expected addresses like http://10.0.0.2:2379 separated by spaces, found \"" + url +
                         "\"");
    }
}

TEST(Config, AListOfNoEndpointIsRefused) {
    checkRefused("Etcd", "Endpoints", ", ,",
                 "expected addresses like http://10.0.0.2:2379 separated by spaces, found \", ,\"");
}

TEST(Config, TheLeaseLastsTwoToSixtySeconds) {
    CHECK_EQUAL(2s, valid("[Etcd]\nLeaseSeconds=2").etcd.lease);
    CHECK_EQUAL(60s, valid("[Etcd]\nLeaseSeconds=60").etcd.lease);
    for (const std::string value : {"1", "61", "5s", "-5", "4.5"}) {
        checkRefused("Etcd", "LeaseSeconds", value,
                     "expected a number of seconds from 2 to 60, found \"" + value + "\"");
    }
}

TEST(Config, PortsAreFrom1To65535) {
    for (const auto& [section, key] : {std::pair{"Crate", "HttpPort"}, std::pair{"Crate", "TransportPort"},
                                       std::pair{"Crate", "PostgresPort"}, std::pair{"Health", "Port"}}) {
        for (const std::string value : {"0", "65536", "-1", "http", "+80"}) {
            checkRefused(section, key, value, "expected a port from 1 to 65535, found \"" + value + "\"");
        }
    }
    LONGS_EQUAL(65535, valid("[Health]\nPort=65535").healthPort);
}

TEST(Config, TheHeapIsASizeBetweenTheImagesMinimumAndCompressedPointers) {
    CHECK_TRUE(uint64_t{512} << 20U == valid("[Crate]\nHeapSize=512m").crate.heapBytes);
    CHECK_TRUE(uint64_t{30500} << 20U == valid("[Crate]\nHeapSize=30500m").crate.heapBytes);
    CHECK_TRUE(uint64_t{4} << 30U == valid("[Crate]\nHeapSize=4g").crate.heapBytes);
    for (const std::string value : {"511m", "30501m", "g", "4", "4G", "4gb", "-4g", "4.5g", "99999999999g"}) {
        checkRefused("Crate", "HeapSize", value,
                     "expected a size like 4g or 2048m between 512m and 30500m, found \"" + value + "\"");
    }
}

TEST(Config, SettingsAddUpAndTheLastOfOneNameWins) {
    const auto config = valid("[Crate]\nSetting=a.b=1\nSetting=c = x=y \nSetting=a.b=2\nSetting=empty=\n");
    CHECK_TRUE((std::vector<agent::CrateSetting>{{"c", "x=y"}, {"a.b", "2"}, {"empty", ""}}) ==
               config.crate.settings);
}

TEST(Config, ASettingHasAName) {
    for (const std::string value : {"stats.enabled", "=1", "a b=1", "a\"=1", "a:b=1"}) {
        checkRefused("Crate", "Setting", value,
                     "expected a CrateDB setting like stats.enabled=false, found \"" + value + "\"");
    }
}

TEST(Config, SettingsThatFormTheClusterAreRefusedWithTheReason) {
    checkRefused("Crate", "Setting", "cluster.initial_master_nodes=n1",
                 "cluster.initial_master_nodes cannot be set here: the first voters are agreed on once, in "
                 "etcd; a "
                 "second list would form a second cluster");
    checkRefused("Crate", "Setting", "transport.port = 4400",
                 "transport.port cannot be set here: set [Crate] TransportPort=, which other nodes also use");
    checkRefused("Crate", "Setting", "path.data.0=/x",
                 "path.data.0 cannot be set here: paths inside the container are fixed; on the machine, "
                 "set [Node] DataDirectory=");
}

TEST(Config, TheNameOfASettingMayHoldADash) {
    CHECK_EQUAL("http.cors.allow-origin",
                valid("[Crate]\nSetting=http.cors.allow-origin=*\n").crate.settings[0].name);
}

TEST(Config, ASettingRemembersItsLine) {
    const auto config = valid("[Crate]\nSetting=a=1\nHttpPort=4201\nSetting=b=1\nSetting=a=2\n");
    LONGS_EQUAL(4, config.crate.settings[0].place.line);
    LONGS_EQUAL(5, config.crate.settings[1].place.line);
    CHECK_EQUAL("a.conf", config.crate.settings[1].place.file);
}

// ---- the line of CrateDB ----

TEST(Config, TheLineIsThatOfTheImageUnlessItIsSet) {
    CHECK_EQUAL("6.4", agent::crateVersion(agent::CrateConfig{})->text());
    CHECK_EQUAL("5.9", agent::crateVersion(valid("[Crate]\nVersion=5.9.1\n").crate)->text());
    CHECK_EQUAL("6.4", agent::crateVersion(valid("[Crate]\nVersion=5.9\nVersion=\n").crate)->text());
    CHECK_EQUAL("4.6", agent::crateVersion(with("crate:4.6.8", "").config.crate)->text());
    CHECK_EQUAL("5.9",
                agent::crateVersion(with("crate:latest", "[Crate]\nVersion=5.9\n").config.crate)->text());
    CHECK_FALSE(agent::crateVersion(with("crate:latest", "").config.crate).has_value());
}

TEST(Config, AVersionHasTwoOrThreeNumbersAndIsNotTooOld) {
    for (const std::string version : {"6", "latest", "3.3.5", "3.9", "6.4x"}) {
        checkRefused("Crate", "Version", version,
                     "expected a CrateDB version of at least 4.0, like 6.4 or 6.4.5, found \"" + version +
                         "\"");
    }
}

TEST(Config, AnImageThatIsTooOldIsRefusedWithItsFile) {
    CHECK_EQUAL("/etc/cratekeeper/crate.env: CRATE_IMAGE: expected CrateDB 4.0 or later, found crate:3.3.5: "
                "earlier versions "
                "elect their master differently\n",
                errors(with("crate:3.3.5", "")));
    CHECK_EQUAL("", errors(with("crate:3.3.5", "[Crate]\nVersion=4.0\n")));
}

TEST(Config, ASettingTheLineDoesNotKnowIsRefusedWithFileAndLine) {
    const std::string text = "[Crate]\nHttpPort=4201\nSetting=gateway.auto_import_dangling_indices=true\n";
    CHECK_EQUAL("a.conf:3: [Crate] Setting: CrateDB 6.4 would refuse to start: it does not know "
                "gateway.auto_import_dangling_indices (removed in 6.4); remove the line\n",
                errors(parse(text)));
    CHECK_EQUAL("", errors(with("crate:6.3.1", text)));
    CHECK_EQUAL("", errors(with("crate:latest", text)));
}

TEST(Config, AnUnknownLineIsReportedWithItsConsequenceAndTheNextStep) {
    CHECK_OK(agent::crateVersionKnown(agent::CrateConfig{}));
    CHECK_FAILS("the tag of the image \"crate:latest\" names none; gateway.expected_data_nodes and "
                "gateway.recover_after_data_nodes are omitted",
                agent::crateVersionKnown(with("crate:latest", "").config.crate));
    agent::CrateConfig unreadable;
    unreadable.environment = agent::unreadableCrateEnvironment();
    CHECK_FAILS("/etc/cratekeeper/crate.env cannot be read by the user cratekeeper",
                agent::crateVersionKnown(unreadable));
}

TEST(Config, TheLogLevelIsOneOfFour) {
    for (const std::string level : {"debug", "info", "warning", "error"}) {
        CHECK_EQUAL(level, valid("[Log]\nLevel=" + level).logLevel);
    }
    checkRefused("Log", "Level", "Info", "expected debug, info, warning or error, found \"Info\"");
}

TEST(Config, AnUnknownKeyNamesTheKnownOnes) {
    checkRefused(
        "Etcd", "Endpoint", "http://a:1",
        "unknown key, expected one of Endpoints, CAFile, CertificateFile, KeyFile, User, PasswordFile, "
        "LeaseSeconds");
    checkRefused("Log", "level", "info", "unknown key, expected one of Level");
}

TEST(Config, AnUnknownSectionNamesTheKnownOnes) {
    checkRefused("etcd", "Endpoints", "http://a:1",
                 "unknown section, expected one of [Node], [Cluster], [Etcd], [Crate], [Health], [Log]");
}

TEST(Config, ACertificateNeedsItsKeyAndAUserHisPassword) {
    const std::string files = "configuration: [Etcd] CertificateFile, KeyFile: expected both or neither\n";
    CHECK_EQUAL(files, errors(parse("[Etcd]\nCertificateFile=/a")));
    CHECK_EQUAL(files, errors(parse("[Etcd]\nKeyFile=/a")));
    const std::string user = "configuration: [Etcd] User, PasswordFile: expected both or neither\n";
    CHECK_EQUAL(user, errors(parse("[Etcd]\nUser=a")));
    CHECK_EQUAL(user, errors(parse("[Etcd]\nPasswordFile=/a")));
}

TEST(Config, TheFourPortsAreDifferent) {
    const std::string expected =
        "configuration: [Crate] HttpPort, TransportPort, PostgresPort, [Health] Port: "
        "expected four different ports\n";
    for (const char* const text :
         {"[Crate]\nHttpPort=4300", "[Crate]\nHttpPort=5432", "[Crate]\nTransportPort=5432",
          "[Health]\nPort=4200", "[Health]\nPort=4300", "[Health]\nPort=5432"}) {
        CHECK_EQUAL(expected, errors(parse(text)));
    }
}

TEST(Config, AllErrorsAreReportedAtOnceInTheOrderOfTheLines) {
    const auto result = agent::parseConfig(
        {agent::parseIni("/usr/lib/cratekeeper/agent.conf", "nonsense\n[Etcd]\nLeaseSeconds=x\n"),
         agent::parseIni("/etc/cratekeeper/agent.conf.d/9.conf", "[Log]\nLevel=loud\n[Etcd]\nUser=a\n")});
    CHECK_EQUAL(
        "/usr/lib/cratekeeper/agent.conf:1: expected Key=Value, found \"nonsense\"\n"
        "/usr/lib/cratekeeper/agent.conf:3: [Etcd] LeaseSeconds: expected a number of seconds from 2 to 60, "
        "found \"x\"\n"
        "/etc/cratekeeper/agent.conf.d/9.conf:2: [Log] Level: expected debug, info, warning or error, "
        "found \"loud\"\n"
        "configuration: [Etcd] User, PasswordFile: expected both or neither\n",
        errors(result));
}
