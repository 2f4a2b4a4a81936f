#include "base/json_number.h"

#include "base/json_members.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>

namespace sokkuri {
namespace {

/// What ends a number, or whatever else is no string.
constexpr std::string_view kDelimiters = ",:[]{}\" \t\r\n";

bool is_digit(char character);
bool is_number(std::string_view text);
bool takes_digits(std::string_view& rest);
template <typename Integer>
bool fits(std::string_view digits);
bool is_above_one(std::string_view number);

}  // namespace

bool is_large_number(std::string_view text) {
    if (!is_number(text)) return false;
    const bool is_integer = text.find_first_of(".eE") == std::string_view::npos;
    if (is_integer) return !fits<std::int64_t>(text) && !fits<std::uint64_t>(text);
    return std::isinf(nearest_double(text));
}

double nearest_double(std::string_view number) {
    double value = 0;
    const auto read = std::from_chars(number.data(), number.data() + number.size(), value);
    if (read.ec == std::errc()) return value;
    // Out of range is also what lies too near to zero.
    const double above = std::numeric_limits<double>::infinity();
    return std::copysign(is_above_one(number) ? above : 0.0, number.starts_with('-') ? -1.0 : 1.0);
}

std::optional<std::string_view> NumberTexts::next() {
    while (at_ < text_.size()) {
        const char character = text_[at_];
        if (character == '"') {
            at_ = end_of_json_string(text_, at_);
            continue;
        }
        const std::size_t start = at_;
        at_ = std::min(text_.find_first_of(kDelimiters, start), text_.size());
        if (at_ == start) ++at_;
        if (is_digit(character) || character == '-') return text_.substr(start, at_ - start);
    }
    return std::nullopt;
}

std::string without_large_numbers(std::string_view text) {
    std::string left(text);
    NumberTexts numbers(text);
    while (const auto number = numbers.next()) {
        if (!is_large_number(*number)) continue;
        const auto start = static_cast<std::size_t>(number->data() - text.data());
        left.replace(start, number->size(), number->size(), ' ');
        left[start] = '0';
    }
    return left;
}

namespace {

bool is_digit(char character) {
    return character >= '0' && character <= '9';
}

/// RFC 8259, section 6.
bool is_number(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    if (text.starts_with('0')) {
        text.remove_prefix(1);
    } else if (!takes_digits(text)) {
        return false;
    }
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        if (!takes_digits(text)) return false;
    }
    if (text.starts_with('e') || text.starts_with('E')) {
        text.remove_prefix(1);
        if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
        if (!takes_digits(text)) return false;
    }
    return text.empty();
}

/// At least one.
bool takes_digits(std::string_view& rest) {
    const auto end = std::find_if_not(rest.begin(), rest.end(), is_digit);
    const auto count = static_cast<std::size_t>(end - rest.begin());
    rest.remove_prefix(count);
    return count > 0;
}

template <typename Integer>
bool fits(std::string_view digits) {
    Integer value = 0;
    const char* const end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, value);
    return read.ec == std::errc() && read.ptr == end;
}

/// Of a number that is far from 1, by the power of ten of its first digit that is not 0.
bool is_above_one(std::string_view number) {
    const std::size_t mantissa_end = std::min(number.find_first_of("eE"), number.size());
    const std::string_view mantissa = number.substr(0, mantissa_end);
    std::string_view exponent = number.substr(std::min(mantissa_end + 1, number.size()));
    if (exponent.starts_with('+')) exponent.remove_prefix(1);
    std::int64_t power = 0;
    const auto read = std::from_chars(exponent.data(), exponent.data() + exponent.size(), power);
    // No text is long enough to make up for such an exponent.
    if (read.ec == std::errc::result_out_of_range) return !exponent.starts_with('-');
    const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
    const std::size_t first = mantissa.find_first_of("123456789");
    if (first == std::string_view::npos) return false;
    return power > static_cast<std::int64_t>(first) - static_cast<std::int64_t>(point);
}

}  // namespace
}  // namespace sokkuri
