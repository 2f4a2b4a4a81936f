#include "http/parameters.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace sokkuri::http {
namespace {

constexpr std::size_t kShownBytesMax = 100;  // of a value, in an answer

Result<void> check_value(const Parameter& parameter, std::string_view value);
Result<void> check_text(const Parameter& parameter, std::string_view value);
Result<void> check_integer(const Parameter& parameter, std::string_view value);
Result<void> check_number(const Parameter& parameter, std::string_view value);
Result<void> check_bounds(const Parameter& parameter, double number, std::string_view value);
tl::unexpected<Error> unlike(const Parameter& parameter, std::string_view value,
                             std::string_view expected);
std::vector<std::string_view> names_of(const std::vector<Parameter>& parameters);

}  // namespace

Result<void> check_parameters(const std::vector<Parameter>& parameters, const Pairs& query) {
    for (std::size_t i = 0; i < query.size(); ++i) {
        const auto& [name, value] = query[i];
        const auto row = std::ranges::find(parameters, name, &Parameter::name);
        if (row == parameters.end() && parameters.empty()) {
            return fail(ErrorCode::kInvalidArgument,
                        "unknown parameter \"{}\": this path takes none",
                        std::string_view(name).substr(0, kShownBytesMax));
        }
        if (row == parameters.end()) {
            return fail(ErrorCode::kInvalidArgument, "unknown parameter \"{}\": this path takes {}",
                        std::string_view(name).substr(0, kShownBytesMax),
                        fmt::join(names_of(parameters), ", "));
        }
        const auto rest = std::span(query).subspan(i + 1);
        if (std::ranges::find(rest, name, &Pairs::value_type::first) != rest.end()) {
            return fail(ErrorCode::kInvalidArgument, "parameter \"{}\" is given twice", name);
        }
        TRY(check_value(*row, value));
    }
    return {};
}

namespace {

Result<void> check_value(const Parameter& parameter, std::string_view value) {
    switch (parameter.kind) {
        case ParameterKind::kText:
            return check_text(parameter, value);
        case ParameterKind::kInteger:
            return check_integer(parameter, value);
        case ParameterKind::kNumber:
            return check_number(parameter, value);
        case ParameterKind::kBoolean:
            if (value == "true" || value == "false") return {};
            return unlike(parameter, value, "true or false");
        case ParameterKind::kChoice:
            if (std::ranges::find(parameter.choices, value) != parameter.choices.end()) return {};
            return unlike(parameter, value,
                          fmt::format("one of {}", fmt::join(parameter.choices, ", ")));
    }
    return {};
}

Result<void> check_text(const Parameter& parameter, std::string_view value) {
    const double size_bytes = static_cast<double>(value.size());
    if (size_bytes >= parameter.minimum && size_bytes <= parameter.maximum) return {};
    return fail(ErrorCode::kInvalidArgument,
                "parameter \"{}\" has {} bytes; it must have between {} and {}", parameter.name,
                value.size(), parameter.minimum, parameter.maximum);
}

Result<void> check_integer(const Parameter& parameter, std::string_view value) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error == std::errc::result_out_of_range) {
        return check_bounds(parameter, value.starts_with('-') ? -HUGE_VAL : HUGE_VAL, value);
    }
    if (error != std::errc() || end != value.data() + value.size()) {
        return unlike(parameter, value, "an integer");
    }
    return check_bounds(parameter, static_cast<double>(number), value);
}

Result<void> check_number(const Parameter& parameter, std::string_view value) {
    double number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    const bool is_number = error == std::errc() && end == value.data() + value.size();
    if (!is_number || !std::isfinite(number)) return unlike(parameter, value, "a number");
    return check_bounds(parameter, number, value);
}

Result<void> check_bounds(const Parameter& parameter, double number, std::string_view value) {
    if (number >= parameter.minimum && number <= parameter.maximum) return {};
    return fail(ErrorCode::kInvalidArgument,
                "parameter \"{}\" is {}; it must lie between {} and {}", parameter.name,
                value.substr(0, kShownBytesMax), parameter.minimum, parameter.maximum);
}

tl::unexpected<Error> unlike(const Parameter& parameter, std::string_view value,
                             std::string_view expected) {
    return fail(ErrorCode::kInvalidArgument, "parameter \"{}\" is \"{}\"; it must be {}",
                parameter.name, value.substr(0, kShownBytesMax), expected);
}

std::vector<std::string_view> names_of(const std::vector<Parameter>& parameters) {
    std::vector<std::string_view> names;
    for (const Parameter& parameter : parameters) {
        names.push_back(parameter.name);
    }
    return names;
}

}  // namespace
}  // namespace sokkuri::http
