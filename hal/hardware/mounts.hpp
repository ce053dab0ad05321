// The mount table as values: what is mounted where, from where.
// A pure function over the text of /proc/self/mountinfo.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hal {

struct Mount {
    std::string device; ///< "259:3"; Btrfs and other file systems without a device of their own have "0:<n>"
    std::string root;   ///< the mounted directory of the file system: "/" for all of it
    std::string point;  ///< the mount point
    std::string filesystem;
    std::string source;    ///< "/dev/nvme0n1p3", "tmpfs", ...
    bool readOnly = false; ///< the mount or the file system under it
    bool operator==(const Mount&) const = default;
};

/// In the kernel's order: a later mount covers an earlier one. Lines that do not follow proc(5) are skipped.
[[nodiscard]] std::vector<Mount> parseMountinfo(std::string_view text);

/// The mount that contains a path: the last of those with the longest matching mount point; nullptr if there is none.
[[nodiscard]] const Mount* mountOf(const std::vector<Mount>& mounts, std::string_view path);

/// Whether the mount shows a part of its file system in the same place where `whole` already shows it, as a service's
/// sandbox does. Such a mount carries no information.
[[nodiscard]] bool isRepetition(const Mount& part, const Mount& whole);

} // namespace hal
