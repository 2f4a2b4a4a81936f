// AttributeValue: a scalar of a document, as filters compare it and as postings are keyed by it.
// Numbers compare by value, whether whole or not; texts byte by byte; different classes never match
// each other but have an order, that of the catalog: numbers, texts, booleans. Pure.
#pragma once

#include "base/json.h"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace sokkuri::store {

using AttributeValue = std::variant<bool, std::int64_t, double, std::string>;

/// Empty for null, arrays, objects and numbers beyond the largest double, which are there but
/// compare with nothing. Integers beyond 63 bits become the doubles next to them.
std::optional<AttributeValue> attribute_value_of(const JsonValue& value);

/// Exact, also between integers and doubles. A double is never NaN: JSON has none.
std::weak_ordering compare(const AttributeValue& left, const AttributeValue& right);

bool is_number(const AttributeValue& value);
/// Whether a range can hold both.
bool is_same_class(const AttributeValue& left, const AttributeValue& right);

struct AttributeLess {
    bool operator()(const AttributeValue& left, const AttributeValue& right) const {
        return compare(left, right) < 0;
    }
};

/// As JSON.
JsonValue json_of(const AttributeValue& value);

}  // namespace sokkuri::store
