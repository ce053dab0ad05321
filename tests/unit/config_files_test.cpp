// Which files make up the configuration: systemd's order, on a directory tree that is a map.
#include "agent/config/config_files.hpp"

#include "tests/cpputest.hpp"

#include <map>
#include <set>

namespace {

/// A tree of files; paths in `unreadable` exist and cannot be read or listed.
struct Tree {
    std::map<std::string, std::string> files;
    std::set<std::string> unreadable;

    [[nodiscard]] agent::FileReader reader() const {
        return {.read = [this](const std::string& path) -> hal::Result<std::optional<std::string>> {
                    if (unreadable.contains(path)) {
                        return denied(path);
                    }
                    const auto file = files.find(path);
                    return file == files.end() ? std::nullopt : std::optional(file->second);
                },
                .list = [this](const std::string& directory,
                               const std::string& suffix) -> hal::Result<std::vector<std::string>> {
                    if (unreadable.contains(directory)) {
                        return denied(directory);
                    }
                    std::vector<std::string> names;
                    for (const auto& [path, content] : files) {
                        if (path.starts_with(directory + "/") && path.ends_with(suffix)) {
                            names.push_back(path.substr(directory.size() + 1));
                        }
                    }
                    return names;
                }};
    }

    static std::unexpected<hal::Error> denied(const std::string& path) {
        return hal::failure(
            {std::make_error_code(std::errc::permission_denied), path, hal::Recovery::terminal});
    }
};

const std::string kEtc = "/etc/cratekeeper/agent.conf";
const std::string kRun = "/run/cratekeeper/agent.conf";
const std::string kLib = "/usr/lib/cratekeeper/agent.conf";

using Paths = std::vector<std::string>;

} // namespace

TEST_GROUP(ConfigFiles) { Tree tree; };

TEST(ConfigFiles, WithoutAnyFileTheDefaultsAreInForce) {
    CHECK_TRUE(agent::configPaths(tree.reader()).empty());
    const auto loaded = agent::loadConfig(tree.reader());
    CHECK_TRUE(loaded.errors.empty());
    CHECK_TRUE(loaded.config == agent::Config{});
}

TEST(ConfigFiles, TheFirstMainFileHidesTheOthers) {
    tree.files = {{kLib, "[Cluster]\nName=lib\n"}};
    CHECK_EQUAL("lib", agent::loadConfig(tree.reader()).config.clusterName);
    tree.files[kRun] = "[Cluster]\nName=run\n";
    CHECK_EQUAL("run", agent::loadConfig(tree.reader()).config.clusterName);
    tree.files[kEtc] = "[Cluster]\nName=etc\n";
    CHECK_EQUAL("etc", agent::loadConfig(tree.reader()).config.clusterName);
    CHECK_TRUE(Paths{kEtc} == agent::configPaths(tree.reader()));
}

TEST(ConfigFiles, AnEmptyMainFileHidesTheOthersToo) {
    tree.files = {{kLib, "[Cluster]\nName=lib\n"}, {kEtc, ""}};
    CHECK_EQUAL("crate", agent::loadConfig(tree.reader()).config.clusterName);
}

TEST(ConfigFiles, DropInsComeAfterTheMainFileSortedByNameWhereverTheyLie) {
    tree.files = {{kEtc, ""},
                  {kLib + ".d/50-a.conf", ""},
                  {kEtc + ".d/10-b.conf", ""},
                  {kRun + ".d/30-c.conf", ""},
                  {kRun + ".d/ignored.txt", ""}};
    CHECK_TRUE((Paths{kEtc, kEtc + ".d/10-b.conf", kRun + ".d/30-c.conf", kLib + ".d/50-a.conf"}) ==
               agent::configPaths(tree.reader()));
}

TEST(ConfigFiles, TheLastDropInWinsOverTheMainFile) {
    tree.files = {{kEtc, "[Cluster]\nName=main\nInitialNodes=3\n"},
                  {kLib + ".d/50-a.conf", "[Cluster]\nName=fifty\n"},
                  {kEtc + ".d/10-b.conf", "[Cluster]\nName=ten\n"}};
    const auto loaded = agent::loadConfig(tree.reader());
    CHECK_EQUAL("fifty", loaded.config.clusterName);
    LONGS_EQUAL(3, loaded.config.initialNodes);
}

TEST(ConfigFiles, ADropInMasksThoseOfItsNameFurtherDown) {
    tree.files = {{kLib + ".d/50-a.conf", "[Cluster]\nName=lib\n"},
                  {kRun + ".d/50-a.conf", "[Cluster]\nName=run\n"}};
    CHECK_EQUAL("run", agent::loadConfig(tree.reader()).config.clusterName);
    tree.files[kEtc + ".d/50-a.conf"] = ""; // as a link to /dev/null reads
    CHECK_EQUAL("crate", agent::loadConfig(tree.reader()).config.clusterName);
    CHECK_TRUE(Paths{kEtc + ".d/50-a.conf"} == agent::configPaths(tree.reader()));
}

