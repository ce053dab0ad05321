// The node's directory below path.data: its lock, its own id and the cluster it belongs to.
// Owns those three files; everything is on disk (fsync of file and directory) before a call returns, so a kill at any
// moment leaves the old or the new state. Never deletes anything.
#pragma once

#include "tests/standin/cluster_state.hpp"
#include "tests/standin/failure.hpp"

#include <filesystem>

namespace standin {

class StateStore {
public:
    // Takes the lock of <dataPath>/nodes/0; a second node on the same directory is refused as CrateDB does.
    [[nodiscard]] static Result<StateStore> open(const std::filesystem::path& dataPath);

    StateStore(StateStore&& other) noexcept;
    StateStore& operator=(StateStore&&) = delete;
    StateStore(const StateStore&) = delete;
    StateStore& operator=(const StateStore&) = delete;
    ~StateStore();

    [[nodiscard]] const std::string& nodeId() const { return nodeId_; }
    [[nodiscard]] const Durable& durable() const { return durable_; }
    [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }

    [[nodiscard]] Result<void> save(const Durable& durable);

private:
    StateStore(std::filesystem::path directory, int lock) : directory_(std::move(directory)), lock_(lock) {}

    std::filesystem::path directory_;
    int lock_;
    std::string nodeId_;
    Durable durable_;
};

// 22 characters of base64url over 16 random bytes, the form of CrateDB's own ids.
[[nodiscard]] std::string randomUuid();

} // namespace standin
