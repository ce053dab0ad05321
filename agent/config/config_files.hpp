// The files that make up the configuration, in systemd's order, and the one Config they add up to.
// It owns precedence and masking. It touches the file system only through the two functions it is given.
#pragma once

#include "agent/config/config.hpp"
#include "hal/base/result.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace agent {

/// How files are found; hal/base/files in the daemon, a map in tests.
struct FileReader {
    std::function<hal::Result<std::optional<std::string>>(const std::string& path)> read;
    std::function<hal::Result<std::vector<std::string>>(const std::string& directory,
                                                        const std::string& suffix)>
        list;
};

/// The main file is the first existing one of /etc, /run and /usr/lib + /cratekeeper/agent.conf. Then come the files
/// of agent.conf.d in the three directories, sorted by name; one in /etc masks one of the same name in /run, which
/// masks one in /usr/lib. An empty file (or a link to /dev/null) masks without adding anything.
[[nodiscard]] std::vector<std::string> configPaths(const FileReader& files, const std::string& root = "");

/// Reads and parses them all. A file that exists but cannot be read is an error like any wrong line; crate.env is not
/// our file: if it cannot be read, its values are unknown.
[[nodiscard]] ConfigResult loadConfig(const FileReader& files, const std::string& root = "");

/// One file only, for `--config FILE`; it must exist. Root's crate.env applies, too.
[[nodiscard]] ConfigResult loadConfigFile(const FileReader& files, const std::string& path);

/// Whether crate.env changed since the last call; the first call returns false.
class CrateEnvironmentWatch {
public:
    explicit CrateEnvironmentWatch(FileReader files);
    [[nodiscard]] bool changed();

private:
    FileReader files_;
    CrateEnvironment last_;
};

} // namespace agent
