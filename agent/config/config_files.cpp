// The order of systemd.unit(5): /etc before /run before /usr/lib, drop-ins after the main file.
#include "agent/config/config_files.hpp"

#include <array>
#include <map>
#include <utility>

namespace agent {
namespace {

constexpr std::array kPlaces{"/etc/cratekeeper/", "/run/cratekeeper/", "/usr/lib/cratekeeper/"};

IniText readText(const FileReader& files, const std::string& path, bool mustExist) {
    const auto content = files.read(path);
    if (!content) {
        return {{}, {{{path, 0}, "", "expected a readable file: " + content.error().text()}}};
    }
    if (!content->has_value()) {
        if (mustExist) {
            return {{}, {{{path, 0}, "", "expected a file, found none"}}};
        }
        return {};
    }
    return parseIni(path, **content);
}

CrateEnvironment readCrateEnvironment(const FileReader& files, const std::string& root) {
    const auto content = files.read(root + kCrateEnvironmentPath);
    if (!content) {
        return unreadableCrateEnvironment();
    }
    return content->has_value() ? parseCrateEnvironment(**content) : CrateEnvironment{};
}

} // namespace

std::vector<std::string> configPaths(const FileReader& files, const std::string& root) {
    std::vector<std::string> paths;
    for (const auto* const place : kPlaces) {
        const std::string path = root + place + "agent.conf";
        if (const auto content = files.read(path); !content || content->has_value()) {
            paths.push_back(path);
            break;
        }
    }
    std::map<std::string, std::string> dropIns;
    for (const auto* const place : kPlaces) {
        const std::string directory = root + place + "agent.conf.d";
        const auto names = files.list(directory, ".conf");
        if (!names) {
            paths.push_back(
                directory); // reading it fails with the reason, so that nothing is skipped silently
            continue;
        }
        for (const auto& name : *names) {
            dropIns.emplace(name, directory + "/" + name); // the first directory that has a name wins
        }
    }
    for (const auto& [name, path] : dropIns) {
        paths.push_back(path);
    }
    return paths;
}

ConfigResult loadConfig(const FileReader& files, const std::string& root) {
    std::vector<IniText> texts;
    for (const auto& path : configPaths(files, root)) {
        texts.push_back(readText(files, path, false));
    }
    return parseConfig(texts, readCrateEnvironment(files, root));
}

ConfigResult loadConfigFile(const FileReader& files, const std::string& path) {
    return parseConfig({readText(files, path, true)}, readCrateEnvironment(files, ""));
}

CrateEnvironmentWatch::CrateEnvironmentWatch(FileReader files)
    : files_(std::move(files)), last_(readCrateEnvironment(files_, "")) {}

bool CrateEnvironmentWatch::changed() {
    const auto before = std::exchange(last_, readCrateEnvironment(files_, ""));
    return before != last_;
}

} // namespace agent
