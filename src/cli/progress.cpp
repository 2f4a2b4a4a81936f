#include "cli/progress.h"

#include "base/shown_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace sokkuri::cli {
namespace {

constexpr double kPlainEverySeconds = 5;
constexpr std::size_t kBarColumnsMax = 30;
constexpr std::size_t kBarColumnsMin = 5;

/// Files dealt with in a second, counted over the whole run.
double rate_of(const service::IngestProgress& progress);
/// "0:05 left"; empty while the end is unknown.
std::string remaining(const service::IngestProgress& progress);
/// `share` of `columns` in eighths of a block.
std::string blocks(double share, std::size_t columns);

}  // namespace

void ProgressLine::show(const service::IngestProgress& progress) {
    const bool is_bar = terminal_.error_is_terminal;
    show_line(is_bar ? bar(progress, console_columns() - 1) : plain(progress), progress.seconds);
}

void ProgressLine::show(std::string_view stage, double share) {
    if (!terminal_.error_is_terminal) return;
    const std::string line = fmt::format("index: {}, {:.0f} %", stage, std::floor(share * 100));
    console_.write(fmt::format("\r{}\x1b[K", fit_width(line, console_columns() - 1, Cut::kEnd)));
    is_drawn_ = true;
}

void ProgressLine::show(std::string_view file) {
    if (!terminal_.error_is_terminal) return;
    console_.write(fmt::format("\r{}\x1b[K", fit_width(file, console_columns() - 1, Cut::kEnd)));
    is_drawn_ = true;
}

void ProgressLine::show_line(std::string_view line, double seconds) {
    if (terminal_.error_is_terminal) {
        console_.write(
            fmt::format("\r{}\x1b[K", fit_width(line, console_columns() - 1, Cut::kEnd)));
        is_drawn_ = true;
        return;
    }
    if (seconds - plain_at_seconds_ < kPlainEverySeconds) return;
    plain_at_seconds_ = seconds;
    console_.say("{}", line);
}

void ProgressLine::clear() {
    if (is_drawn_) console_.write("\r\x1b[K");
    is_drawn_ = false;
}

std::string ProgressLine::bar(const service::IngestProgress& progress, std::size_t columns) {
    std::string text = plain(progress);
    if (!progress.walk_is_done) {
        return fit_width(fmt::format("looking for pictures: {}", text), columns, Cut::kEnd);
    }
    const double share = progress.found == 0 ? 1.0
                                             : static_cast<double>(progress.done) /
                                                   static_cast<double>(progress.found);
    text = fmt::format("{:>3.0f} %  {}", std::floor(share * 100), text);
    const std::size_t used = display_width(text) + 4;
    if (columns < used + kBarColumnsMin) return fit_width(text, columns, Cut::kEnd);
    return fmt::format("▕{}▏ {}", blocks(share, std::min(kBarColumnsMax, columns - used)), text);
}

std::string ProgressLine::plain(const service::IngestProgress& progress) {
    std::string text = with_commas(progress.done);
    if (progress.walk_is_done) text += fmt::format(" of {}", with_commas(progress.found));
    if (!progress.walk_is_done && progress.found > progress.done) {
        text += fmt::format(" of {} so far", with_commas(progress.found));
    }
    text += fmt::format(", {:.0f}/s", rate_of(progress));
    if (const std::string left = remaining(progress); !left.empty()) text += ", " + left;
    if (progress.failed > 0) text += fmt::format(", {} failed", with_commas(progress.failed));
    return text;
}

std::string with_commas(std::uint64_t number) {
    std::string digits = fmt::format("{}", number);
    for (std::size_t at = digits.size(); at > 3;) {
        at -= 3;
        digits.insert(at, ",");
    }
    return digits;
}

std::string clock_text(double seconds) {
    const auto whole = static_cast<std::uint64_t>(std::max(0.0, std::ceil(seconds)));
    const std::uint64_t hours = whole / 3600;
    const std::uint64_t minutes = whole / 60 % 60;
    if (hours == 0) return fmt::format("{}:{:02}", minutes, whole % 60);
    return fmt::format("{}:{:02}:{:02}", hours, minutes, whole % 60);
}

namespace {

double rate_of(const service::IngestProgress& progress) {
    return progress.seconds <= 0 ? 0 : static_cast<double>(progress.done) / progress.seconds;
}

std::string remaining(const service::IngestProgress& progress) {
    const double rate = rate_of(progress);
    if (!progress.walk_is_done || rate <= 0 || progress.done >= progress.found) return {};
    return clock_text(static_cast<double>(progress.found - progress.done) / rate) + " left";
}

std::string blocks(double share, std::size_t columns) {
    constexpr std::string_view kEighths[] = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
    const auto eighths =
        static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * static_cast<double>(columns) * 8);
    std::string text;
    for (std::size_t column = 0; column < columns; ++column) {
        const std::size_t before = column * 8;
        text += kEighths[eighths <= before ? 0 : std::min<std::size_t>(eighths - before, 8)];
    }
    return text;
}

}  // namespace
}  // namespace sokkuri::cli
