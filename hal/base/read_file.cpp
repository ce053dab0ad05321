// Buffers are turned off: an attribute of sysfs is read by one read(2), which is how the kernel makes it consistent.
// Sizes in /proc and /sys are not true, so the end of the file is found by reading.
#include "hal/base/read_file.hpp"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>

namespace hal {
namespace {

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};

Status readable(const std::string& path) {
    std::error_code unknown;
    const auto status = std::filesystem::status(path, unknown);
    if (std::filesystem::is_fifo(status) || std::filesystem::is_socket(status)) {
        return failure(Error::fromErrno(
            EINVAL, "cannot read " + path + ": expected a file, not a pipe or a socket", Recovery::terminal));
    }
    return {};
}

} // namespace

Result<std::optional<std::string>> readFile(const std::string& path, size_t maxBytes) {
    if (auto status = readable(path); !status) {
        return failure(status.error());
    }
    const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "re"));
    if (!file) {
        if (errno == ENOENT || errno == ENOTDIR) {
            return std::optional<std::string>();
        }
        return failure(Error::fromErrno(errno, "cannot open " + path + " (may this user read it?)"));
    }
    std::setvbuf(file.get(), nullptr, _IONBF, 0);
    std::string content;
    constexpr size_t kPart = 16384;
    for (size_t got = kPart; got == kPart;) {
        const size_t before = content.size();
        content.resize(before + kPart);
        got = std::fread(content.data() + before, 1, kPart, file.get());
        content.resize(before + got);
        if (content.size() > maxBytes) {
            return failure(Error::fromErrno(EFBIG,
                                            path + " is longer than the expected " +
                                                std::to_string(maxBytes) + " bytes: is it the right file?",
                                            Recovery::terminal));
        }
    }
    if (std::ferror(file.get()) != 0) {
        return failure(Error::fromErrno(errno, "cannot read " + path));
    }
    return std::optional(std::move(content));
}

} // namespace hal
