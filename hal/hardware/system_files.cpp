// Attributes by hal/base/read_file, links and directories by <filesystem>.
#include "hal/hardware/system_files.hpp"

#include "hal/base/read_file.hpp"
#include "hal/base/text.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>

namespace hal {
Result<std::string> readText(const std::string& path, size_t maxBytes) {
    auto content = readFile(path, maxBytes);
    if (!content) {
        return failure(content.error());
    }
    if (!*content) {
        return failure(Error::fromErrno(ENOENT, "cannot read " + path));
    }
    return std::string(trimmed(**content));
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
    return text ? parseNumber<uint64_t>(*text) : std::nullopt;
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
