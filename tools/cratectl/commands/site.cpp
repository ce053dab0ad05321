// Reports all errors before it writes anything: half of a cluster's configs are worse than none.
#include "tools/cratectl/commands/site.hpp"

#include "hal/base/files.hpp"
#include "hal/base/read_file.hpp"
#include "tools/cratectl/commands/command.hpp"
#include "tools/cratectl/site/ignition.hpp"

#include <cstdio>

namespace cratectl {
namespace {

void print(const char* kind, const std::vector<agent::ConfigError>& lines) {
    for (const auto& line : lines) {
        std::fprintf(stderr, "%s%s\n", kind, line.text().c_str());
    }
}

hal::Result<SiteResult> readSite(const std::string& path, Target target) {
    const auto content = hal::readFile(path);
    if (!content) {
        return hal::failure(content.error());
    }
    if (!*content) {
        return hal::failure(
            hal::Error::invalid(path + ": expected a site file, found none; see cratekeeper.site(5)"));
    }
    auto result = parseSite(path, **content);
    for (auto& error : missingFor(target, result)) {
        result.errors.push_back(std::move(error));
    }
    return result;
}

int printOne(const Site& site, const std::string& name, Target target) {
    const auto* const node = site.find(name);
    if (node == nullptr) {
        std::string known;
        for (const auto& each : site.nodes) {
            known += (known.empty() ? "" : ", ") + each.name;
        }
        return fail(hal::Error::invalid("no node " + name + " in the site file, expected one of " + known));
    }
    std::fputs(ignitionConfig(site, *node, target).c_str(), stdout);
    return std::fflush(stdout) == 0 ? kExitOk : fail(hal::Error::fromErrno(EIO, "standard output"));
}

int writeAll(const Site& site, const std::string& directory, Target target) {
    for (const auto& node : site.nodes) {
        const std::string path = directory + "/" + node.name + ".ign";
        if (const auto written = hal::writeFile(path, ignitionConfig(site, node, target)); !written) {
            return fail(written.error());
        }
        std::printf("%s\n", path.c_str());
    }
    return kExitOk;
}

} // namespace

int runSite(const SiteOptions& options) {
    const auto target = parseTarget(options.target);
    if (!target) {
        return fail(hal::Error::invalid("--target: expected cratekeeper, flatcar or fcos, found \"" +
                                        options.target + "\""));
    }
    const auto result = readSite(options.file, *target);
    if (!result) {
        return fail(result.error());
    }
    print("warning: ", result->warnings);
    print("", result->errors);
    if (!result->errors.empty()) {
        return kExitFailed;
    }
    if (!options.directory.empty()) {
        return writeAll(result->site, options.directory, *target);
    }
    if (!options.node.empty()) {
        return printOne(result->site, options.node, *target);
    }
    std::fprintf(stderr, "%s: %zu nodes, no errors\n", options.file.c_str(), result->site.nodes.size());
    return kExitOk;
}

} // namespace cratectl
