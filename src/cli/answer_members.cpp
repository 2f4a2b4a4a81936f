#include "cli/answer_members.h"

#include "base/base64.h"

namespace sokkuri::cli {

Result<std::uint64_t> read_count(const JsonValue& object, std::string_view member) {
    return read(object, member, &JsonValue::as_uint64);
}

Result<double> read_number(const JsonValue& object, std::string_view member) {
    return read(object, member, &JsonValue::as_double);
}

Result<std::string> read_text(const JsonValue& object, std::string_view member) {
    return read(object, member, &JsonValue::as_string);
}

std::string text_of(const JsonValue& object, std::string_view member) {
    const JsonValue* value = object.find(member);
    return value == nullptr ? std::string() : std::string(value->text());
}

const JsonValue* find_value(const JsonValue& object, std::string_view member) {
    const JsonValue* value = object.find(member);
    return value == nullptr || value->is_null() ? nullptr : value;
}

Result<std::string> read_path(const JsonValue& object, std::string_view member) {
    const std::string exact_member = std::string(member) + "_bytes";
    const JsonValue* exact = object.find(exact_member);
    if (exact == nullptr) return text_of(object, member);
    const std::vector<std::byte> bytes = TRY(in_context(exact_member, parse_base64(exact->text())));
    return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

}  // namespace sokkuri::cli
