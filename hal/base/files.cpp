// Files on plain POSIX calls. A replacement is temporary file, fsync, rename, fsync of the directory: after a
// power cut the old or the new file exists. The temporary name is fixed (".NAME.new"), so that a crash in
// between leaves at most one stray file, which the next write removes.
#include "hal/base/files.hpp"

#include "hal/base/handles.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

namespace hal {
namespace {

using DirectoryHandle = std::unique_ptr<DIR, Release<closedir>>;

/// The directory part of a path; "." for a bare name, "/" for a name in the root directory.
std::string parentOf(const std::string& path) {
    const auto slash = path.find_last_of('/');
    if (slash == std::string::npos) {
        return ".";
    }
    return slash == 0 ? "/" : path.substr(0, slash);
}

std::string temporaryName(const std::string& path) {
    const auto slash = path.find_last_of('/');
    const auto nameStart = slash == std::string::npos ? 0 : slash + 1;
    return path.substr(0, nameStart) + "." + path.substr(nameStart) + ".new";
}

/// mkdir -p with mode 0755. The walk is a loop over the slashes, because paths are short and recursion hides
/// errors.
Status makeDirectories(const std::string& path) {
    for (size_t end = path.find('/', 1); true; end = path.find('/', end + 1)) {
        const std::string part = path.substr(0, end);
        if (::mkdir(part.c_str(), 0755) < 0 && errno != EEXIST) {
            // A parent that we may not write to can still exist: mkdir then fails with EROFS or EACCES.
            const int reason = errno;
            struct stat info{};
            if (::stat(part.c_str(), &info) < 0 || !S_ISDIR(info.st_mode)) {
                return failure(Error::fromErrno(reason, "cannot create the directory " + part +
                                                            " (create it, or correct its permissions)"));
            }
        }
        if (end == std::string::npos) {
            return {};
        }
    }
}

Status writeAll(int fd, const std::string& content, const std::string& path) {
    size_t written = 0;
    while (written < content.size()) {
        const ssize_t count = ::write(fd, content.data() + written, content.size() - written);
        if (count < 0) {
            if (errno == EINTR) {
                continue;
            }
            return failure(
                Error::fromErrno(errno, "cannot write " + path + " (check free space and read-only state)"));
        }
        written += static_cast<size_t>(count);
    }
    return {};
}

Status writeTemporary(const std::string& temporary, const std::string& content, unsigned mode) {
    ::unlink(temporary.c_str());
    const FileDescriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file) {
        return failure(
            Error::fromErrno(errno, "cannot create " + temporary + " (may this user write there?)"));
    }
    if (auto written = writeAll(file.get(), content, temporary); !written) {
        return written;
    }
    // fchmod, not the mode of open(): the umask must not decide who can read the file.
    if (::fchmod(file.get(), static_cast<mode_t>(mode)) < 0 || ::fsync(file.get()) < 0) {
        return failure(Error::fromErrno(errno, "cannot make " + temporary + " durable (check the disk)"));
    }
    return {};
}

} // namespace

Status writeFile(const std::string& path, const std::string& content, unsigned mode) {
    const std::string parent = parentOf(path);
    if (auto made = makeDirectories(parent); !made) {
        return made;
    }
    const std::string temporary = temporaryName(path);
    if (auto written = writeTemporary(temporary, content, mode); !written) {
        ::unlink(temporary.c_str());
        return written;
    }
    if (::rename(temporary.c_str(), path.c_str()) < 0) {
        const int reason = errno;
        ::unlink(temporary.c_str());
        return failure(Error::fromErrno(reason, "cannot replace " + path + " (is it a directory?)"));
    }
    const FileDescriptor directory(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory || ::fsync(directory.get()) < 0) {
        return failure(Error::fromErrno(errno, "cannot make the new " + path + " durable (check the disk)"));
    }
    return {};
}

Result<std::vector<std::string>> listDirectory(const std::string& path, const std::string& suffix) {
    std::vector<std::string> names;
    const DirectoryHandle directory(::opendir(path.c_str()));
    if (!directory) {
        if (errno == ENOENT || errno == ENOTDIR) {
            return names;
        }
        return failure(Error::fromErrno(errno, "cannot list " + path + " (may this user read it?)"));
    }
    errno = 0;
    while (const dirent* entry = ::readdir(directory.get())) {
        const std::string name(static_cast<const char*>(entry->d_name));
        struct stat info{};
        // fstatat and not d_type: a symbolic link to a file counts, and one to /dev/null, which masks a
        // drop-in.
        if (name.ends_with(suffix) && ::fstatat(::dirfd(directory.get()), name.c_str(), &info, 0) == 0 &&
            (S_ISREG(info.st_mode) || S_ISCHR(info.st_mode))) {
            names.push_back(name);
        }
        errno = 0;
    }
    if (errno != 0) {
        return failure(Error::fromErrno(errno, "cannot list " + path));
    }
    std::sort(names.begin(), names.end());
    return names;
}

Result<bool> hasEntries(const std::string& path) {
    const DirectoryHandle directory(::opendir(path.c_str()));
    if (!directory) {
        if (errno == ENOENT || errno == ENOTDIR) {
            return false;
        }
        return failure(Error::fromErrno(errno, "cannot inspect " + path, Recovery::terminal));
    }
    while (const dirent* entry = ::readdir(directory.get())) {
        const std::string name(static_cast<const char*>(entry->d_name));
        if (name != "." && name != "..") {
            return true;
        }
    }
    return false;
}

} // namespace hal
