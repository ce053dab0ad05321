// proc(5): "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue"; blanks in names are octal
// escapes.
#include "hal/hardware/mounts.hpp"

#include <optional>

namespace hal {
namespace {

/// Cuts the first word off the text.
std::string_view nextWord(std::string_view& text) {
    const size_t end = text.find(' ');
    const std::string_view word = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    return word;
}

bool isOctal(char character) { return character >= '0' && character <= '7'; }

/// Decodes escapes like "\040"; anything else after a backslash is kept.
std::string unescaped(std::string_view text) {
    constexpr size_t kDigits = 3;
    std::string result;
    for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && text.size() - i > kDigits && text[i + 1] <= '3' && isOctal(text[i + 1]) &&
            isOctal(text[i + 2]) && isOctal(text[i + 3])) {
            const int code = (text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0');
            result += static_cast<char>(code);
            i += kDigits;
        } else {
            result += text[i];
        }
    }
    return result;
}

bool hasOption(std::string_view options, std::string_view wanted) {
    while (!options.empty()) {
        const size_t end = options.find(',');
        if (options.substr(0, end) == wanted) {
            return true;
        }
        options = end == std::string_view::npos ? std::string_view{} : options.substr(end + 1);
    }
    return false;
}

std::optional<Mount> parseLine(std::string_view line) {
    nextWord(line); // mount id
    nextWord(line); // parent id
    Mount mount;
    mount.device = std::string(nextWord(line));
    mount.root = unescaped(nextWord(line));
    mount.point = unescaped(nextWord(line));
    mount.readOnly = hasOption(nextWord(line), "ro");
    // Any number of optional fields, ended by a lone dash.
    std::string_view word = nextWord(line);
    while (word != "-" && !line.empty()) {
        word = nextWord(line);
    }
    mount.filesystem = unescaped(nextWord(line));
    mount.source = unescaped(nextWord(line));
    mount.readOnly = mount.readOnly || hasOption(line, "ro");
    if (word != "-" || mount.device.find(':') == std::string::npos || mount.filesystem.empty() ||
        !mount.point.starts_with('/')) {
        return std::nullopt;
    }
    return mount;
}

/// Whether `path` is `directory` or below it.
bool isBelow(std::string_view path, std::string_view directory) {
    if (directory == "/") {
        return path.starts_with('/');
    }
    return path.starts_with(directory) && (path.size() == directory.size() || path[directory.size()] == '/');
}

/// The rest of a path below a directory, without the slash between them.
std::string_view below(std::string_view path, std::string_view directory) {
    path.remove_prefix(directory == "/" ? 0 : directory.size());
    return path.starts_with('/') ? path.substr(1) : path;
}

} // namespace

std::vector<Mount> parseMountinfo(std::string_view text) {
    std::vector<Mount> mounts;
    while (!text.empty()) {
        const size_t end = text.find('\n');
        if (auto mount = parseLine(text.substr(0, end))) {
            mounts.push_back(std::move(*mount));
        }
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    }
    return mounts;
}

const Mount* mountOf(const std::vector<Mount>& mounts, std::string_view path) {
    const Mount* best = nullptr;
    for (const Mount& mount : mounts) {
        if (isBelow(path, mount.point) && (best == nullptr || mount.point.size() >= best->point.size())) {
            best = &mount;
        }
    }
    return best;
}

bool isRepetition(const Mount& part, const Mount& whole) {
    return part.device == whole.device && part.point != whole.point && isBelow(part.point, whole.point) &&
           isBelow(part.root, whole.root) && below(part.point, whole.point) == below(part.root, whole.root);
}

} // namespace hal