TEST(ConfigFiles, AnotherRootIsSearchedInTheSameOrder) {
    tree.files = {{"/img" + kLib, "[Cluster]\nName=image\n"}, {kEtc, "[Cluster]\nName=host\n"}};
    CHECK_EQUAL("image", agent::loadConfig(tree.reader(), "/img").config.clusterName);
}

TEST(ConfigFiles, ErrorsNameTheirFileAndAreReportedForAllFiles) {
    tree.files = {{kEtc, "[Log]\nLevel=loud\n"}, {kEtc + ".d/1.conf", "\n[Log]\nLevel=quiet\n"}};
    const auto loaded = agent::loadConfig(tree.reader());
    LONGS_EQUAL(2, loaded.errors.size());
    STRCMP_CONTAINS((kEtc + ":2: [Log] Level").c_str(), loaded.errors[0].text().c_str());
    STRCMP_CONTAINS((kEtc + ".d/1.conf:3: [Log] Level").c_str(), loaded.errors[1].text().c_str());
}

TEST(ConfigFiles, AFileThatCannotBeReadIsAnErrorAndDoesNotFallThroughToTheNext) {
    tree.files = {{kEtc, ""}, {kLib, ""}};
    tree.unreadable = {kEtc};
    const auto loaded = agent::loadConfig(tree.reader());
    LONGS_EQUAL(1, loaded.errors.size());
    CHECK_EQUAL(kEtc + ": expected a readable file: " + kEtc + ": Permission denied",
                loaded.errors[0].text());
}

TEST(ConfigFiles, ADropInThatCannotBeReadIsAnError) {
    tree.files = {{kEtc + ".d/1.conf", ""}};
    tree.unreadable = {kEtc + ".d/1.conf"};
    LONGS_EQUAL(1, agent::loadConfig(tree.reader()).errors.size());
}

// What the operator wrote there must not be lost in silence: it may be the cluster's name.
TEST(ConfigFiles, ADirectoryThatCannotBeListedIsAnError) {
    tree.unreadable = {kEtc + ".d"};
    const auto loaded = agent::loadConfig(tree.reader());
    LONGS_EQUAL(1, loaded.errors.size());
    STRCMP_CONTAINS((kEtc + ".d: ").c_str(), loaded.errors[0].text().c_str());
    STRCMP_CONTAINS("Permission denied", loaded.errors[0].text().c_str());
}

TEST(ConfigFiles, AFileThatIsNamedIsReadAlone) {
    tree.files = {{"/tmp/my.conf", "[Cluster]\nName=mine\n"},
                  {kEtc + ".d/1.conf", "[Cluster]\nName=other\n"}};
    CHECK_EQUAL("mine", agent::loadConfigFile(tree.reader(), "/tmp/my.conf").config.clusterName);
}

TEST(ConfigFiles, AFileThatIsNamedMustExist) {
    const auto loaded = agent::loadConfigFile(tree.reader(), "/tmp/my.conf");
    LONGS_EQUAL(1, loaded.errors.size());
    CHECK_EQUAL("/tmp/my.conf: expected a file, found none", loaded.errors[0].text());
}

// ---- crate.env ----

TEST(ConfigFiles, RootsFileAboutTheContainerIsAPartOfIt) {
    tree.files = {{"/etc/cratekeeper/crate.env", "CRATE_IMAGE=crate:5.9.1\n"},
                  {kEtc, "[Crate]\nHttpPort=4201\n"}};
    CHECK_EQUAL("5.9", agent::crateVersion(agent::loadConfig(tree.reader()).config.crate)->text());
    CHECK_EQUAL("5.9", agent::crateVersion(agent::loadConfigFile(tree.reader(), kEtc).config.crate)->text());
}

TEST(ConfigFiles, ACrateEnvironmentThatCannotBeReadIsUnknownAndNoError) {
    tree.unreadable = {"/etc/cratekeeper/crate.env"};
    const auto loaded = agent::loadConfig(tree.reader());
    CHECK_TRUE(loaded.errors.empty());
    CHECK_FALSE(agent::crateVersion(loaded.config.crate).has_value());
}

TEST(ConfigFiles, AChangeOfTheCrateEnvironmentIsReportedOnce) {
    const std::string path = "/etc/cratekeeper/crate.env";
    agent::CrateEnvironmentWatch watch(tree.reader());
    CHECK_FALSE(watch.changed());
    tree.files[path] = "# nothing that counts\n";
    CHECK_FALSE(watch.changed());
    tree.files[path] = "CRATE_IMAGE=crate:5.9.1\n";
    CHECK_TRUE(watch.changed());
    CHECK_FALSE(watch.changed());
    tree.unreadable = {path};
    CHECK_TRUE(watch.changed());
    CHECK_FALSE(watch.changed());
}
