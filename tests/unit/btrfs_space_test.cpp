// The arithmetic of Btrfs's chunks. Expected numbers are worked out by hand in the comments; the live tests fill real
// volumes and compare.
#include "hal/hardware/btrfs_space.hpp"

#include "tests/cpputest.hpp"

#include <linux/btrfs.h>
#include <linux/btrfs_tree.h>

namespace {

using hal::BtrfsProfile;
using hal::BtrfsSpace;
using hal::BtrfsUse;

constexpr uint64_t kMib = uint64_t{1} << 20;
constexpr uint64_t kGib = uint64_t{1} << 30;

uint64_t gib(BtrfsProfile profile, std::vector<uint64_t> gibPerDevice) {
    for (uint64_t& device : gibPerDevice) {
        device *= kGib;
    }
    return hal::usableBytes(profile, gibPerDevice) / kGib;
}

std::vector<BtrfsSpace> spaces(uint64_t dataTotal, uint64_t dataUsed, uint64_t metadataTotal,
                               uint64_t metadataUsed, BtrfsProfile data = BtrfsProfile::single,
                               BtrfsProfile metadata = BtrfsProfile::dup) {
    return {{.use = BtrfsUse::data, .profile = data, .totalBytes = dataTotal, .usedBytes = dataUsed},
            {.use = BtrfsUse::system, .profile = metadata, .totalBytes = 8 * kMib, .usedBytes = 16384},
            {.use = BtrfsUse::metadata,
             .profile = metadata,
             .totalBytes = metadataTotal,
             .usedBytes = metadataUsed}};
}

/// Within 2 %: what the metadata's share costs depends on a ratio that is an estimate anyway.
void checkAbout(uint64_t expected, uint64_t actual) {
    const uint64_t difference = expected > actual ? expected - actual : actual - expected;
    CHECK_TRUE_TEXT(
        difference <= expected / 50,
        ("expected about " + std::to_string(expected) + ", got " + std::to_string(actual)).c_str());
}

} // namespace

TEST_GROUP(BtrfsSpace){};

TEST(BtrfsSpace, SingleUsesEveryByteAndDupHalf) {
    LONGS_EQUAL(100, gib(BtrfsProfile::single, {100}));
    LONGS_EQUAL(150, gib(BtrfsProfile::single, {100, 50}));
    LONGS_EQUAL(50, gib(BtrfsProfile::dup, {100}));
}

TEST(BtrfsSpace, Raid1NeedsTwoDevicesForEachByte) {
    LONGS_EQUAL(0, gib(BtrfsProfile::raid1, {100}));
    LONGS_EQUAL(100, gib(BtrfsProfile::raid1, {100, 100}));
    LONGS_EQUAL(30, gib(BtrfsProfile::raid1, {100, 30}));     // the rest of the first has no partner
    LONGS_EQUAL(90, gib(BtrfsProfile::raid1, {100, 50, 40})); // all of the small ones against the large one
    LONGS_EQUAL(150, gib(BtrfsProfile::raid1, {100, 100, 100})); // every pair in turn
    LONGS_EQUAL(0, gib(BtrfsProfile::raid1, {100, 0}));
}

TEST(BtrfsSpace, Raid1c3AndRaid1c4NeedThreeAndFour) {
    LONGS_EQUAL(0, gib(BtrfsProfile::raid1c3, {100, 100}));
    LONGS_EQUAL(100, gib(BtrfsProfile::raid1c3, {100, 100, 100}));
    LONGS_EQUAL(40, gib(BtrfsProfile::raid1c3, {100, 100, 40}));
    LONGS_EQUAL(60, gib(BtrfsProfile::raid1c3, {100, 100, 40, 20})); // 40 + 20 as the third copy
    LONGS_EQUAL(0, gib(BtrfsProfile::raid1c4, {100, 100, 100}));
    LONGS_EQUAL(50, gib(BtrfsProfile::raid1c4, {100, 100, 100, 50}));
}

TEST(BtrfsSpace, Raid0StripesOverAllThatHaveRoom) {
    LONGS_EQUAL(200, gib(BtrfsProfile::raid0, {100, 100}));
    LONGS_EQUAL(150, gib(BtrfsProfile::raid0, {100, 50})); // the rest of the first alone, since Linux 5.15
}

