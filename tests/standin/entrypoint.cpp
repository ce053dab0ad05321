// See entrypoint.hpp.
#include "tests/standin/entrypoint.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <grp.h>
#include <unistd.h>

namespace standin {

namespace {

// The image's user `crate`; a static program must not ask the name service for it.
constexpr uid_t kCrateUser = 1000;
constexpr gid_t kCrateGroup = 1000;
// What coreutils' chroot exits with when it fails itself.
constexpr int kExitChroot = 125;

std::string reason() { return std::strerror(errno); }

Result<void> giveDataAway() {
    std::error_code error;
    const auto own = [](const std::filesystem::path& path) {
        return ::lchown(path.c_str(), kCrateUser, kCrateGroup) == 0;
    };
    if (!own("/data")) {
        return fail("chown: changing ownership of '/data': " + reason());
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator("/data", error)) {
        if (!own(entry.path())) {
            return fail("chown: changing ownership of '" + entry.path().string() + "': " + reason());
        }
    }
    return {};
}

} // namespace

Result<std::vector<std::string>> enterImage(std::vector<std::string> words) {
    if (!words.empty() && words.front().starts_with('-')) {
        words.insert(words.begin(), "crate");
    }
    if (words.empty() || words.front() != "crate") {
        return fail("exec: " + (words.empty() ? "" : words.front()) +
                        ": not found (the stand-in's image has no other command than crate)",
                    127);
    }
    if (::getuid() != 0) {
        return words;
    }
    if (auto given = giveDataAway(); !given) {
        return std::unexpected(given.error());
    }
    if (::chroot("/") != 0) {
        return fail("chroot: cannot change root directory to '/': " + reason(), kExitChroot);
    }
    if (::setgroups(0, nullptr) != 0 || ::setgid(kCrateGroup) != 0 || ::setuid(kCrateUser) != 0) {
        return fail("chroot: failed to become user 1000: " + reason(), kExitChroot);
    }
    return words;
}

} // namespace standin
