#include "cli/option.h"

#include "base/shown_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace sokkuri::cli {
namespace {

Result<std::string> parse_switch(std::string_view text);
Result<std::string> parse_integer(const Option& option, std::string_view text);
Result<std::string> parse_number(const Option& option, std::string_view text);
Result<std::string> parse_choice(const Option& option, std::string_view text);
Result<std::string> parse_texts(std::string_view text);

}  // namespace

std::string Option::variable() const {
    std::string variable = "SOKKURI_";
    for (const char letter_of_name : name) {
        const bool is_small = letter_of_name >= 'a' && letter_of_name <= 'z';
        variable += letter_of_name == '-' ? '_'
                    : is_small            ? static_cast<char>(letter_of_name - 'a' + 'A')
                                          : letter_of_name;
    }
    return variable;
}

std::string Option::spelling() const {
    std::string text;
    if (letter != 0) text += fmt::format("-{}", letter);
    for (const std::string_view long_name : {name.size() > 1 ? name : "", also}) {
        if (long_name.empty()) continue;
        text += fmt::format("{}--{}", text.empty() ? "" : ", ", long_name);
    }
    if (takes_value()) text += fmt::format(" {}", value_name);
    return text;
}

std::string Option::flag() const {
    return name.size() > 1 ? fmt::format("--{}", name) : fmt::format("-{}", name);
}

Result<std::string> Option::parse(std::string_view text) const {
    switch (kind) {
        case ValueKind::kSwitch:
            return parse_switch(text);
        case ValueKind::kCount:
        case ValueKind::kInteger:
            return parse_integer(*this, text);
        case ValueKind::kNumber:
            return parse_number(*this, text);
        case ValueKind::kChoice:
            return parse_choice(*this, text);
        case ValueKind::kTexts:
            return parse_texts(text);
        case ValueKind::kText:
        case ValueKind::kLines:
        case ValueKind::kFile:
        case ValueKind::kFolder:
            break;
    }
    if (!text.empty()) return std::string(text);
    return fail(ErrorCode::kInvalidArgument, "the value is empty");
}

namespace {

Result<std::string> parse_switch(std::string_view text) {
    for (const std::string_view yes : {"true", "1", "yes", "on"}) {
        if (text == yes) return std::string("true");
    }
    for (const std::string_view no : {"false", "0", "no", "off"}) {
        if (text == no) return std::string("false");
    }
    return fail(ErrorCode::kInvalidArgument, "\"{}\" is neither true nor false", shown_text(text));
}

Result<std::string> parse_integer(const Option& option, std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool is_whole = error == std::errc() && end == text.data() + text.size();
    const auto as_double = static_cast<double>(value);
    if (is_whole && as_double >= option.minimum && as_double <= option.maximum) {
        return fmt::format("{}", value);
    }
    return fail(ErrorCode::kInvalidArgument, "\"{}\" is not a whole number from {:.0f} to {:.0f}",
                shown_text(text), option.minimum, option.maximum);
}

Result<std::string> parse_number(const Option& option, std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool is_number = error == std::errc() && end == text.data() + text.size();
    if (is_number && value >= option.minimum && value <= option.maximum) {
        return std::string(text);
    }
    return fail(ErrorCode::kInvalidArgument, "\"{}\" is not a number from {} to {}",
                shown_text(text), option.minimum, option.maximum);
}

Result<std::string> parse_choice(const Option& option, std::string_view text) {
    if (std::ranges::find(option.choices, text) != option.choices.end()) return std::string(text);
    return fail(ErrorCode::kInvalidArgument, "\"{}\" is none of {}", shown_text(text),
                fmt::join(option.choices, ", "));
}

Result<std::string> parse_texts(std::string_view text) {
    const bool has_empty_part = text.empty() || text.starts_with(',') || text.ends_with(',') ||
                                text.find(",,") != std::string_view::npos;
    if (!has_empty_part) return std::string(text);
    return fail(ErrorCode::kInvalidArgument, "\"{}\" is not a list with commas between",
                shown_text(text));
}

}  // namespace
}  // namespace sokkuri::cli