TEST(BtrfsSpace, Raid10HalvesPairsOfStripes) {
    LONGS_EQUAL(200, gib(BtrfsProfile::raid10, {100, 100, 100, 100}));
    LONGS_EQUAL(100, gib(BtrfsProfile::raid10, {100, 100}));
    LONGS_EQUAL(0, gib(BtrfsProfile::raid10, {100}));
    // Three devices: two at a time, the fullest waits, so all of them are used up as with raid1.
    checkAbout(150 * kGib, hal::usableBytes(BtrfsProfile::raid10, {100 * kGib, 100 * kGib, 100 * kGib}));
}

TEST(BtrfsSpace, ParityCostsOneOrTwoDevices) {
    LONGS_EQUAL(200, gib(BtrfsProfile::raid5, {100, 100, 100}));
    LONGS_EQUAL(150, gib(BtrfsProfile::raid5, {100, 100, 50})); // 2 x 50, then 1 x 50
    LONGS_EQUAL(200, gib(BtrfsProfile::raid6, {100, 100, 100, 100}));
    LONGS_EQUAL(0, gib(BtrfsProfile::raid6, {100, 100}));
}

TEST(BtrfsSpace, NoDevicesHoldNothing) {
    for (const auto profile : {BtrfsProfile::single, BtrfsProfile::dup, BtrfsProfile::raid0,
                               BtrfsProfile::raid1, BtrfsProfile::raid10, BtrfsProfile::raid6}) {
        LONGS_EQUAL(0, hal::usableBytes(profile, {}));
        LONGS_EQUAL(0, hal::usableBytes(profile, {0, 0, 0, 0}));
    }
}

TEST(BtrfsSpace, SizesAtTheLimitsOfTheirTypeDoNotOverflowInMirrors) {
    const uint64_t huge = uint64_t{1} << 62;
    CHECK_EQUAL(huge, hal::usableBytes(BtrfsProfile::raid1, {huge, huge}));
}

TEST(BtrfsSpace, AFreshVolumeOffersItsChunksAndTheUnallocatedRest) {
    const auto free = hal::freeSpace(spaces(8 * kMib, 0, 256 * kMib, kMib), {99 * kGib}, 4 * kMib);
    CHECK_EQUAL(99 * kGib, free.unallocatedBytes);
    checkAbout(99 * kGib, free.effectiveFreeBytes);
    checkAbout(99 * kGib / 2, free.metadataHeadroomBytes); // dup
}

TEST(BtrfsSpace, DfReportsGigabytesThatNoMetadataIsLeftFor) {
    // The case people report: data chunks with 86 GiB of free room, 1 MiB unallocated, metadata full to its reserve.
    const auto free =
        hal::freeSpace(spaces(186 * kGib, 100 * kGib, kGib, kGib - 512 * kMib), {kMib}, 512 * kMib);
    LONGS_EQUAL(0, free.effectiveFreeBytes);
    LONGS_EQUAL(0, free.metadataHeadroomBytes);
    LONGS_EQUAL(kMib, free.unallocatedBytes);
}

TEST(BtrfsSpace, LittleMetadataBoundsTheDataThatCanBeWritten) {
    // 1 % of metadata for the data so far, 100 MiB of it left: about 10 GiB of the 86 GiB can be used.
    const auto free =
        hal::freeSpace(spaces(186 * kGib, 100 * kGib, kGib + 612 * kMib, kGib), {kMib}, 512 * kMib);
    LONGS_EQUAL(100 * kMib, free.metadataHeadroomBytes);
    checkAbout(10000 * kMib, free.effectiveFreeBytes);
}

TEST(BtrfsSpace, MetadataTakesItsPartOfTheUnallocatedSpace) {
    // 5 % of metadata, kept twice, no room in its chunks: of 11 GiB, D + 2 * 0.05 * D = 11, so D = 10.
    const auto free = hal::freeSpace(spaces(20 * kGib, 20 * kGib, kGib, kGib), {11 * kGib}, 0);
    checkAbout(10 * kGib, free.effectiveFreeBytes);
}

TEST(BtrfsSpace, TheGlobalReserveDoesNotCountAsHeadroom) {
    const auto without = hal::freeSpace(spaces(0, 0, 256 * kMib, 0), {0}, 0);
    const auto with = hal::freeSpace(spaces(0, 0, 256 * kMib, 0), {0}, 64 * kMib);
    CHECK_EQUAL(256 * kMib, without.metadataHeadroomBytes);
    CHECK_EQUAL(192 * kMib, with.metadataHeadroomBytes);
}

