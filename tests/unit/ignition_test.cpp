// What a node gets for its first boot: whole documents, and what the agent and etcd make of their contents.
#include "tools/cratectl/site/ignition.hpp"

#include "agent/config/config.hpp"
#include "tests/cpputest.hpp"
#include "tests/unit/fixtures.hpp"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <random>

using cratectl::Target;

namespace {

const std::vector<Target> kTargets{Target::cratekeeper, Target::flatcar, Target::fcos};

std::string fileOf(const cratectl::Site& site, const std::string& node, Target target,
                   const std::string& path) {
    for (const auto& file : siteFiles(site, *site.find(node), target)) {
        if (file.path == path) {
            return file.content;
        }
    }
    return "no such file";
}

std::string decoded(const std::string& url) {
    std::string text;
    for (size_t i = std::string("data:,").size(); i < url.size(); ++i) {
        if (url[i] == '%') {
            text += static_cast<char>(std::stoi(url.substr(i + 1, 2), nullptr, 16));
            i += 2;
        } else {
            text += url[i];
        }
    }
    return text;
}

} // namespace

TEST_GROUP(Ignition) {
    cratectl::SiteResult whole = cratectl::parseSite("s", fixtures::text("site/whole.site"));
};

TEST(Ignition, TheDocumentsAreTheseOnEverySystem) {
    CHECK_TRUE(whole.errors.empty());
    for (const Target target : kTargets) {
        CHECK_TRUE(missingFor(target, whole).empty());
        for (const auto& node : whole.site.nodes) {
            const std::string name = std::string("site/") + node.name + "." + targetName(target) + ".ign";
            STRCMP_EQUAL((fixtures::text(name) + "\n").c_str(),
                         ignitionConfig(whole.site, node, target).c_str());
        }
    }
}

TEST(Ignition, TheAgentTakesItsDropInAndReadsWhatWasMeant) {
    for (const Target target : kTargets) {
        const auto text = fileOf(whole.site, "nuc1", target, "/etc/cratekeeper/agent.conf.d/50-site.conf");
        const auto result = agent::parseConfig({agent::parseIni("50-site.conf", text)});
        CHECK_TRUE(result.errors.empty());
        CHECK_EQUAL("nuc1", result.config.nodeName.value_or(""));
        CHECK_EQUAL("shelf", result.config.clusterName);
        LONGS_EQUAL(2, result.config.initialNodes);
        LONGS_EQUAL(1, result.config.etcd.endpoints.size());
        CHECK_EQUAL("http://192.168.1.11:2379", result.config.etcd.endpoints.at(0));
        CHECK_EQUAL("left", result.config.zone.value_or(""));
    }
}

TEST(Ignition, OnlyAMemberRunsEtcdAndEveryNodeKnowsAllMembers) {
    auto site = whole.site;
    site.nodes.at(1).etcd = true;
    site.nodes.at(1).address = site.nodes.at(0).address;
    site.nodes.at(1).address->address.address.bits += 1;
    const auto member = fileOf(site, "nuc2", Target::cratekeeper, "/etc/default/etcd");
    STRCMP_CONTAINS("\nETCD_INITIAL_CLUSTER=nuc1=http://192.168.1.11:2380,nuc2=http://192.168.1.12:2380\n",
                    member.c_str());
    STRCMP_CONTAINS("\nETCD_NAME=nuc2\n", member.c_str());
    STRCMP_CONTAINS(
        "Endpoints=http://192.168.1.11:2379 http://192.168.1.12:2379\n",
        fileOf(site, "nuc1", Target::cratekeeper, "/etc/cratekeeper/agent.conf.d/50-site.conf").c_str());
    CHECK_EQUAL("no such file", fileOf(whole.site, "nuc2", Target::cratekeeper, "/etc/default/etcd"));
    const auto units = siteUnits(whole.site, *whole.site.find("nuc2"), Target::cratekeeper);
    LONGS_EQUAL(1, units.size());
    CHECK_FALSE(units.at(0).enabled.value_or(true));
}

