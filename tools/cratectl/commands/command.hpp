// Shared by all verbs of cratectl: where to ask, how to print, and one loop that runs until the answer arrives.
// It owns no rule of the agent; documents come unchanged from the agent and from etcd.
#pragma once

#include "agent/cluster/registry.hpp"
#include "agent/config/config.hpp"
#include "hal/base/event_loop.hpp"
#include "hal/base/result.hpp"
#include "hal/http/http_client.hpp"

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace cratectl {

/// Exit statuses, also in cratectl(1).
constexpr int kExitOk = 0;
constexpr int kExitFailed = 1; ///< no answer, or an invalid one
constexpr int kExitRefused =
    4; ///< `forget`: the machine is alive or unknown, or the user did not confirm; nothing changed
constexpr int kExitNotReady =
    3; ///< `status`: the node answered that it is not ready (like systemctl's "inactive")

struct Options {
    bool json = false;
    std::vector<std::string> endpoints; ///< if empty, those of the configuration
    std::string configFile;             ///< if empty, the system's
};

/// A loop and a client for the few milliseconds of a verb.
class Client {
public:
    [[nodiscard]] static hal::Result<std::unique_ptr<Client>> make();

    /// GET from the local agent: over `socket` when it is a path, else over TCP at "host:port".
    [[nodiscard]] hal::Result<hal::HttpResponse> get(const std::string& socketOrAddress,
                                                     const std::string& path);

    /// Runs a request and waits for its end.
    [[nodiscard]] hal::Result<hal::HttpResponse> send(hal::HttpRequest request);

    /// All of etcd's content about the cluster.
    [[nodiscard]] hal::Result<agent::Registry> registry(const agent::Config& config);

    /// One transaction with etcd.
    [[nodiscard]] hal::Result<hal::TransactionReply> transact(const agent::Config& config,
                                                              hal::Transaction transaction);

private:
    std::unique_ptr<hal::EventLoop> loop_;
    std::unique_ptr<hal::HttpClient> http_;
};

/// The configuration; `--endpoint` overrides the files. All its errors are combined into one.
[[nodiscard]] hal::Result<agent::Config> readConfig(const Options& options);

/// The first step of most verbs: the configuration, and a client.
struct Asking {
    agent::Config config;
    std::unique_ptr<Client> client;
};
[[nodiscard]] hal::Result<Asking> beginAsking(const Options& options);

/// Prints "cratectl: ERROR" to standard error and returns kExitFailed.
int fail(const hal::Error& error);

/// Rows with aligned columns, two blanks apart; the first row is the header.
void printTable(std::vector<std::vector<std::string>> rows);

/// A member of a document as text; "-" if it is missing or null. The path is a JSON pointer: "/unit/active".
[[nodiscard]] std::string field(const nlohmann::ordered_json& document, const std::string& pointer);

} // namespace cratectl
