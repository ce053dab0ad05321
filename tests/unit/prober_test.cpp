// The prober over fakes: every source is asked, whatever the others say, and every event is passed on.
#include "agent/runtime/prober.hpp"

#include "tests/cpputest.hpp"

namespace {

class FakeNics final : public hal::Nics {
public:
    hal::Result<hal::Reading<hal::NetworkState>> answer;
    hal::Status watching;
    std::function<void()> changed;

    [[nodiscard]] hal::Result<hal::Reading<hal::NetworkState>> list() override { return answer; }
    [[nodiscard]] hal::Status watch(std::function<void()> lookAgain) override {
        changed = std::move(lookAgain);
        return watching;
    }
};

class FakeDisks final : public hal::Disks {
public:
    hal::Result<hal::Reading<std::vector<hal::Disk>>> answer;
    std::function<void()> changed;

    [[nodiscard]] hal::Result<hal::Reading<std::vector<hal::Disk>>> list() override { return answer; }
    [[nodiscard]] hal::Status watch(std::function<void()> lookAgain) override {
        changed = std::move(lookAgain);
        return {};
    }
};

} // namespace

TEST_GROUP(Prober) {
    FakeNics nics;
    FakeDisks disks;
    std::string asked;

    agent::Prober prober() {
        const auto inspect = [this](const std::string& directory) {
            asked = directory;
            return hal::Result<hal::Reading<hal::Volume>>();
        };
        return {nics, disks, inspect, "/data/crate"};
    }
};

TEST(Prober, AsksEverySourceAlthoughOneFails) {
    nics.answer = hal::failure(hal::Error::invalid("no netlink"));
    disks.answer->value.resize(2);
    const auto probe = prober().probe();
    CHECK_FAILS("no netlink", probe.network);
    CHECK_OK(probe.disks);
    LONGS_EQUAL(2, probe.disks->value.size());
    CHECK_OK(probe.host);
    CHECK_EQUAL(std::string("/data/crate"), asked);
}

TEST(Prober, PassesOnTheEventsOfBothWatches) {
    int looks = 0;
    CHECK_OK(prober().watch([&] { ++looks; }));
    nics.changed();
    disks.changed();
    LONGS_EQUAL(2, looks);
}

TEST(Prober, WatchesTheDisksAlthoughTheNetworkCannotBeWatched) {
    nics.watching = hal::failure(hal::Error::invalid("no netlink"));
    CHECK_FAILS("no netlink", prober().watch([] {}));
    CHECK_TRUE(static_cast<bool>(disks.changed));
}