TEST(Ignition, ADiskIsWipedOnlyByTheSitesOwnWord) {
    for (const Target target : {Target::flatcar, Target::fcos}) {
        const auto wiped =
            nlohmann::json::parse(ignitionConfig(whole.site, *whole.site.find("nuc1"), target));
        CHECK_TRUE(wiped["storage"]["filesystems"][0]["wipeFilesystem"].get<bool>());
        auto site = whole.site;
        site.nodes.at(0).diskUse = cratectl::DiskUse::emptyOnly;
        const auto kept = nlohmann::json::parse(ignitionConfig(site, site.nodes.at(0), target));
        CHECK_FALSE(kept["storage"]["filesystems"][0]["wipeFilesystem"].get<bool>());
        const auto adopted =
            nlohmann::json::parse(ignitionConfig(whole.site, *whole.site.find("nuc2"), target));
        CHECK_FALSE(adopted["storage"].contains("filesystems"));
    }
    const std::string path = "/etc/cratekeeper/data-disk.conf";
    STRCMP_CONTAINS("\nDISK=/dev/disk/by-id/nvme-One\nADOPT=no\nFORMAT=yes-erase\n",
                    fileOf(whole.site, "nuc1", Target::cratekeeper, path).c_str());
    STRCMP_CONTAINS("\nDISK=/dev/disk/by-id/nvme-Two\nADOPT=yes\nFORMAT=no\n",
                    fileOf(whole.site, "nuc2", Target::cratekeeper, path).c_str());
}

TEST(Ignition, AnyTextSurvivesItsUrl) {
    std::string bytes;
    for (int value = 1; value < 256; ++value) {
        bytes += static_cast<char>(value);
    }
    const auto url = cratectl::dataUrl(bytes);
    CHECK_EQUAL(bytes, decoded(url));
    CHECK_TRUE(std::ranges::all_of(url, [](char c) { return c > ' ' && c < '\x7f'; }));
    CHECK_EQUAL("data:,", cratectl::dataUrl(""));
}

// A mutated file is refused with a place in it, or it is as good as the first: what comes out is taken by the agent.
TEST(Ignition, AMutatedSiteFileIsRefusedOrMakesAConfigTheAgentTakes) {
    const char* const given = std::getenv("MUTATION_SEED"); // NOLINT(concurrency-mt-unsafe): one thread
    const std::string text = fixtures::text("site/whole.site");
    const unsigned first = given != nullptr ? static_cast<unsigned>(std::stoul(given)) : 1;
    const unsigned last = given != nullptr ? first : 1500;
    size_t taken = 0;
    for (unsigned seed = first; seed <= last; ++seed) {
        std::mt19937 random(seed);
        std::string mutated = text;
        for (unsigned count = 1 + random() % 4; count > 0; --count) {
            const size_t at = random() % mutated.size();
            const size_t from = random() % text.size();
            switch (random() % 4) {
            case 0: mutated[at] = static_cast<char>(random()); break;
            case 1: mutated.erase(at, random() % 30); break;
            case 2: mutated.insert(at, text.substr(from, random() % 60)); break;
            default: mutated.insert(at, 1, "\n=[]%\"\\ /"[random() % 9]); break;
            }
        }
        const auto result = cratectl::parseSite("s", mutated);
        const std::string which = "MUTATION_SEED=" + std::to_string(seed);
        for (const auto& error : result.errors) {
            CHECK_TRUE_TEXT(error.place.file == "s" && !error.expected.empty(), which.c_str());
        }
        if (!result.errors.empty()) {
            continue;
        }
        ++taken;
        for (const auto& node : result.site.nodes) {
            const auto json = nlohmann::json::parse(ignitionConfig(result.site, node, Target::cratekeeper));
            const auto dropIn = decoded(json["storage"]["files"][1]["contents"]["source"].get<std::string>());
            const auto config = agent::parseConfig({agent::parseIni("d", dropIn)});
            CHECK_TRUE_TEXT(config.errors.empty(), which.c_str());
            CHECK_TRUE_TEXT(config.config.nodeName == node.name, which.c_str());
        }
    }
    CHECK_TRUE_TEXT(given != nullptr || (taken > 50 && taken < 1450), std::to_string(taken).c_str());
}
