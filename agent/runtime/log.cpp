// Standard error with sd-daemon's "<N>" prefixes gives the journal all it needs (priority, unit, pid) without a second
// connection that could block or fill up. The sink is our own, and spdlog's registry is unused: they would pull in the
// pattern language, 80 kB for two fixed formats.
#include "agent/runtime/log.hpp"

#include "hal/base/text.hpp"

#include <chrono>
#include <cstdio>
#include <memory>
#include <spdlog/sinks/sink.h>

namespace agent {
namespace {

constexpr size_t kMaxLineBytes = 4096; // far longer than any line of ours

/// syslog(3)'s number of a level.
int priority(spdlog::level::level_enum level) {
    switch (level) {
    case spdlog::level::critical: return 2;
    case spdlog::level::err: return 3;
    case spdlog::level::warn: return 4;
    case spdlog::level::info: return 6;
    default: return 7;
    }
}

class StandardError final : public spdlog::sinks::sink {
public:
    explicit StandardError(bool toJournal) : toJournal_(toJournal) {}

    void log(const spdlog::details::log_msg& message) override {
        const auto line = logLine(message, toJournal_);
        std::fwrite(line.data(), 1, line.size(), stderr);
    }
    void flush() override { std::fflush(stderr); }
    // spdlog must not change the format of a line.
    void set_pattern(const std::string&) override {}
    void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

private:
    bool toJournal_;
};

} // namespace

std::string logLine(const spdlog::details::log_msg& message, bool toJournal) {
    // A second line would be a message of its own, with the priority that its writer chose.
    const std::string text = hal::oneLine({message.payload.data(), message.payload.size()}, kMaxLineBytes);
    if (toJournal) {
        return fmt::format("<{}>{}\n", priority(message.level), text);
    }
    const auto time = spdlog::details::os::localtime(spdlog::log_clock::to_time_t(message.time));
    const auto sinceEpoch = message.time.time_since_epoch();
    const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(sinceEpoch) -
                              std::chrono::floor<std::chrono::seconds>(sinceEpoch);
    return fmt::format("{:02}:{:02}:{:02}.{:03} {}: {}\n", time.tm_hour, time.tm_min, time.tm_sec,
                       milliseconds.count(), spdlog::level::to_string_view(message.level), text);
}

spdlog::logger& log() {
    static spdlog::logger logger("cratekeeper", std::make_shared<StandardError>(false));
    return logger;
}

void setUpLog(const std::string& level, bool toJournal) {
    log().sinks().assign(1, std::make_shared<StandardError>(toJournal));
    log().set_level(spdlog::level::from_str(level));
    log().flush_on(spdlog::level::trace);
}

} // namespace agent
