// The state on disk: read back as it was written, refused if damaged, written only on change.
#include "agent/runtime/state_files.hpp"

#include "tests/cpputest.hpp"
#include "tests/fakes/fakes.hpp"
#include "tests/unit/values.hpp"

using agent::PersistentState;
using values::persistent;

namespace {

const std::string kNode = "/var/lib/cratekeeper/node.json";
const std::string kLease = "/run/cratekeeper/lease";
const std::string kCid = "/run/crate-1/cid";
const std::vector<agent::RenderedFile> kFiles{{"config/crate.yml", "a: 1\n"}, {"environment", "B=2\n"}};

} // namespace

TEST_GROUP(StateFiles) {
    fakes::Disk disk;

    /// As a new process opens them.
    [[nodiscard]] agent::StateFiles opened() {
        return {disk.functions(), "/var/lib/cratekeeper", "/run/cratekeeper"};
    }
};

// ---- node.json ----

TEST(StateFiles, AMissingFileIsANodeWithoutAPast) {
    const auto loaded = opened().loadPersistent();
    CHECK_OK(loaded);
    CHECK_TRUE(PersistentState{} == *loaded);
}

TEST(StateFiles, WhatIsSavedIsLoadedByTheNextProcess) {
    auto withPeers = persistent(3, "abc");
    withPeers.peers = {{"b", "10.0.0.2:4300"}};
    auto withVote = persistent(3, {});
    withVote.vote = {"n1", "n2"};
    for (const PersistentState& kept :
         {persistent(3, "abc"), persistent(3, {}), persistent({}, "abc"), withPeers, withVote}) {
        CHECK_OK(opened().keepPersistent(kept));
        const auto loaded = opened().loadPersistent();
        CHECK_OK(loaded);
        CHECK_TRUE(kept == *loaded);
    }
}

TEST(StateFiles, TheFileIsAFixedText) {
    CHECK_OK(opened().keepPersistent(persistent(3, "abc")));
    CHECK_EQUAL("{\"cluster_id\":\"abc\",\"slot\":3,\"v\":1}\n", disk.files[kNode]);
}

TEST(StateFiles, NothingToSaveWritesNothing) {
    CHECK_OK(opened().keepPersistent({}));
    CHECK_TRUE(disk.written.empty());
}

TEST(StateFiles, ABrokenFileIsATerminalErrorAndNotANewNode) {
    for (const char* const text :
         {"", "{", "[]", "null", "{}", R"({"v":2,"slot":1})", R"({"v":"1"})", R"({"v":1,"slot":"1"})",
          R"({"v":1,"slot":0})", R"({"v":1,"slot":1000})", R"({"v":1,"slot":-1})",
          R"({"v":1,"slot":4294967297})", R"({"v":1,"cluster_id":5})", R"({"v":1,"cluster_id":""})",
          R"({"v":1,"cluster_id":null})", R"({"v":1,"vote":["n1",5]})",
          "{\"v\":1,\"cluster_id\":\"\xff\"}"}) {
        disk.files[kNode] = text;
        const auto loaded = opened().loadPersistent();
        CHECK_TRUE_TEXT(!loaded, text);
        STRCMP_CONTAINS((kNode + ": expected").c_str(), loaded.error().text().c_str());
        CHECK_TRUE(loaded.error().recovery() == hal::Recovery::terminal);
    }
}

TEST(StateFiles, AnUnreadableFileIsAnErrorToo) {
    disk.unreadable = {kNode};
    CHECK_FAILS("Permission denied", opened().loadPersistent());
}

// Peers are advice; a wrong one is no reason to refuse the node its start.
TEST(StateFiles, PeersThatAreNoneAreLeftOut) {
    for (const char* const peers : {R"({"a":"10.0.0.2:4300","b":5})", R"({"a":"10.0.0.2:4300","b":null})"}) {
        disk.files[kNode] = R"({"v":1,"slot":2,"peers":)" + std::string(peers) + "}";
        const auto loaded = opened().loadPersistent();
        CHECK_OK(loaded);
        CHECK_TRUE((agent::Peers{{"a", "10.0.0.2:4300"}}) == loaded->peers);
    }
    disk.files[kNode] = R"({"v":1,"slot":2,"peers":[1]})";
    CHECK_TRUE(opened().loadPersistent()->peers.empty());
}

// The ids are parts of keys in etcd, which anybody may have written.
TEST(StateFiles, BytesThatAreNoUtf8DoNotKeepAnythingFromBeingSaved) {
    auto kept = persistent(3, "abc");
    kept.peers = {{"\xff", "10.0.0.2:4300"}};
    CHECK_OK(opened().keepPersistent(kept));
    CHECK_OK(opened().loadPersistent());
}

