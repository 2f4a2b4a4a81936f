// Log lines for the people who run sokkuri: one event a line, key=value, on standard error;
// durations in milliseconds.
//     LOG(kInfo, "event=indexed folder={} added={} ms={}", folder, added, ms);
// Used by collection and the floors above it; the floors below do not log. spdlog is behind log.cpp
// only, and started by the first line that is really written. Safe from any number of threads. No
// picture content, no query text.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string_view>

namespace sokkuri {

enum class LogLevel {
    kError,  // a person must act
    kWarn,   // we coped
    kInfo,   // state changed
    kDebug,  // the rest
};

/// "error", "warn", "info", "debug"; empty for anything else.
std::optional<LogLevel> parse_log_level(std::string_view name);

/// Lines above this level are dropped before their text is built. kWarn until set.
void set_log_level(LogLevel level);
bool is_logged(LogLevel level);

/// Writes one line; line breaks inside `message` are shown as \n. Use LOG.
void write_log_line(LogLevel level, std::string_view message);

}  // namespace sokkuri

#define LOG(level, ...)                                                                      \
    do {                                                                                     \
        if (::sokkuri::is_logged(::sokkuri::LogLevel::level)) {                              \
            ::sokkuri::write_log_line(::sokkuri::LogLevel::level, fmt::format(__VA_ARGS__)); \
        }                                                                                    \
    } while (false)
