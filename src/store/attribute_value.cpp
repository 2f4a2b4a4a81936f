#include "store/attribute_value.h"

#include <limits>

namespace sokkuri::store {
namespace {

/// Their order in the catalog.
enum class Class { kNumber, kText, kBool };

Class class_of(const AttributeValue& value);
std::weak_ordering compare_numbers(const AttributeValue& left, const AttributeValue& right);
std::weak_ordering compare_mixed(std::int64_t left, double right);

}  // namespace

std::optional<AttributeValue> attribute_value_of(const JsonValue& value) {
    switch (value.kind()) {
        case JsonValue::Kind::kBool:
            return AttributeValue(value.as_bool().value());
        case JsonValue::Kind::kString:
            return AttributeValue(std::string(value.text()));
        case JsonValue::Kind::kNumber: {
            if (const auto integer = value.as_int64()) return AttributeValue(*integer);
            if (const auto number = value.as_double()) return AttributeValue(*number);
            return std::nullopt;
        }
        default:
            return std::nullopt;
    }
}

std::weak_ordering compare(const AttributeValue& left, const AttributeValue& right) {
    const Class left_class = class_of(left);
    const Class right_class = class_of(right);
    if (left_class != right_class) return left_class <=> right_class;
    switch (left_class) {
        case Class::kNumber:
            return compare_numbers(left, right);
        case Class::kText:
            return std::get<std::string>(left).compare(std::get<std::string>(right)) <=> 0;
        case Class::kBool:
            return std::get<bool>(left) <=> std::get<bool>(right);
    }
    return std::weak_ordering::equivalent;
}

bool is_number(const AttributeValue& value) {
    return class_of(value) == Class::kNumber;
}

bool is_same_class(const AttributeValue& left, const AttributeValue& right) {
    return class_of(left) == class_of(right);
}

JsonValue json_of(const AttributeValue& value) {
    // Integers up to 64 bits are told as such; this double is the one next to the last of them.
    const auto* number = std::get_if<double>(&value);
    if (number != nullptr && *number == 18446744073709551616.0) {
        return JsonValue(JsonValue::LargeNumber{"18446744073709551616"});
    }
    return std::visit([](const auto& held) { return JsonValue(held); }, value);
}

namespace {

Class class_of(const AttributeValue& value) {
    if (std::holds_alternative<bool>(value)) return Class::kBool;
    return std::holds_alternative<std::string>(value) ? Class::kText : Class::kNumber;
}

std::weak_ordering compare_numbers(const AttributeValue& left, const AttributeValue& right) {
    const auto* left_integer = std::get_if<std::int64_t>(&left);
    const auto* right_integer = std::get_if<std::int64_t>(&right);
    if (left_integer != nullptr && right_integer != nullptr) {
        return *left_integer <=> *right_integer;
    }
    if (left_integer != nullptr) return compare_mixed(*left_integer, std::get<double>(right));
    if (right_integer != nullptr)
        return 0 <=> compare_mixed(*right_integer, std::get<double>(left));
    const double a = std::get<double>(left);
    const double b = std::get<double>(right);
    if (a == b) return std::weak_ordering::equivalent;
    return a < b ? std::weak_ordering::less : std::weak_ordering::greater;
}

/// A 64-bit integer is not always a double: the double is cut to an integer instead.
std::weak_ordering compare_mixed(std::int64_t left, double right) {
    constexpr double kTwoTo63 = 9223372036854775808.0;
    if (right >= kTwoTo63) return std::weak_ordering::less;
    if (right < -kTwoTo63) return std::weak_ordering::greater;
    const auto whole = static_cast<std::int64_t>(right);
    if (left != whole) return left <=> whole;
    const double rest = right - static_cast<double>(whole);
    if (rest == 0) return std::weak_ordering::equivalent;
    return rest > 0 ? std::weak_ordering::less : std::weak_ordering::greater;
}

}  // namespace
}  // namespace sokkuri::store
