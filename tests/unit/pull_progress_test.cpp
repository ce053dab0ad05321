// Docker's stream of pull messages, whole, split anywhere, and broken.
#include "tools/cratectl/output/pull_progress.hpp"

#include "tests/cpputest.hpp"

#include <random>

namespace {

std::string downloading(const std::string& id, uint64_t current, uint64_t total) {
    return R"({"status":"Downloading","progressDetail":{"current":)" + std::to_string(current) +
           R"(,"total":)" + std::to_string(total) + R"(},"progress":"[=> ]","id":")" + id + "\"}\r\n";
}

std::string state(const std::string& id, const std::string& status) {
    return R"({"status":")" + status + R"(","progressDetail":{},"id":")" + id + "\"}\r\n";
}

} // namespace

TEST_GROUP(PullProgress) { cratectl::PullProgress progress; };

TEST(PullProgress, BeforeASizeIsKnownItSaysThatTheRegistryIsAsked) {
    CHECK_TRUE(!progress.percent());
    CHECK_EQUAL("waiting for the image: asking the registry", progress.words());
    progress.take(R"({"status":"Pulling from library/crate","id":"6.0.3"})"
                  "\r\n");
    progress.take(state("a", "Pulling fs layer") + state("a", "Waiting"));
    CHECK_TRUE(!progress.percent());
}

TEST(PullProgress, TheShareIsThatOfTheBytesOfAllLayers) {
    progress.take(downloading("a", 100, 1000) + downloading("b", 510, 3000) + downloading("a", 1000, 1000));
    LONGS_EQUAL(37, progress.percent().value_or(-1));
    CHECK_EQUAL("waiting for the image: 37 %", progress.words());
}

TEST(PullProgress, ADownloadedLayerCountsWhole) {
    progress.take(downloading("a", 10, 1000) + downloading("b", 0, 1000) + state("a", "Verifying Checksum") +
                  state("a", "Download complete"));
    LONGS_EQUAL(50, progress.percent().value_or(-1));
}

TEST(PullProgress, WhenAllIsHereItIsUnpacked) {
    progress.take(downloading("a", 1000, 1000));
    CHECK_EQUAL("waiting for the image: unpacking", progress.words());
    progress.take(R"({"status":"Extracting","progressDetail":{"current":5,"total":1000},"id":"a"})"
                  "\n");
    CHECK_EQUAL("waiting for the image: unpacking", progress.words());
    progress.take(state("a", "Pull complete"));
    LONGS_EQUAL(100, progress.percent().value_or(-1));
}

TEST(PullProgress, LayersThatAreHereAlreadyDoNotCount) {
    progress.take(state("a", "Already exists") + downloading("b", 250, 1000) + state("c", "Pull complete"));
    LONGS_EQUAL(25, progress.percent().value_or(-1));
}

TEST(PullProgress, MoreThanAllIsAll) {
    progress.take(downloading("a", 2000, 1000));
    LONGS_EQUAL(100, progress.percent().value_or(-1));
}

TEST(PullProgress, TheRegistrysRefusalIsKept) {
    CHECK_TRUE(!progress.error());
    progress.take(R"({"errorDetail":{"message":"no such image"},"error":"no such image"})"
                  "\r\n");
    CHECK_TRUE("no such image" == progress.error());
}

TEST(PullProgress, LinesMayBeSplitAnywhere) {
    const std::string stream = downloading("a", 100, 1000) + state("b", "Waiting") +
                               downloading("b", 510, 3000) + state("a", "Download complete");
    cratectl::PullProgress whole;
    whole.take(stream);
    for (unsigned seed = 0; seed < 500; ++seed) {
        std::mt19937 random(seed);
        cratectl::PullProgress pieces;
        for (std::string_view rest = stream; !rest.empty();) {
            const auto size = std::min<size_t>(rest.size(), random() % 20);
            pieces.take(rest.substr(0, size));
            rest.remove_prefix(size);
        }
        CHECK_TRUE_TEXT(whole.percent() == pieces.percent(), ("seed " + std::to_string(seed)).c_str());
    }
}

TEST(PullProgress, ALineWithoutItsEndIsNotTakenYet) {
    progress.take(R"({"status":"Downloading","progressDetail":{"current":1,"total":2},"id":"a"})");
    CHECK_TRUE(!progress.percent());
    progress.take("\n");
    LONGS_EQUAL(50, progress.percent().value_or(-1));
}

TEST(PullProgress, LinesThatAreNotMessagesAreSkipped) {
    for (const char* const line :
         {"", "{", "null", "[]", "5", "\"x\"", "{}", R"({"id":"a"})", R"({"id":5,"status":"Downloading"})",
          R"({"id":"a","status":"Downloading"})", R"({"id":"a","status":"Downloading","progressDetail":[]})",
          R"({"id":"a","status":"Downloading","progressDetail":{"current":"1","total":-2}})",
          R"({"error":""})", R"({"error":7})", "\xff\xfe"}) {
        progress.take(std::string(line) + "\n");
        CHECK_TRUE_TEXT(!progress.percent() && !progress.error(), line);
    }
    progress.take(downloading("a", 1, 2));
    LONGS_EQUAL(50, progress.percent().value_or(-1));
}

TEST(PullProgress, AStreamWithoutLinesEndsWithAnError) {
    progress.take(std::string(64 * 1024, 'x'));
    CHECK_TRUE(!progress.error());
    progress.take("x");
    STRCMP_CONTAINS("no line breaks", progress.error().value_or("").c_str());
}
