// The mount table, as the kernel writes it and as it never would.
#include "hal/hardware/mounts.hpp"

#include "tests/cpputest.hpp"
#include "tests/unit/fixtures.hpp"

namespace {

std::vector<hal::Mount> nucMounts() { return hal::parseMountinfo(fixtures::text("nuc/proc/self/mountinfo")); }

} // namespace

TEST_GROUP(Mounts){};

TEST(Mounts, ReadsANucsTable) {
    const auto mounts = nucMounts();
    LONGS_EQUAL(8, mounts.size());
    const hal::Mount data{.device = "0:35",
                          .root = "/",
                          .point = "/data",
                          .filesystem = "btrfs",
                          .source = "/dev/nvme0n1p3",
                          .readOnly = false};
    CHECK_TRUE(data == mounts[4]);
    CHECK_EQUAL(std::string("/srv/my data"), mounts[6].point);
    CHECK_TRUE(mounts[6].readOnly);
    CHECK_EQUAL(std::string("/run/empty\\dir"), mounts[7].point);
}

TEST(Mounts, AFileSystemThatIsReadOnlyMakesItsMountReadOnly) {
    const auto mounts = hal::parseMountinfo("41 28 0:35 / /data rw,noatime - btrfs /dev/sda1 ro,ssd\n");
    CHECK_TRUE(mounts.at(0).readOnly);
}

TEST(Mounts, AnyNumberOfOptionalFieldsIsSkipped) {
    const auto mounts =
        hal::parseMountinfo("1 2 8:1 / / rw - ext4 /dev/a rw\n1 2 8:1 / /b rw shared:1 master:2 "
                            "propagate_from:3 unbindable - ext4 /dev/b rw");
    LONGS_EQUAL(2, mounts.size());
    CHECK_EQUAL(std::string("/dev/b"), mounts[1].source);
}

TEST(Mounts, LinesThatDoNotFollowTheFormatAreLeftOut) {
    for (const char* line :
         {"", "garbage", "1 2 8:1 / / rw", "1 2 8:1 / / rw shared:1", "1 2 81 / / rw - ext4 /dev/a rw",
          "1 2 8:1 / relative rw - ext4 /dev/a rw", "1 2 8:1 / / rw -", "      ", "- - - - - -"}) {
        CHECK_TRUE_TEXT(hal::parseMountinfo(line).empty(), line);
    }
}

TEST(Mounts, ABackslashThatIsNotAnEscapeStays) {
    const auto mounts = hal::parseMountinfo("1 2 8:1 / /a\\9b\\04 rw - ext4 /dev/a rw\n");
    CHECK_EQUAL(std::string("/a\\9b\\04"), mounts.at(0).point);
}

TEST(Mounts, APathBelongsToTheLongestMountPointAboveIt) {
    const auto mounts = nucMounts();
    CHECK_EQUAL(std::string("/data/crate"), hal::mountOf(mounts, "/data/crate/nodes")->point);
    CHECK_EQUAL(std::string("/data"), hal::mountOf(mounts, "/data/crates")->point);
    CHECK_EQUAL(std::string("/"), hal::mountOf(mounts, "/database")->point);
    CHECK_TRUE(hal::mountOf({}, "/") == nullptr);
}

TEST(Mounts, ALaterMountLiesOverAnEarlierOne) {
    const auto mounts =
        hal::parseMountinfo("1 2 8:1 / /a rw - ext4 /dev/a rw\n1 2 8:2 / /a rw - ext4 /dev/b rw\n");
    CHECK_EQUAL(std::string("/dev/b"), hal::mountOf(mounts, "/a/x")->source);
}

TEST(Mounts, ADirectoryBoundOntoItselfIsARepetition) {
    const auto mounts = nucMounts();
    CHECK_TRUE(hal::isRepetition(mounts[5], mounts[4]));
    CHECK_FALSE(hal::isRepetition(mounts[4], mounts[5]));
    CHECK_FALSE(hal::isRepetition(mounts[4], mounts[4]));
    hal::Mount elsewhere = mounts[5];
    elsewhere.point = "/srv/crate";
    CHECK_FALSE(hal::isRepetition(elsewhere, mounts[4]));
    elsewhere = mounts[5];
    elsewhere.device = "0:99";
    CHECK_FALSE(hal::isRepetition(elsewhere, mounts[4]));
}
