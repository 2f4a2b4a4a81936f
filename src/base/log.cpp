#include "base/log.h"

#include "base/shown_text.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <atomic>
#include <memory>

namespace sokkuri {
namespace {

std::atomic<LogLevel> level_in_force{LogLevel::kWarn};

spdlog::logger& logger();
spdlog::level::level_enum spdlog_level(LogLevel level);

}  // namespace

std::optional<LogLevel> parse_log_level(std::string_view name) {
    if (name == "error") return LogLevel::kError;
    if (name == "warn") return LogLevel::kWarn;
    if (name == "info") return LogLevel::kInfo;
    if (name == "debug") return LogLevel::kDebug;
    return std::nullopt;
}

void set_log_level(LogLevel level) {
    level_in_force = level;
}

bool is_logged(LogLevel level) {
    return level <= level_in_force.load();
}

void write_log_line(LogLevel level, std::string_view message) {
    logger().log(spdlog_level(level), shown_text(message));
}

namespace {

/// Never destroyed: threads that outlive main may still log.
spdlog::logger& logger() {
    static spdlog::logger* const one = [] {
        auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
        auto made = std::make_unique<spdlog::logger>("sokkuri", std::move(sink));
        made->set_level(spdlog::level::trace);
        made->set_pattern("time=%Y-%m-%dT%H:%M:%S.%e%z level=%l %v");
        made->set_error_handler(
            [](const std::string&) {});  // standard error is gone: nowhere to say so
        return made.release();
    }();
    return *one;
}

spdlog::level::level_enum spdlog_level(LogLevel level) {
    switch (level) {
        case LogLevel::kError:
            return spdlog::level::err;
        case LogLevel::kWarn:
            return spdlog::level::warn;
        case LogLevel::kInfo:
            return spdlog::level::info;
        case LogLevel::kDebug:
            return spdlog::level::debug;
    }
    return spdlog::level::err;
}

}  // namespace
}  // namespace sokkuri
