// See log.hpp.
#include "tests/standin/log.hpp"

#include <array>
#include <cstdio>
#include <ctime>
#include <string>

namespace standin {

namespace {

std::string& nodeName() {
    static std::string name = "?";
    return name;
}

void print(const char* level, std::string_view logger, std::string_view message) {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    tm parts{};
    gmtime_r(&now.tv_sec, &parts);
    std::array<char, 32> stamp{};
    std::strftime(stamp.data(), stamp.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    std::printf("[%s,%03ld][%s][%-25.*s] [%s] %.*s\n", stamp.data(), now.tv_nsec / 1'000'000, level,
                static_cast<int>(logger.size()), logger.data(), nodeName().c_str(),
                static_cast<int>(message.size()), message.data());
    std::fflush(stdout);
}

} // namespace

void setLogNode(std::string_view name) { nodeName() = name; }

void logInfo(std::string_view logger, std::string_view message) { print("INFO ", logger, message); }

void logWarn(std::string_view logger, std::string_view message) { print("WARN ", logger, message); }

void logError(std::string_view logger, std::string_view message) { print("ERROR", logger, message); }

} // namespace standin
