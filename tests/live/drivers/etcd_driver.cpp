// Lets pytest drive hal/etcd/etcd and hal/http/http_client against a real etcd: one JSON command a line on stdin, one JSON
// result a line on stdout, in the order in which the calls finish. It judges nothing and ends when stdin does.
#include "hal/etcd/etcd.hpp"

#include <iostream>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace {

using Json = nlohmann::json;

template <class T>
std::optional<T> optionalOf(const Json& json, const char* name) {
    return json.contains(name) ? std::optional(json.at(name).get<T>()) : std::nullopt;
}

hal::EtcdOptions readOptions(const Json& json) {
    hal::EtcdOptions options;
    options.endpoints = json.at("endpoints").get<std::vector<std::string>>();
    options.tls.caFile = optionalOf<std::string>(json, "ca");
    options.tls.certificateFile = optionalOf<std::string>(json, "cert");
    options.tls.keyFile = optionalOf<std::string>(json, "key");
    options.user = optionalOf<std::string>(json, "user");
    options.password = optionalOf<std::string>(json, "password");
    options.deadline = std::chrono::milliseconds(json.value("deadlineMs", 5000));
    return options;
}

hal::Operation readOperation(const Json& json) {
    if (json.contains("put")) {
        return hal::PutRequest{json.at("put"), json.value("value", ""),
                               optionalOf<hal::LeaseId>(json, "lease")};
    }
    if (json.contains("delete")) {
        return hal::DeleteRequest{json.at("delete")};
    }
    return hal::RangeRequest{json.at("range"), json.value("prefix", false)};
}

std::vector<hal::Operation> readOperations(const Json& json) {
    std::vector<hal::Operation> operations;
    for (const auto& operation : json) {
        operations.push_back(readOperation(operation));
    }
    return operations;
}

/// {"key": "/a", "createRevision": 0} or {"key": "/a/", "prefix": true, "modRevision": 7, "relation": "less"}.
hal::Compare readCompare(const Json& json) {
    hal::Compare compare;
    compare.key = json.at("key");
    compare.prefix = json.value("prefix", false);
    if (json.value("relation", "equal") == "less") {
        compare.relation = hal::Compare::Relation::less;
    }
    if (json.contains("modRevision")) {
        compare.target = hal::Compare::Target::modRevision;
        compare.operand = json.at("modRevision");
    } else {
        compare.operand = json.at("createRevision");
    }
    return compare;
}

hal::Transaction readTransaction(const Json& json) {
    hal::Transaction transaction;
    for (const auto& compare : json.value("when", Json::array())) {
        transaction.when.push_back(readCompare(compare));
    }
    transaction.then = readOperations(json.value("then", Json::array()));
    transaction.otherwise = readOperations(json.value("otherwise", Json::array()));
    return transaction;
}

Json toJson(const hal::Header& header) { return {{"revision", header.revision}}; }
Json toJson(const hal::Lease& lease) { return {{"id", lease.id}, {"ttl", lease.ttl.count()}}; }
Json toJson(const std::optional<hal::Lease>& lease) { return lease ? toJson(*lease) : Json(nullptr); }

Json toJson(const hal::RangeReply& reply) {
    Json list = Json::array();
    for (const auto& found : reply.keyValues) {
        list.push_back({{"key", found.key},
                        {"value", found.value},
                        {"createRevision", found.createRevision},
                        {"lease", found.lease ? Json(*found.lease) : Json(nullptr)}});
    }
    return {{"keyValues", list}};
}

Json toJson(const hal::TransactionReply& reply) {
    Json ranges = Json::array();
    for (const auto& range : reply.ranges) {
        ranges.push_back(toJson(range));
    }
    return {{"header", toJson(reply.header)}, {"succeeded", reply.succeeded}, {"ranges", ranges}};
}

/// Of a transaction that only reads one range.
Json onlyRange(const hal::TransactionReply& reply) {
    auto json = toJson(reply.ranges.at(0));
    json["header"] = toJson(reply.header);
    return json;
}

class Driver {
public:
    Driver(hal::EventLoop& loop, hal::Etcd& etcd) : loop_(loop), etcd_(etcd) {
        input_ = loop.onReady(STDIN_FILENO, {.readable = true}, [this](hal::Readiness) { readInput(); });
    }

private:
    template <class T>
    hal::Etcd::Done<T> print(Json (*describe)(const T&) = [](const T& value) { return toJson(value); }) {
        return [this, describe, began = std::chrono::steady_clock::now()](hal::Result<T> result) {
            const auto took = std::chrono::steady_clock::now() - began;
            Json line = {{"ms", std::chrono::duration_cast<std::chrono::milliseconds>(took).count()}};
            if (result) {
                line["ok"] = describe(*result);
            } else {
                line["error"] = result.error().message();
                line["category"] = result.error().code().category().name();
                line["code"] = result.error().code().value();
                line["retryable"] = result.error().recovery() == hal::Recovery::retryable;
            }
            std::cout << line.dump() << std::endl;
        };
    }

    void readInput() {
        char buffer[65536];
        const auto count = ::read(STDIN_FILENO, buffer, sizeof buffer);
        if (count <= 0) {
            loop_.stop(0);
            return;
        }
        pending_.append(buffer, static_cast<size_t>(count));
        for (auto end = pending_.find('\n'); end != std::string::npos; end = pending_.find('\n')) {
            run(Json::parse(pending_.substr(0, end)));
            pending_.erase(0, end + 1);
        }
    }

    void run(const Json& command) {
        const std::string verb = command.at("do");
        if (verb == "grant") {
            etcd_.grant(std::chrono::seconds(command.at("ttl").get<int>()), print<hal::Lease>());
        } else if (verb == "keepAlive") {
            etcd_.keepAlive(command.at("lease"), print<std::optional<hal::Lease>>());
        } else if (verb == "revoke") {
            etcd_.revoke(command.at("lease"), print<hal::Header>());
        } else if (verb == "range") {
            hal::Transaction read{.when = {}, .then = {readOperation(command)}, .otherwise = {}};
            etcd_.transact(std::move(read), print<hal::TransactionReply>(&onlyRange));
        } else if (verb == "transact") {
            etcd_.transact(readTransaction(command), print<hal::TransactionReply>());
        }
    }

    hal::EventLoop& loop_;
    hal::Etcd& etcd_;
    hal::SourcePtr input_;
    std::string pending_;
};

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: etcd_driver '{\"endpoints\":[\"http://127.0.0.1:2379\"]}'\n";
        return 2;
    }
    auto loop = hal::makeEventLoop();
    auto http = loop ? hal::makeHttpClient(**loop) : hal::failure(loop.error());
    auto etcd =
        http ? hal::makeEtcd(**loop, **http, readOptions(Json::parse(argv[1]))) : hal::failure(http.error());
    if (!etcd) {
        std::cerr << etcd.error().text() << '\n';
        return 1;
    }
    const Driver driver(**loop, **etcd);
    return (*loop)->run();
}
