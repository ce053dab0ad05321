// The synchronous shell around an asynchronous client: start, run the loop, stop it from the callback.
#include "tools/cratectl/commands/command.hpp"

#include "agent/config/config_files.hpp"
#include "agent/config/etcd_options.hpp"
#include "hal/base/files.hpp"
#include "hal/base/read_file.hpp"
#include "hal/base/text.hpp"
#include "hal/etcd/etcd.hpp"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

namespace cratectl {
namespace {

constexpr hal::Duration kLocalDeadline = std::chrono::seconds(2);
constexpr size_t kMaxFieldBytes = 4096; // far longer than any honest value

hal::Error joined(const std::vector<agent::ConfigError>& errors) {
    std::string text = "the configuration has errors:";
    for (const auto& error : errors) {
        text += "\n  " + error.text();
    }
    return hal::Error::invalid(text);
}

} // namespace

hal::Result<std::unique_ptr<Client>> Client::make() {
    auto client = std::make_unique<Client>();
    auto loop = hal::makeEventLoop();
    if (!loop) {
        return hal::failure(loop.error());
    }
    client->loop_ = std::move(*loop);
    auto http = hal::makeHttpClient(*client->loop_);
    if (!http) {
        return hal::failure(http.error());
    }
    client->http_ = std::move(*http);
    return client;
}

hal::Result<hal::HttpResponse> Client::send(hal::HttpRequest request) {
    std::optional<hal::Result<hal::HttpResponse>> answer;
    const auto call = http_->send(std::move(request), [&answer](hal::Result<hal::HttpResponse> response) {
        answer = std::move(response);
    });
    while (!answer && loop_->turn()) {}
    if (!answer) {
        return hal::failure(hal::Error::fromErrno(ECANCELED, "the request was interrupted"));
    }
    return *answer;
}

hal::Result<hal::HttpResponse> Client::get(const std::string& socketOrAddress, const std::string& path) {
    hal::HttpRequest request;
    request.deadline = kLocalDeadline;
    if (socketOrAddress.starts_with('/')) {
        request.url = "http://localhost" + path;
        request.unixSocket = socketOrAddress;
    } else {
        request.url = "http://" + socketOrAddress + path;
    }
    return send(std::move(request));
}

hal::Result<hal::TransactionReply> Client::transact(const agent::Config& config,
                                                    hal::Transaction transaction) {
    auto options =
        agent::etcdOptions(config.etcd, [](const std::string& path) { return hal::readFile(path); });
    if (!options) {
        return hal::failure(options.error());
    }
    auto etcd = hal::makeEtcd(*loop_, *http_, std::move(*options));
    if (!etcd) {
        return hal::failure(etcd.error());
    }
    std::optional<hal::Result<hal::TransactionReply>> answer;
    (*etcd)->transact(std::move(transaction),
                      [&answer](hal::Result<hal::TransactionReply> reply) { answer = std::move(reply); });
    while (!answer && loop_->turn()) {}
    if (!answer || !*answer) {
        const auto error = answer ? answer->error() : hal::Error::invalid("etcd gave no usable answer");
        return hal::failure(error.withContext("etcd"));
    }
    return *answer;
}

hal::Result<agent::Registry> Client::registry(const agent::Config& config) {
    const agent::Keys keys(config.clusterName);
    const auto reading = agent::registryReading(keys);
    auto reply = transact(config, reading);
    if (!reply) {
        return hal::failure(reply.error());
    }
    if (reply->ranges.size() != reading.then.size()) {
        return hal::failure(hal::Error::invalid("etcd gave no usable answer"));
    }
    return agent::readRegistry(keys, std::move(*reply));
}

hal::Result<agent::Config> readConfig(const Options& options) {
    const agent::FileReader files{
        .read = [](const std::string& path) { return hal::readFile(path); },
        .list = [](const std::string& directory,
                   const std::string& suffix) { return hal::listDirectory(directory, suffix); }};
    auto loaded = options.configFile.empty() ? agent::loadConfig(files)
                                             : agent::loadConfigFile(files, options.configFile);
    if (!loaded.errors.empty()) {
        return hal::failure(joined(loaded.errors));
    }
    if (!options.endpoints.empty()) {
        std::string endpoints;
        for (const auto& endpoint : options.endpoints) {
            endpoints += endpoint + " ";
        }
        agent::IniText text;
        text.entries.push_back(
            {{"--endpoint", 0}, "Etcd", "Endpoints", std::string(hal::trimmed(endpoints))});
        const auto checked = agent::parseConfig({text});
        if (!checked.errors.empty()) {
            return hal::failure(joined(checked.errors));
        }
        loaded.config.etcd.endpoints = checked.config.etcd.endpoints;
    }
    return loaded.config;
}

hal::Result<Asking> beginAsking(const Options& options) {
    auto config = readConfig(options);
    if (!config) {
        return hal::failure(config.error());
    }
    auto client = Client::make();
    if (!client) {
        return hal::failure(client.error());
    }
    return Asking{.config = std::move(*config), .client = std::move(*client)};
}

int fail(const hal::Error& error) {
    // Errors of the configuration have a line each.
    const std::string lines = error.text();
    std::string text;
    for (std::string_view rest = lines; !rest.empty();) {
        text += (text.empty() ? "" : "\n") + hal::oneLine(hal::takeLine(rest), kMaxFieldBytes);
    }
    std::fprintf(stderr, "cratectl: %s\n", text.c_str());
    return kExitFailed;
}

void printTable(std::vector<std::vector<std::string>> rows) {
    std::vector<size_t> widths;
    for (auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (size_t column = 0; column < row.size(); ++column) {
            row[column] = hal::oneLine(row[column], kMaxFieldBytes);
            widths[column] = std::max(widths[column], row[column].size());
        }
    }
    for (const auto& row : rows) {
        std::string line;
        for (size_t column = 0; column < row.size(); ++column) {
            const bool last = column + 1 == row.size();
            line += row[column] + (last ? "" : std::string(widths[column] - row[column].size() + 2, ' '));
        }
        std::printf("%s\n", line.c_str());
    }
}

std::string field(const nlohmann::ordered_json& document, const std::string& pointer) {
    const nlohmann::ordered_json::json_pointer place(pointer);
    if (!document.contains(place) || document[place].is_null()) {
        return "-";
    }
    const auto& value = document[place];
    return hal::oneLine(value.is_string() ? value.get<std::string>() : value.dump(), kMaxFieldBytes);
}

} // namespace cratectl