TEST(StateFiles, UnknownFieldsAreLeftInPeace) {
    disk.files[kNode] = R"({"v":1,"slot":2,"colour":"green"})";
    const auto loaded = opened().loadPersistent();
    CHECK_OK(loaded);
    CHECK_TRUE(persistent(2, {}) == *loaded);
}

// ---- lease, started ----

TEST(StateFiles, TheLeaseIsHandedToTheNextProcess) {
    CHECK_OK(opened().keepLease(7587870123456789012));
    CHECK_TRUE(7587870123456789012 == opened().loadLease());
    CHECK_OK(opened().keepLease(std::nullopt));
    CHECK_TRUE(!opened().loadLease());
}

TEST(StateFiles, AFileThatHoldsNoLeaseIsNone) {
    CHECK_TRUE(!opened().loadLease());
    for (const char* const text : {"", "\n", "0\n", "x", "99999999999999999999\n", "12x\n"}) {
        disk.files[kLease] = text;
        CHECK_TRUE_TEXT(!opened().loadLease(), text);
    }
    disk.unreadable = {kLease};
    CHECK_TRUE(!opened().loadLease());
}

TEST(StateFiles, TheStartIsRememberedForTheBoot) {
    CHECK_TRUE(!opened().loadStarted());
    CHECK_OK(opened().keepStarted());
    CHECK_TRUE(opened().loadStarted());
    CHECK_EQUAL("/run/cratekeeper/started", disk.written.back());
}

// ---- rendered files ----

TEST(StateFiles, RenderedFilesLieInTheDirectoryOfTheirInstance) {
    auto files = opened();
    const auto complete = files.keepRendered(3, kFiles);
    CHECK_OK(complete);
    CHECK_TRUE(*complete);
    CHECK_EQUAL("a: 1\n", disk.files["/var/lib/cratekeeper/crate@3/config/crate.yml"]);
    CHECK_EQUAL("B=2\n", disk.files["/var/lib/cratekeeper/crate@3/environment"]);
}

TEST(StateFiles, OnlyWhatChangedIsWritten) {
    auto files = opened();
    CHECK_OK(files.keepRendered(1, kFiles));
    disk.written.clear();
    CHECK_OK(files.keepRendered(1, kFiles));
    CHECK_TRUE(disk.written.empty());
    auto changed = kFiles;
    changed[1].content = "B=3\n";
    CHECK_OK(files.keepRendered(1, changed));
    CHECK_TRUE(std::vector<std::string>{"/var/lib/cratekeeper/crate@1/environment"} == disk.written);
}

TEST(StateFiles, TheNextProcessWritesNothingThatIsThereAlready) {
    CHECK_OK(opened().keepRendered(1, kFiles));
    CHECK_OK(opened().keepPersistent(persistent(3, "abc")));
    disk.written.clear();
    auto next = opened();
    CHECK_OK(next.keepRendered(1, kFiles));
    CHECK_OK(next.keepPersistent(persistent(3, "abc")));
    CHECK_TRUE(disk.written.empty());
}

TEST(StateFiles, WithoutFilesAnEarlierSetCounts) {
    auto files = opened();
    CHECK_TRUE(!*files.keepRendered(1, {}));
    CHECK_OK(opened().keepRendered(1, kFiles));
    CHECK_TRUE(*files.keepRendered(1, {}));
    CHECK_TRUE(!*files.keepRendered(2, {}));
}

TEST(StateFiles, AFullDiskIsAnErrorAndTriedAgain) {
    auto files = opened();
    disk.writeError = {std::make_error_code(std::errc::no_space_on_device), "environment"};
    CHECK_FAILS("No space left on device", files.keepRendered(1, kFiles));
    CHECK_FAILS("No space left on device", files.keepPersistent(persistent(1, {})));
    disk.writeError.reset();
    CHECK_OK(files.keepRendered(1, kFiles));
    LONGS_EQUAL(2, disk.written.size());
}

// ---- container id ----

TEST(StateFiles, AContainerIdIs64HexadecimalDigits) {
    const std::string id(64, 'a');
    const auto files = opened();
    CHECK_TRUE(!files.containerId(1));
    for (const auto& text : {id, id + "\n", " " + id + " \nmore"}) {
        disk.files[kCid] = text;
        CHECK_TRUE(id == files.containerId(1));
    }
    CHECK_TRUE(!files.containerId(2));
}

TEST(StateFiles, AnythingElseIsNotAContainer) {
    const auto files = opened();
    for (const auto& text : {std::string(), std::string(63, 'a'), std::string(65, 'a'), std::string(64, 'A'),
                             std::string(64, 'g'), "../" + std::string(61, 'a')}) {
        disk.files[kCid] = text;
        CHECK_TRUE_TEXT(!files.containerId(1), text.c_str());
    }
    disk.unreadable = {kCid};
    CHECK_TRUE(!files.containerId(1));
}
