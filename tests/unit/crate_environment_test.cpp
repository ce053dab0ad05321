// Root's file as systemd reads it, and the defaults beside the shipped unit.
#include "agent/config/crate_environment.hpp"

#include "hal/hardware/system_files.hpp"
#include "tests/cpputest.hpp"

namespace {

std::string image(const std::string& text) {
    return agent::parseCrateEnvironment(text).image.value_or("unreadable");
}

std::string limits(const std::string& text) {
    return agent::parseCrateEnvironment(text).limits.value_or("unreadable");
}

/// Whether the memory may be locked with this CRATE_LIMITS=.
bool locks(const std::string& limits) {
    return agent::mayLockMemory(agent::parseCrateEnvironment("CRATE_LIMITS=" + limits + "\n")) == true;
}

} // namespace

TEST_GROUP(CrateEnvironment){};

TEST(CrateEnvironment, TheDefaultsAreThoseOfTheShippedUnit) {
    const auto unit = hal::readText("units/crate@.service", 1 << 20);
    CHECK_OK(unit);
    STRCMP_CONTAINS(("\nEnvironment=CRATE_IMAGE=" + std::string(agent::kShippedImage) + "\n").c_str(),
                    unit->c_str());
    STRCMP_CONTAINS(("\nEnvironment=\"CRATE_LIMITS=" + std::string(agent::kShippedLimits) + "\"\n").c_str(),
                    unit->c_str());
    STRCMP_CONTAINS("\nEnvironment=CRATE_DOCKER_OPTIONS=\n", unit->c_str());
    STRCMP_CONTAINS(("\nEnvironmentFile=-" + std::string(agent::kCrateEnvironmentPath) + "\n").c_str(),
                    unit->c_str());
}

TEST(CrateEnvironment, WhatTheFileDoesNotNameIsAsShipped) {
    for (const char* const text : {"", "\n\n", "# CRATE_IMAGE=a:1.2\n; CRATE_IMAGE=b:1.2\n",
                                   "OTHER=1\nCRATE_IMAGE\n", "XCRATE_IMAGE=c:1.2"}) {
        CHECK_TRUE_TEXT(agent::parseCrateEnvironment(text) == agent::CrateEnvironment{}, text);
    }
}

TEST(CrateEnvironment, ValuesAreReadAsSystemdReadsThem) {
    CHECK_EQUAL("crate:5.9.1", image("CRATE_IMAGE=crate:5.9.1"));
    CHECK_EQUAL("crate:5.9.1", image("  CRATE_IMAGE = crate:5.9.1 \t\r\n"));
    CHECK_EQUAL("crate:5.9.1", image("CRATE_IMAGE=\"crate:5.9.1\"\n"));
    CHECK_EQUAL("crate:5.9.1", image("CRATE_IMAGE='crate:5.9.1'\n"));
    CHECK_EQUAL("crate:5.9.1", image("CRATE_IMAGE=crate:\\\n5.9.1\n"));
    CHECK_EQUAL("a b ", image("CRATE_IMAGE=\"a b \"  \n"));
    CHECK_EQUAL("a\"b\\", image("CRATE_IMAGE=\"a\\\"b\\\\\"\n"));
    CHECK_EQUAL("a\\b", image("CRATE_IMAGE='a\\b'\n"));
    CHECK_EQUAL("two:2.0", image("CRATE_IMAGE=one:1.0\nCRATE_IMAGE=two:2.0\n"));
    CHECK_EQUAL("", image("CRATE_IMAGE=\n"));
    CHECK_EQUAL("never closed\nOTHER=1\n", image("CRATE_IMAGE=\"never closed\nOTHER=1\n"));
}

TEST(CrateEnvironment, MoreOptionsStandBehindTheLimitsAsOnTheCommandLine) {
    CHECK_EQUAL("--ulimit=nofile=1 --memory=4g",
                limits("CRATE_DOCKER_OPTIONS=--memory=4g\nCRATE_LIMITS=--ulimit=nofile=1\n"));
}

TEST(CrateEnvironment, MemoryMayBeLockedWhereItsLimitIsNone) {
    CHECK_TRUE(agent::mayLockMemory(agent::CrateEnvironment{}) == true);
    CHECK_TRUE(locks("--ulimit=memlock=-1"));
    CHECK_TRUE(locks("--ulimit memlock=-1:-1 --ulimit=nofile=65536"));
    CHECK_TRUE(locks("--ulimit=memlock=unlimited"));
    CHECK_FALSE(locks(""));
    CHECK_FALSE(locks("--ulimit=nofile=-1"));
    CHECK_FALSE(locks("--ulimit=memlock=65536:-1"));
    CHECK_FALSE(locks("--ulimit=memlock=-10"));
    CHECK_FALSE(locks("--ulimit=memlock=-1 --ulimit=memlock=65536"));
    CHECK_FALSE(agent::mayLockMemory(
                    agent::parseCrateEnvironment("CRATE_DOCKER_OPTIONS=--ulimit=memlock=65536\n")) == true);
}

TEST(CrateEnvironment, AFileThatCannotBeReadLeavesAllOfItUnknown) {
    const auto unknown = agent::unreadableCrateEnvironment();
    CHECK_FALSE(unknown.image.has_value());
    CHECK_FALSE(agent::mayLockMemory(unknown).has_value());
}
