// cratectl: the operator's tool. One file per verb; this one only defines them and their options.
#include "agent/version.hpp"
#include "tools/cratectl/commands/forget.hpp"
#include "tools/cratectl/commands/list.hpp"
#include "tools/cratectl/commands/probe.hpp"
#include "tools/cratectl/commands/pull_image.hpp"
#include "tools/cratectl/commands/site.hpp"
#include "tools/cratectl/commands/status.hpp"

#include <CLI/CLI.hpp>
#include <functional>

namespace {

void addProbe(CLI::App& app, cratectl::ProbeOptions& probe, const cratectl::Options& options,
              std::function<int()>& verb) {
    auto* const probing =
        app.add_subcommand("probe", "show the hardware and the data volume of this machine");
    probing->add_option("--data-directory", probe.dataDirectory, "inspect the volume of this directory")
        ->capture_default_str();
    probing->add_option("--interface", probe.interface, "announce this interface's address");
    probing->add_flag("--watch", probe.watch, "print again whenever something changes, until interrupted");
    probing->callback([&probe, &options, &verb] {
        verb = [&probe, &options] {
            probe.json = options.json;
            return cratectl::runProbe(probe);
        };
    });
}

void addForget(CLI::App& app, cratectl::ForgetOptions& forget, const cratectl::Options& options,
               std::function<int()>& verb) {
    auto* const forgetting =
        app.add_subcommand("forget", "remove a dead machine from the cluster permanently");
    forgetting->add_option("node", forget.node, "its name, its unit (crate@3) or its machine-id")->required();
    forgetting->add_flag("--undo", forget.undo, "let a forgotten machine rejoin");
    forgetting->add_flag("--yes", forget.yes, "do not ask for confirmation");
    forgetting->callback([&forget, &options, &verb] {
        verb = [&forget, &options] { return cratectl::forgetNode(options, forget); };
    });
}

void addSite(CLI::App& app, cratectl::SiteOptions& site, std::function<int()>& verb) {
    auto* const making =
        app.add_subcommand("site", "generate the first-boot config of a node from a site file");
    making->add_option("file", site.file, "the site file, see cratekeeper.site(5)")->required();
    auto* const output = making->add_option_group("output")->require_option(1);
    output->add_option("--node", site.node, "print this node's Ignition config");
    output->add_option("--all", site.directory, "write every node's config into this directory, as NAME.ign");
    output->add_flag("--check", site.check, "only report errors and warnings");
    making->add_option("--target", site.target, "operating system on the disk: cratekeeper, flatcar or fcos")
        ->capture_default_str();
    making->callback([&site, &verb] { verb = [&site] { return cratectl::runSite(site); }; });
}

} // namespace

int main(int argc, char** argv) {
    cratectl::Options options;
    cratectl::ProbeOptions probe;
    std::string statusAddress;
    std::string image;
    cratectl::SiteOptions site;
    cratectl::ForgetOptions forget;
    std::function<int()> verb;

    CLI::App app{"Inspects a CrateDB node and its cluster, and removes dead machines from it."};
    app.set_version_flag("--version", agent::kVersion);
    app.require_subcommand(1);
    app.fallthrough();
    app.add_flag("--json", options.json, "print JSON instead of a table");
    app.add_option("--endpoint", options.endpoints, "etcd's address, http://HOST:2379; may be repeated")
        ->envname("CRATECTL_ENDPOINT")
        ->delimiter(',');
    app.add_option("--config", options.configFile, "read this file instead of agent.conf and its drop-ins");

    auto* const status =
        app.add_subcommand("status", "show what this node is doing and why it is or is not ready");
    status->add_option("address", statusAddress, "ask another node: HOST:4480");
    status->callback([&] { verb = [&] { return cratectl::showStatus(options, statusAddress); }; });

    app.add_subcommand("list-machines", "list the live nodes")->callback([&] {
        verb = [&] { return cratectl::listMachines(options); };
    });
    app.add_subcommand("list-units", "list the crate units of all nodes")->callback([&] {
        verb = [&] { return cratectl::listUnits(options); };
    });

    addForget(app, forget, options, verb);
    addProbe(app, probe, options, verb);

    auto* const pulling = app.add_subcommand("pull-image", "pull a container image and report progress");
    pulling->add_option("image", image, "docker.io/library/crate:6.4.5")->required();
    pulling->callback([&] { verb = [&] { return cratectl::pullImage(image); }; });

    addSite(app, site, verb);

    CLI11_PARSE(app, argc, argv);
    return verb();
}
