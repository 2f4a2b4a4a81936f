#include "store/date_text.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>

namespace sokkuri::store {
namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
constexpr std::size_t kFractionDigitsMax = 9;

struct Instant {
    std::int64_t seconds = 0;  // since 1970, UTC
    std::int64_t nanoseconds = 0;
};

/// Reads a date from the left; every step empties the whole at the first mistake.
class DateReader {
 public:
    explicit DateReader(std::string_view text) : rest_(text) {}

    std::optional<DateSpan> read();

 private:
    bool read_day();
    bool read_time();
    bool read_fraction();
    bool read_zone();
    bool take(char expected);
    bool take_digits(std::size_t count, std::int64_t least, std::int64_t most, std::int64_t& value);
    std::optional<DateSpan> span() const;

    std::string_view rest_;
    std::int64_t year_ = 0;
    std::int64_t month_ = 1;
    std::int64_t day_ = 0;  // 0: the whole month
    std::int64_t hour_ = 0;
    std::int64_t minute_ = 0;
    std::int64_t second_ = 0;
    std::int64_t nanosecond_ = 0;
    std::int64_t zone_s_ = 0;
    std::int64_t length_s_ = 86'400;  // of what is named; months aside
    std::int64_t length_ns_ = 0;
};

std::optional<std::string> text_of(const Instant& instant);

}  // namespace

std::optional<DateSpan> parse_date(std::string_view text) {
    return DateReader(text).read();
}

namespace {

std::optional<DateSpan> DateReader::read() {
    if (!read_day()) return std::nullopt;
    if (rest_.empty()) return span();
    if (day_ == 0 || (!take('T') && !take(' '))) return std::nullopt;
    if (!read_time() || !read_zone() || !rest_.empty()) return std::nullopt;
    return span();
}

bool DateReader::read_day() {
    if (!take_digits(4, 0, 9999, year_)) return false;
    const char dash = rest_.starts_with(':') ? ':' : '-';
    if (!take(dash) || !take_digits(2, 1, 12, month_)) return false;
    if (dash == '-' && rest_.empty()) return true;
    return take(dash) && take_digits(2, 1, 31, day_);
}

bool DateReader::read_time() {
    if (!take_digits(2, 0, 23, hour_) || !take(':') || !take_digits(2, 0, 59, minute_)) {
        return false;
    }
    length_s_ = 60;
    if (!take(':')) return true;
    length_s_ = 1;
    if (!take_digits(2, 0, 59, second_)) return false;
    return (!take('.') && !take(',')) || read_fraction();
}

bool DateReader::read_fraction() {
    length_s_ = 0;
    length_ns_ = kNanosecondsPerSecond;
    std::size_t digits = 0;
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
        if (++digits > kFractionDigitsMax) return false;
        length_ns_ /= 10;
        nanosecond_ += (rest_.front() - '0') * length_ns_;
        rest_.remove_prefix(1);
    }
    return digits > 0;
}

bool DateReader::read_zone() {
    if (rest_.empty() || take('Z')) return true;
    const std::int64_t sign = rest_.front() == '-' ? -1 : 1;
    std::int64_t hours = 0;
    std::int64_t minutes = 0;
    if (!take('+') && !take('-')) return false;
    if (!take_digits(2, 0, 23, hours)) return false;
    take(':');
    if (!rest_.empty() && !take_digits(2, 0, 59, minutes)) return false;
    zone_s_ = sign * (hours * 3'600 + minutes * 60);
    return true;
}

bool DateReader::take(char expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(1);
    return true;
}

bool DateReader::take_digits(std::size_t count, std::int64_t least, std::int64_t most,
                             std::int64_t& value) {
    if (rest_.size() < count) return false;
    value = 0;
    for (const char digit : rest_.substr(0, count)) {
        if (digit < '0' || digit > '9') return false;
        value = value * 10 + (digit - '0');
    }
    rest_.remove_prefix(count);
    return value >= least && value <= most;
}

std::optional<DateSpan> DateReader::span() const {
    const std::chrono::year_month month{std::chrono::year(static_cast<int>(year_)),
                                        std::chrono::month(static_cast<unsigned>(month_))};
    const unsigned day = day_ == 0 ? 1 : static_cast<unsigned>(day_);
    const std::chrono::year_month_day date = month / std::chrono::day(day);
    if (!date.ok()) return std::nullopt;
    const auto seconds_of = [](std::chrono::sys_days days) {
        return std::int64_t{days.time_since_epoch().count()} * 86'400;
    };
    const Instant first{seconds_of(date) + hour_ * 3'600 + minute_ * 60 + second_ - zone_s_,
                        nanosecond_};
    Instant end{first.seconds + length_s_, first.nanoseconds + length_ns_};
    if (day_ == 0) {
        end.seconds = seconds_of((month + std::chrono::months(1)) / std::chrono::day(1));
    }
    if (end.nanoseconds >= kNanosecondsPerSecond) {
        end.nanoseconds -= kNanosecondsPerSecond;
        ++end.seconds;
    }
    const auto first_text = text_of(first);
    if (!first_text) return std::nullopt;
    return DateSpan{*first_text, text_of(end).value_or("A")};
}

std::optional<std::string> text_of(const Instant& instant) {
    const std::chrono::sys_seconds time{std::chrono::seconds(instant.seconds)};
    const auto days = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(days);
    const int year = static_cast<int>(date.year());
    if (year < 0 || year > 9999) return std::nullopt;
    const std::int64_t second = (time - days).count();
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", year,
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       second / 3'600, second / 60 % 60, second % 60, instant.nanoseconds);
}

}  // namespace
}  // namespace sokkuri::store
