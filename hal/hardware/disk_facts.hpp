// Combines what sysfs, the udev database and the mount table say about the disks.
// It reads text and links below a root directory only, so it can be tested on a copy of a tree; udev's data comes in
// through a function. It opens no device node.
#pragma once

#include "hal/base/problem.hpp"
#include "hal/hardware/disks.hpp"
#include "hal/hardware/mounts.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hal {

/// The udev database's entry of one block device.
struct UdevFacts {
    std::map<std::string, std::string> properties; ///< "ID_MODEL_ENC" and the like
    std::vector<std::string> links;                ///< "/dev/disk/by-id/..." and the like
};

/// The facts of a block device by its kernel name; nothing if udev has none.
using UdevLookup = std::function<std::optional<UdevFacts>(const std::string& name)>;

/// All other sources of the disks' facts.
struct DiskSources {
    std::string root; ///< put before "/sys"; "" is the machine itself
    UdevLookup udev;
    std::vector<Mount> mounts;
};

/// Whether the kernel's block device of this name is a disk in the sense of hal/hardware/disks.hpp.
[[nodiscard]] bool isDisk(const std::string& root, const std::string& name);

/// Reads one disk; unreadable facts become problems.
[[nodiscard]] Disk readDisk(const DiskSources& sources, const std::string& name, Problems& problems);

/// udev writes blanks and control characters of a value as "\x20".
[[nodiscard]] std::string decodeUdev(const std::string& text);

} // namespace hal
