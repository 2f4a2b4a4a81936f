// Members of what a server answered, as the types that the readers of answers want; errors name the
// member that is missing or of another kind. Used by answer_reader, job_reader, group_reader,
// patch_lines and server_import. Pure.
#pragma once

#include "base/json.h"
#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sokkuri::cli {

/// `member` as `as` of JsonValue gives it.
template <typename T>
Result<T> read(const JsonValue& object, std::string_view member,
               Result<T> (JsonValue::*as)() const) {
    const JsonValue* value = TRY(object.at(member));
    return in_context(member, (value->*as)());
}

/// Each item of the array `member`, as `read_one` has it.
template <typename T>
Result<std::vector<T>> read_all(const JsonValue& object, std::string_view member,
                                Result<T> (*read_one)(const JsonValue&)) {
    const JsonValue* array = TRY(object.at(member));
    std::vector<T> all;
    for (const JsonValue& item : array->items()) {
        T one = TRY(in_context(member, read_one(item)));
        all.push_back(std::move(one));
    }
    return all;
}

Result<std::uint64_t> read_count(const JsonValue& object, std::string_view member);
Result<double> read_number(const JsonValue& object, std::string_view member);
Result<std::string> read_text(const JsonValue& object, std::string_view member);
/// Empty where it is null or missing.
std::string text_of(const JsonValue& object, std::string_view member);
/// The member, where it is there and not null; else nothing.
const JsonValue* find_value(const JsonValue& object, std::string_view member);
/// The bytes of a path (base/path_json.h); empty where it is null or missing.
Result<std::string> read_path(const JsonValue& object, std::string_view member);

}  // namespace sokkuri::cli
