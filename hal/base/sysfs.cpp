// Reading sysfs with <cstdio> and <filesystem>. Buffers are turned off: an attribute is read by one read(2), which is
// how the kernel makes it consistent.
#include "hal/base/sysfs.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <memory>

namespace hal {
namespace {

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};

} // namespace

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlank = " \t\r\n\v\f";
    const size_t first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::optional<uint64_t> parseNumber(std::string_view text) {
    uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return number;
}

Result<std::string> readText(const std::string& path, size_t maxBytes) {
    const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "re"));
    if (!file) {
        return failure(Error::fromErrno(errno, "cannot read " + path));
    }
    std::setvbuf(file.get(), nullptr, _IONBF, 0);
    std::string text;
    constexpr size_t kPart = 16384;
    while (text.size() < maxBytes) {
        const size_t before = text.size();
        const size_t wanted = std::min(kPart, maxBytes - before);
        text.resize(before + wanted);
        const size_t got = std::fread(text.data() + before, 1, wanted, file.get());
        text.resize(before + got);
        if (got < wanted) {
            break;
        }
    }
    if (std::ferror(file.get()) != 0) {
        return failure(Error::fromErrno(errno, "cannot read " + path));
    }
    return std::string(trimmed(text));
}

std::optional<std::string> readAttribute(const std::string& path) {
    auto text = readText(path);
    if (!text || text->empty()) {
        return std::nullopt;
    }
    return std::move(*text);
}

std::optional<uint64_t> readNumber(const std::string& path) {
    const auto text = readAttribute(path);
    return text ? parseNumber(*text) : std::nullopt;
}

std::optional<bool> readFlag(const std::string& path) {
    const auto number = readNumber(path);
    return number && *number <= 1 ? std::optional(*number == 1) : std::nullopt;
}

std::optional<std::string> linkName(const std::string& path) {
    std::error_code error;
    const auto target = std::filesystem::read_symlink(path, error);
    if (error || target.filename().empty()) {
        return std::nullopt;
    }
    return target.filename().string();
}

std::optional<std::string> realPath(const std::string& path) {
    std::error_code error;
    const auto target = std::filesystem::canonical(path, error);
    return error ? std::nullopt : std::optional(target.string());
}

std::vector<std::string> directoryNames(const std::string& path) {
    std::vector<std::string> names;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end;
         entry.increment(error)) {
        names.push_back(entry->path().filename().string());
    }
    std::ranges::sort(names);
    return names;
}

} // namespace hal
