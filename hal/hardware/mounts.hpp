// The mount table as values: what is mounted where, from where.
// A pure function over the text of /proc/self/mountinfo.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hal {

struct Mount {
    std::string device; ///< "259:3"; Btrfs and other file systems without a device of their own have "0:<n>"
    std::string root;   ///< which directory of the file system is seen there: "/" for all of it
    std::string point;  ///< where it is seen
    std::string filesystem;
    std::string source;    ///< "/dev/nvme0n1p3", "tmpfs", ...
    bool readOnly = false; ///< the mount or the file system under it
    bool operator==(const Mount&) const = default;
};

/// In the kernel's order: a later mount lies over an earlier one. Lines that do not follow proc(5) are left out.
[[nodiscard]] std::vector<Mount> parseMountinfo(std::string_view text);

/// The mount a path lies in: the last one among those with the longest matching mount point; nullptr without any.
[[nodiscard]] const Mount* mountOf(const std::vector<Mount>& mounts, std::string_view path);

/// Whether the mount shows a part of its file system in the very place where `whole` shows it already, as a service's
/// sandbox does. Such a mount tells nobody anything.
[[nodiscard]] bool isRepetition(const Mount& part, const Mount& whole);

} // namespace hal
