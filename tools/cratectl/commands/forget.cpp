// Queries the database on 127.0.0.1 only: it trusts no other address without a password.
#include "tools/cratectl/commands/forget.hpp"

#include "agent/health/pages.hpp"
#include "hal/base/terminal.hpp"
#include "hal/crate/crate_wire.hpp"
#include "hal/hardware/host.hpp"
#include "tools/cratectl/cluster/forget.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>

namespace cratectl {
namespace {

using Names = std::vector<std::string>;

/// The names of the nodes that the database of this machine lists.
hal::Result<Names> databaseNodes(Client& client, const agent::Config& config) {
    hal::HttpRequest request;
    request.method = "POST";
    request.url = "http://127.0.0.1:" + std::to_string(config.crate.httpPort) + "/_sql";
    request.headers = {"Content-Type: application/json"};
    request.body = hal::nodesQuestion();
    request.deadline = std::chrono::seconds(2);
    const auto response = client.send(std::move(request));
    return response ? hal::nodesAnswer(*response) : hal::failure(response.error());
}

std::string whoAsks() {
    const char* const sudo = std::getenv("SUDO_USER");
    const char* const user = sudo != nullptr ? sudo : std::getenv("USER");
    const auto host = hal::readHost(hal::thisMachine()).value.hostname;
    return std::string(user != nullptr ? user : "unknown user") + "@" + host.value_or("unknown machine");
}

std::string now() {
    return agent::isoTime(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
}

/// Whether the user confirms. An error if standard input is not a terminal.
hal::Result<bool> confirmed(const agent::Forgotten& machine, const ForgetOptions& forget) {
    if (forget.yes) {
        return true;
    }
    if (!hal::inputIsTerminal()) {
        return hal::failure(hal::Error::invalid("stdin is not a terminal; pass --yes to confirm"));
    }
    std::fprintf(stderr,
                 forget.undo ? "Let %s rejoin? [y/N] "
                             : "Forget %s permanently? This frees its slot and its name. [y/N] ",
                 described(machine).c_str());
    std::array<char, 8> answer{};
    const bool said = std::fgets(answer.data(), static_cast<int>(answer.size()), stdin) != nullptr;
    return said && (answer[0] == 'y' || answer[0] == 'Y');
}

int print(const Options& options, const Forgetting& forgetting, const ForgetOptions& forget,
          const std::optional<std::string>& unchecked) {
    const auto& machine = forgetting.machine;
    if (options.json) {
        nlohmann::ordered_json json{{"id", machine.nodeId},
                                    {"name", nullptr},
                                    {"slot", nullptr},
                                    {"forgotten", !forget.undo},
                                    {"changed", !forgetting.done},
                                    {"database_asked", !forget.undo && !unchecked}};
        if (!machine.name.empty()) {
            json["name"] = machine.name;
        }
        if (machine.slot) {
            json["slot"] = *machine.slot;
        }
        std::printf("%s\n", json.dump(2, ' ', true).c_str());
        return kExitOk;
    }
    const std::string name = described(machine);
    if (forgetting.done) {
        std::printf("%s was already forgotten by %s at %s.\n", name.c_str(), machine.by.c_str(),
                    machine.at.c_str());
    } else if (forget.undo) {
        std::printf("%s may rejoin. It claims a slot when its agent runs.\n", name.c_str());
    } else {
        std::printf("%s is forgotten. It cannot rejoin until you run `cratectl forget --undo %s`.\n",
                    name.c_str(), machine.nodeId.c_str());
    }
    return kExitOk;
}

/// The verdict of etcd and the database; `unchecked` says why the database did not answer.
hal::Result<Forgetting> decided(Client& client, const agent::Config& config, const agent::Registry& registry,
                                const ForgetOptions& forget, std::optional<std::string>& unchecked) {
    const agent::Keys keys(config.clusterName);
    if (forget.undo) {
        return unforget(keys, registry, forget.node);
    }
    ForgetRequest request{.node = forget.node, .by = whoAsks(), .at = now(), .databaseNodes = {}};
    if (auto nodes = databaseNodes(client, config)) {
        request.databaseNodes = std::move(*nodes);
    } else {
        unchecked = nodes.error().message();
    }
    return cratectl::forget(keys, registry, request);
}

/// Asks the user and writes. The exit status is other than kExitOk only if nothing changed.
int carriedOut(Client& client, const agent::Config& config, const Forgetting& forgetting,
               const ForgetOptions& forget) {
    const auto yes = confirmed(forgetting.machine, forget);
    if (!yes) {
        fail(yes.error());
        return kExitRefused;
    }
    if (!*yes) {
        std::fprintf(stderr, "cratectl: nothing was changed\n");
        return kExitRefused;
    }
    const auto reply = client.transact(config, forgetting.transaction);
    if (!reply) {
        return fail(reply.error());
    }
    if (!reply->succeeded) {
        fail(hal::Error::invalid(described(forgetting.machine) +
                                 " changed in the meantime: it announced itself, or its key was written; "
                                 "nothing was changed; check `cratectl list-machines` and try again"));
        return kExitRefused;
    }
    return kExitOk;
}

} // namespace

int forgetNode(const Options& options, const ForgetOptions& forget) {
    const auto asking = beginAsking(options);
    if (!asking) {
        return fail(asking.error());
    }
    const auto& [config, client] = *asking;
    const auto registry = client->registry(config);
    if (!registry) {
        return fail(registry.error());
    }
    std::optional<std::string> unchecked;
    const auto forgetting = decided(*client, config, *registry, forget, unchecked);
    if (!forgetting) {
        fail(forgetting.error());
        return kExitRefused;
    }
    if (unchecked && !forgetting->done) {
        std::fprintf(stderr,
                     "cratectl: only its announcement in etcd was checked: the database of this machine does "
                     "not answer (%s); run this on a node to check sys.nodes, too\n",
                     unchecked->c_str());
    }
    if (!forgetting->done) {
        if (const int status = carriedOut(*client, config, *forgetting, forget); status != kExitOk) {
            return status;
        }
    }
    return print(options, *forgetting, forget, unchecked);
}

} // namespace cratectl
