// What sysfs, the udev database and the mount table say about the disks, put together.
// It reads text and links below a root directory only, so it can be tested on a copy of a tree; what udev knows comes
// in through a function. It opens no device node.
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

/// What udev's database knows about one block device.
struct UdevFacts {
    std::map<std::string, std::string> properties; ///< "ID_MODEL_ENC" and the like
    std::vector<std::string> links;                ///< "/dev/disk/by-id/..." and the like
};

/// The facts for a block device by its kernel name; nothing where udev knows none.
using UdevLookup = std::function<std::optional<UdevFacts>(const std::string& name)>;

/// Everything else the disks are read from.
struct DiskSources {
    std::string root; ///< put before "/sys"; "" is the machine itself
    UdevLookup udev;
    std::vector<Mount> mounts;
};

/// Whether the kernel's block device of this name is a disk in the sense of hal/hardware/disks.hpp.
[[nodiscard]] bool isDisk(const std::string& root, const std::string& name);

/// Reads one disk; what cannot be read becomes problems.
[[nodiscard]] Disk readDisk(const DiskSources& sources, const std::string& name, Problems& problems);

/// udev writes blanks and control characters of a value as "\x20".
[[nodiscard]] std::string decodeUdev(const std::string& text);

} // namespace hal
