// Tags as people type them, and what they say about the line.
#include "agent/config/crate_version.hpp"

#include "tests/cpputest.hpp"

namespace {

std::string lineOf(const std::string& image) {
    const auto version = agent::versionOfImage(image);
    return version ? version->text() : "unknown";
}

} // namespace

TEST_GROUP(CrateVersion){};

TEST(CrateVersion, ATagWithTwoOrThreeNumbersNamesTheLine) {
    CHECK_EQUAL("6.4", lineOf("crate:6.4.5"));
    CHECK_EQUAL("6.4", lineOf("crate:6.4"));
    CHECK_EQUAL("4.6", lineOf("docker.io/library/crate:4.6.8"));
    CHECK_EQUAL("5.10", lineOf("docker.io/library/crate:5.10.1-1"));
    CHECK_EQUAL("10.12", lineOf("crate:10.12.13"));
}

TEST(CrateVersion, ThePortOfARegistryIsNotATag) {
    CHECK_EQUAL("unknown", lineOf("registry.lab:5000/crate"));
    CHECK_EQUAL("6.4", lineOf("registry.lab:5000/crate:6.4.5"));
    CHECK_EQUAL("unknown", lineOf("10.0.0.1:5000/team/crate"));
}

TEST(CrateVersion, ADigestBesideTheTagChangesNothing) {
    CHECK_EQUAL("6.4", lineOf("crate:6.4.5@sha256:0123456789abcdef"));
    CHECK_EQUAL("unknown", lineOf("crate@sha256:6.4"));
}

TEST(CrateVersion, WhatNamesNoLineIsUnknown) {
    for (const char* const image : {"",
                                    "crate",
                                    "crate:",
                                    "crate:latest",
                                    "crate:6",
                                    "crate:6.",
                                    "crate:6.x",
                                    "crate:v6.4",
                                    "crate:6.4.",
                                    "crate:6.4.5.1",
                                    "crate:6.4nightly",
                                    "crate:nightly-6.4.5",
                                    "crate:-6.4",
                                    "crate:6.1000",
                                    "crate:+6.4",
                                    "crate:6.99999999999999999999",
                                    "6.4.5",
                                    ":",
                                    "@",
                                    "/"}) {
        CHECK_EQUAL_TEXT("unknown", lineOf(image), image);
    }
}

TEST(CrateVersion, LinesAreOrderedAsNumbers) {
    CHECK_TRUE((agent::CrateVersion{5, 9} < agent::CrateVersion{5, 10}));
    CHECK_TRUE((agent::CrateVersion{5, 10} < agent::CrateVersion{6, 0}));
    CHECK_TRUE(agent::parseCrateVersion("4.0.0") == agent::kOldestCrate);
}
