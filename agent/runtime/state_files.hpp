// The agent's files on disk: facts that outlive it, and the files the container mounts.
// It owns their paths and formats. It accesses the disk only through the functions it is given, and writes only
// changes.
#pragma once

#include "agent/database/render.hpp"
#include "agent/observed.hpp"
#include "hal/base/result.hpp"
#include "hal/etcd/etcd.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace agent {

struct FileAccess {
    std::function<hal::Result<std::optional<std::string>>(const std::string& path)> read;
    std::function<hal::Status(const std::string& path, const std::string& content)> write; ///< by rename
};

class StateFiles {
public:
    /// `stateDirectory` survives reboots (/var/lib/cratekeeper), `runtimeDirectory` does not (/run/cratekeeper).
    StateFiles(FileAccess disk, std::string stateDirectory, std::string runtimeDirectory);

    /// A missing file is an empty PersistentState; an unreadable or malformed one is a terminal error: losing the cluster
    /// id by mistake could lead to a second cluster.
    [[nodiscard]] hal::Result<PersistentState> loadPersistent();
    hal::Status keepPersistent(const PersistentState& persistent);

    [[nodiscard]] std::optional<hal::LeaseId> loadLease();
    hal::Status keepLease(std::optional<hal::LeaseId> lease);

    /// Whether keepStarted() was called in this boot, by this or a previous process.
    [[nodiscard]] bool loadStarted();
    hal::Status keepStarted();

    /// Writes the changed files. Without files, returns whether a complete earlier set exists.
    hal::Result<bool> keepRendered(unsigned slot, const std::vector<RenderedFile>& files);

    /// The id `docker run --cidfile` wrote for the instance; empty while there is none.
    [[nodiscard]] std::optional<std::string> containerId(unsigned slot) const;

private:
    hal::Status keep(const std::string& path, const std::string& content);

    FileAccess disk_;
    std::string stateDirectory_;
    std::string runtimeDirectory_;
    std::map<std::string, std::string> written_; ///< by path: the content known to be on disk
};

} // namespace agent
