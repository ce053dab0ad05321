// A process with nothing in it but hal's HTTP server, for tests/live/test_http_server_*.py.
// Usage: http_server_driver PORT UNIX-PATH CONNECTIONS IDLE-MILLISECONDS; 0 and "" leave a socket out.
// JSON commands on standard input, one a line: {"do": "publish", "status": 503} gives the page /ready that
// status; /health and /big (300 kB) are 200. Each is confirmed on standard output.
#include "hal/base/event_loop.hpp"
#include "hal/http/http_server.hpp"

#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <unistd.h>

namespace {

hal::Pages pagesWithStatus(int status) {
    hal::Pages pages;
    pages["/ready"] = {.status = status, .body = "status " + std::to_string(status) + "\n"};
    pages["/health"] = {
        .status = 200, .contentType = "application/health+json", .body = "{\"status\":\"pass\"}\n"};
    pages["/big"] = {.status = 200, .body = std::string(300'000, 'x')};
    return pages;
}

void obey(const std::string& line, hal::HttpServer& server) {
    const auto command = nlohmann::json::parse(line);
    server.publish(pagesWithStatus(command.at("status").get<int>()));
    std::cout << R"({"done": "publish"})" << std::endl;
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 5) {
        std::cerr << "usage: http_server_driver PORT UNIX-PATH CONNECTIONS IDLE-MILLISECONDS\n";
        return 64;
    }
    auto loop = hal::makeEventLoop();
    if (!loop) {
        std::cerr << loop.error().text() << "\n";
        return 1;
    }
    const hal::HttpServerLimits limits{.connections = static_cast<unsigned>(std::atoi(argv[3])),
                                       .idleTimeout = std::chrono::milliseconds(std::atoi(argv[4]))};
    auto server = hal::makeHttpServer(**loop, limits, std::atoi(argv[1]), argv[2]);
    if (!server) {
        std::cerr << server.error().text() << "\n";
        return 1;
    }
    std::string pending;
    const auto commands = (*loop)->onReady(STDIN_FILENO, {.readable = true}, [&](hal::Readiness) {
        char buffer[256];
        const ssize_t count = ::read(STDIN_FILENO, buffer, sizeof buffer);
        if (count <= 0) {
            (*loop)->stop(0);
            return;
        }
        pending.append(buffer, static_cast<size_t>(count));
        for (size_t end = pending.find('\n'); end != std::string::npos; end = pending.find('\n')) {
            obey(pending.substr(0, end), **server);
            pending.erase(0, end + 1);
        }
    });
    std::cout << R"({"done": "listen"})" << std::endl;
    return (*loop)->run();
}
