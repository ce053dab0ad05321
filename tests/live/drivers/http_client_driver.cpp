// Lets pytest drive hal/http/http_client and hal/crate/crate against servers of its own: one JSON command a line on stdin, one
// JSON result a line on stdout, in the order in which things happen. It judges nothing and ends when stdin does.
#include "hal/crate/crate.hpp"
#include "hal/http/http_client.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace {

using Json = nlohmann::json;

hal::HttpRequest readRequest(const Json& json) {
    hal::HttpRequest request;
    request.url = json.at("url");
    request.method = json.value("method", "GET");
    request.body = json.value("body", "");
    request.headers = json.value("headers", std::vector<std::string>{});
    request.deadline = std::chrono::milliseconds(json.value("deadlineMs", 5000));
    if (json.contains("connectDeadlineMs")) {
        request.connectDeadline = std::chrono::milliseconds(json.at("connectDeadlineMs").get<int>());
    }
    if (json.contains("unixSocket")) {
        request.unixSocket = json.at("unixSocket").get<std::string>();
    }
    request.maxResponseBytes = json.value("maxResponseBytes", size_t{1} << 20U);
    request.freshConnection = json.value("fresh", false);
    return request;
}

Json optionalJson(const std::optional<std::string>& text) { return text ? Json(*text) : Json(nullptr); }

Json toJson(const hal::CrateAnswer& answer) {
    return {{"sqlAnswers", answer.sqlAnswers},
            {"sqlError", optionalJson(answer.sqlError)},
            {"nodeName", optionalJson(answer.nodeName)},
            {"clusterName", optionalJson(answer.clusterName)},
            {"version", optionalJson(answer.version)},
            {"masterNode", optionalJson(answer.masterNode)},
            {"clusterId", optionalJson(answer.clusterId)}};
}

void print(const Json& line) { std::cout << line.dump() << std::endl; }

Json toJson(const hal::Result<hal::HttpResponse>& result) {
    if (result) {
        return {{"status", result->status}, {"body", result->body}};
    }
    return {{"error", result.error().message()},
            {"code", result.error().code().value()},
            {"sent", !hal::nothingWasSent(result.error())},
            {"retryable", result.error().recovery() == hal::Recovery::retryable}};
}

class Driver {
public:
    Driver(hal::EventLoop& loop, std::unique_ptr<hal::HttpClient> http)
        : loop_(loop), http_(std::move(http)) {
        input_ = loop.onReady(STDIN_FILENO, {.readable = true}, [this](hal::Readiness) { readInput(); });
    }

private:
    void readInput() {
        std::array<char, 65536> buffer{};
        const auto count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
        if (count <= 0) {
            loop_.stop(0);
            return;
        }
        pending_.append(buffer.data(), static_cast<size_t>(count));
        for (auto end = pending_.find('\n'); end != std::string::npos; end = pending_.find('\n')) {
            run(Json::parse(pending_.substr(0, end)));
            pending_.erase(0, end + 1);
        }
    }

    void run(const Json& command) {
        const std::string verb = command.at("do");
        if (verb == "send") {
            send(command);
        } else if (verb == "cancel") {
            calls_.erase(command.at("id").get<int>());
        } else if (verb == "cancelAll") {
            http_.reset();
            calls_.clear();
        } else if (verb == "crate") {
            crate_ = hal::makeCrate(loop_, *http_, command.at("host").get<std::string>(), command.at("port"));
        } else if (verb == "ask") {
            crate_->ask(std::chrono::milliseconds(command.value("deadlineMs", 5000)),
                        [](const hal::CrateAnswer& answer) { print({{"answer", toJson(answer)}}); });
        } else if (verb == "hold") {
            crate_->hold(
                [] { print({{"lost", std::chrono::steady_clock::now().time_since_epoch().count()}}); });
        }
    }

    void send(const Json& command) {
        const int id = command.value("id", 0);
        auto request = readRequest(command);
        if (command.contains("readBytes")) {
            // A reader that stops after so many bytes, or that cancels its own call from inside.
            request.onBody = [this, id, left = command.at("readBytes").get<size_t>(),
                              cancel = command.value("cancelInside", false)](std::string_view chunk) mutable {
                print({{"id", id}, {"chunk", chunk.size()}});
                left -= std::min(left, chunk.size());
                if (left == 0 && cancel) {
                    calls_.erase(id);
                    print({{"id", id}, {"cancelled", true}});
                }
                return left > 0;
            };
        }
        calls_[id] =
            http_->send(std::move(request), [this, id](const hal::Result<hal::HttpResponse>& result) {
                auto line = toJson(result);
                line["id"] = id;
                calls_.erase(id); // destroyed inside its own callback, as callers do
                print(line);
            });
        print({{"id", id}, {"began", true}});
    }

    hal::EventLoop& loop_;
    hal::SourcePtr input_;
    std::unique_ptr<hal::HttpClient> http_;
    std::unique_ptr<hal::Crate> crate_;
    std::map<int, hal::HttpCallPtr> calls_;
    std::string pending_;
};

} // namespace

int main() {
    auto loop = hal::makeEventLoop();
    auto http = loop ? hal::makeHttpClient(**loop) : hal::failure(loop.error());
    if (!http) {
        std::cerr << http.error().text() << '\n';
        return 1;
    }
    const Driver driver(**loop, *std::move(http));
    return (*loop)->run();
}
