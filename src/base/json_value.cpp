#include "base/json.h"
#include "base/json_number.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace sokkuri {
namespace {

Error wrong_kind(std::string_view expected, JsonValue::Kind kind);
Error out_of_range(std::string_view number);

template <typename Integer>
Result<Integer> integer_of(double number);

}  // namespace

JsonValue::Kind JsonValue::kind() const {
    switch (value_.index()) {
        case 0:
            return Kind::kNull;
        case 1:
            return Kind::kBool;
        case 2:
        case 3:
        case 4:
        case 5:
            return Kind::kNumber;
        case 6:
            return Kind::kString;
        case 7:
            return Kind::kArray;
        default:
            return Kind::kObject;
    }
}

Result<bool> JsonValue::as_bool() const {
    if (const bool* flag = std::get_if<bool>(&value_)) return *flag;
    return tl::unexpected(wrong_kind("true or false", kind()));
}

Result<double> JsonValue::as_double() const {
    if (const double* number = std::get_if<double>(&value_)) return *number;
    if (const auto* number = std::get_if<std::int64_t>(&value_))
        return static_cast<double>(*number);
    if (const auto* number = std::get_if<std::uint64_t>(&value_))
        return static_cast<double>(*number);
    if (const std::string_view large = large_number(); !large.empty()) {
        const double nearest = nearest_double(large);
        if (std::isinf(nearest)) return tl::unexpected(out_of_range(large));
        return nearest;
    }
    return tl::unexpected(wrong_kind("a number", kind()));
}

Result<std::int64_t> JsonValue::as_int64() const {
    if (const auto* number = std::get_if<std::int64_t>(&value_)) return *number;
    if (const double* number = std::get_if<double>(&value_))
        return integer_of<std::int64_t>(*number);
    if (const auto* number = std::get_if<std::uint64_t>(&value_)) {
        return fail(ErrorCode::kInvalidArgument, "{} is out of range", *number);
    }
    if (!large_number().empty()) return tl::unexpected(out_of_range(large_number()));
    return tl::unexpected(wrong_kind("an integer", kind()));
}

Result<std::uint64_t> JsonValue::as_uint64() const {
    if (const auto* number = std::get_if<std::uint64_t>(&value_)) return *number;
    if (const double* number = std::get_if<double>(&value_))
        return integer_of<std::uint64_t>(*number);
    if (const auto* number = std::get_if<std::int64_t>(&value_)) {
        if (*number >= 0) return static_cast<std::uint64_t>(*number);
        return fail(ErrorCode::kInvalidArgument, "{} is out of range", *number);
    }
    if (!large_number().empty()) return tl::unexpected(out_of_range(large_number()));
    return tl::unexpected(wrong_kind("an integer of at least 0", kind()));
}

Result<std::string> JsonValue::as_string() const {
    if (const auto* text = std::get_if<std::string>(&value_)) return *text;
    return tl::unexpected(wrong_kind("a string", kind()));
}

std::string_view JsonValue::text() const {
    const auto* text = std::get_if<std::string>(&value_);
    return text == nullptr ? std::string_view() : std::string_view(*text);
}

std::string_view JsonValue::large_number() const {
    const auto* number = std::get_if<LargeNumber>(&value_);
    return number == nullptr ? std::string_view() : std::string_view(number->text);
}

const JsonArray& JsonValue::items() const {
    static const JsonArray kNone;
    const auto* array = std::get_if<JsonArray>(&value_);
    return array == nullptr ? kNone : *array;
}

const JsonObject& JsonValue::members() const {
    static const JsonObject kNone;
    const auto* object = std::get_if<JsonObject>(&value_);
    return object == nullptr ? kNone : *object;
}

const JsonValue* JsonValue::find(std::string_view key) const {
    const JsonObject& object = members();
    const auto found = std::find_if(object.rbegin(), object.rend(),
                                    [&](const auto& member) { return member.first == key; });
    return found == object.rend() ? nullptr : &found->second;
}

Result<const JsonValue*> JsonValue::at(std::string_view key) const {
    if (const JsonValue* value = find(key)) return value;
    if (!is_object()) return tl::unexpected(wrong_kind("an object", kind()));
    return fail(ErrorCode::kInvalidArgument, "missing: {}", key);
}

std::string_view name_of(JsonValue::Kind kind) {
    switch (kind) {
        case JsonValue::Kind::kNull:
            return "null";
        case JsonValue::Kind::kBool:
            return "true or false";
        case JsonValue::Kind::kNumber:
            return "a number";
        case JsonValue::Kind::kString:
            return "a string";
        case JsonValue::Kind::kArray:
            return "an array";
        case JsonValue::Kind::kObject:
            return "an object";
    }
    return "nothing";
}

namespace {

Error wrong_kind(std::string_view expected, JsonValue::Kind kind) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("{} is expected, not {}", expected, name_of(kind)));
}

/// As much of it as a message bears.
Error out_of_range(std::string_view number) {
    constexpr std::size_t kShownMax = 40;
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("{}{} is out of range", number.substr(0, kShownMax),
                             number.size() > kShownMax ? "…" : ""));
}

template <typename Integer>
Result<Integer> integer_of(double number) {
    // 2^63 and 2^64 are doubles, the largest integers below them are not: hence < and not <=.
    const double above = std::ldexp(1.0, std::numeric_limits<Integer>::digits);
    const auto lowest = static_cast<double>(std::numeric_limits<Integer>::min());
    if (std::trunc(number) != number) {
        return fail(ErrorCode::kInvalidArgument, "an integer is expected, not {}", number);
    }
    if (number < lowest || number >= above) {
        return fail(ErrorCode::kInvalidArgument, "{} is out of range", number);
    }
    return static_cast<Integer>(number);
}

}  // namespace
}  // namespace sokkuri