TEST(BtrfsSpace, AReserveLargerThanTheChunksLeavesNothing) {
    LONGS_EQUAL(0, hal::freeSpace(spaces(0, 0, kMib, 0), {0}, kGib).metadataHeadroomBytes);
}

TEST(BtrfsSpace, ADegradedRaid1CannotUseWhatIsLeftOnOneDevice) {
    const auto free = hal::freeSpace(
        spaces(kGib, kGib / 2, kGib, 0, BtrfsProfile::raid1, BtrfsProfile::raid1), {50 * kGib}, 0);
    CHECK_EQUAL(50 * kGib, free.unallocatedBytes);
    CHECK_EQUAL(kGib / 2, free.effectiveFreeBytes); // what the existing chunks still hold
}

TEST(BtrfsSpace, MixedChunksServeDataAndMetadata) {
    const std::vector<BtrfsSpace> mixed = {{.use = BtrfsUse::mixed,
                                            .profile = BtrfsProfile::single,
                                            .totalBytes = 100 * kMib,
                                            .usedBytes = 40 * kMib}};
    const auto free = hal::freeSpace(mixed, {11 * kMib}, 10 * kMib);
    CHECK_EQUAL(60 * kMib, free.effectiveFreeBytes); // 100 - 40 - 10 and 10 of the 11 unallocated
}

TEST(BtrfsSpace, ChunksThatClaimToHoldMoreThanTheyCanHaveNoRoom) {
    LONGS_EQUAL(0, hal::freeSpace(spaces(kGib, 2 * kGib, kGib, 2 * kGib), {0}, 0).effectiveFreeBytes);
}

TEST(BtrfsSpace, WithoutChunksNothingIsKnownToBeFree) {
    const auto free = hal::freeSpace({}, {kGib}, 0);
    CHECK_EQUAL(kGib, free.unallocatedBytes);
    LONGS_EQUAL(0, free.effectiveFreeBytes);
}

TEST(BtrfsSpace, ReadsTheKernelsFlags) {
    const auto data = hal::spaceFromFlags(BTRFS_BLOCK_GROUP_DATA | BTRFS_BLOCK_GROUP_RAID1C3, 10, 5);
    CHECK_TRUE(
        (BtrfsSpace{
            .use = BtrfsUse::data, .profile = BtrfsProfile::raid1c3, .totalBytes = 10, .usedBytes = 5}) ==
        data);
    CHECK_TRUE(hal::spaceFromFlags(BTRFS_BLOCK_GROUP_METADATA, 1, 1)->profile == BtrfsProfile::single);
    CHECK_TRUE(hal::spaceFromFlags(BTRFS_BLOCK_GROUP_METADATA | BTRFS_BLOCK_GROUP_DATA, 1, 1)->use ==
               BtrfsUse::mixed);
    CHECK_TRUE(hal::spaceFromFlags(BTRFS_BLOCK_GROUP_SYSTEM | BTRFS_BLOCK_GROUP_DUP, 1, 1)->use ==
               BtrfsUse::system);
}

TEST(BtrfsSpace, FlagsOfTheFutureAreNotGuessed) {
    CHECK_FALSE(hal::spaceFromFlags(0, 1, 1).has_value());
    CHECK_FALSE(hal::spaceFromFlags(uint64_t{1} << 30, 1, 1).has_value());
    CHECK_FALSE(
        hal::spaceFromFlags(BTRFS_BLOCK_GROUP_DATA | BTRFS_BLOCK_GROUP_RAID1 | BTRFS_BLOCK_GROUP_RAID0, 1, 1)
            .has_value());
    CHECK_TRUE(hal::isGlobalReserve(BTRFS_SPACE_INFO_GLOBAL_RSV));
    CHECK_FALSE(hal::spaceFromFlags(BTRFS_SPACE_INFO_GLOBAL_RSV, 1, 1).has_value());
}

TEST(BtrfsSpace, AnUnfinishedConversionShowsBothProfilesTheLargerFirst) {
    auto converting = spaces(10 * kGib, 0, kGib, 0);
    converting.push_back(
        {.use = BtrfsUse::data, .profile = BtrfsProfile::raid1, .totalBytes = 20 * kGib, .usedBytes = 0});
    CHECK_EQUAL(std::optional<std::string>("raid1+single"), hal::profileNames(converting, BtrfsUse::data));
    CHECK_TRUE(hal::mainProfile(converting, BtrfsUse::data) == BtrfsProfile::raid1);
    CHECK_FALSE(hal::profileNames({}, BtrfsUse::data).has_value());
}
