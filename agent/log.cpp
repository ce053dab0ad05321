// Standard error with sd-daemon's "<N>" prefixes gives the journal everything it wants (priority, unit, pid) without
// a second connection that could block or be full.
#include "agent/log.hpp"

#include <memory>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace agent {
namespace {

/// The flag %Q: syslog's priority number of the line's level.
class PriorityFlag final : public spdlog::custom_flag_formatter {
public:
    void format(const spdlog::details::log_msg& message, const std::tm&,
                spdlog::memory_buf_t& target) override {
        target.push_back(priority(message.level));
    }
    [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
        return std::make_unique<PriorityFlag>();
    }

private:
    static char priority(spdlog::level::level_enum level) {
        switch (level) {
        case spdlog::level::critical: return '2';
        case spdlog::level::err: return '3';
        case spdlog::level::warn: return '4';
        case spdlog::level::info: return '6';
        default: return '7';
        }
    }
};

} // namespace

void setUpLog(const std::string& level, bool toJournal) {
    auto logger =
        std::make_shared<spdlog::logger>("cratekeeper", std::make_shared<spdlog::sinks::stderr_sink_st>());
    auto formatter = std::make_unique<spdlog::pattern_formatter>();
    formatter->add_flag<PriorityFlag>('Q').set_pattern(toJournal ? "<%Q>%v" : "%H:%M:%S.%e %l: %v");
    logger->set_formatter(std::move(formatter));
    logger->set_level(spdlog::level::from_str(level));
    logger->flush_on(spdlog::level::trace);
    spdlog::set_default_logger(std::move(logger));
}

} // namespace agent
