#include "base/json.h"

#include "base/check.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <iterator>
#include <limits>

namespace sokkuri {
namespace {

JsonValue copy_element(const simdjson::dom::element& element);
JsonValue copy_array(const simdjson::dom::array& array);
JsonValue copy_object(const simdjson::dom::object& object);
Error describe(simdjson::error_code code, std::string_view text, const JsonLimits& limits);
std::size_t offset_of_error(simdjson::error_code code, std::string_view text,
                            std::size_t depth_max);
std::size_t offset_in_strings(std::string_view text);
std::size_t offset_of_bad_utf8(std::string_view text);
simdjson::error_code walk(simdjson::ondemand::value value, std::size_t depth_max);
Error wrong_kind(std::string_view expected, JsonValue::Kind kind);

template <typename Integer>
Result<Integer> integer_of(double number);

}  // namespace

Result<JsonValue> parse_json(std::string_view text, const JsonLimits& limits) {
    if (text.size() > limits.size_bytes_max) {
        return fail(ErrorCode::kExhausted, "JSON: {} bytes, more than size_bytes_max {}",
                    text.size(), limits.size_bytes_max);
    }
    simdjson::dom::parser parser(limits.size_bytes_max);
    simdjson::dom::element root;
    simdjson::error_code code =
        parser.allocate(std::max<std::size_t>(text.size(), 32), limits.depth_max + 1);
    // simdjson copies even no bytes, and not from nowhere.
    const char* const bytes = text.empty() ? "" : text.data();
    if (code == simdjson::SUCCESS) code = parser.parse(bytes, text.size()).get(root);
    if (code != simdjson::SUCCESS) return tl::unexpected(describe(code, text, limits));
    return copy_element(root);
}

struct JsonReader::State {
    JsonLimits limits;
    simdjson::dom::parser parser;
    std::string padded;

    explicit State(const JsonLimits& given) : limits(given), parser(given.size_bytes_max) {}
};

JsonReader::JsonReader(const JsonLimits& limits) : state_(std::make_unique<State>(limits)) {}

JsonReader::~JsonReader() = default;

Result<JsonValue> JsonReader::parse(std::string_view text, const NameTest& wanted) {
    State& state = *state_;
    if (text.size() > state.limits.size_bytes_max) return parse_json(text, state.limits);
    const std::size_t capacity = std::bit_ceil(std::max<std::size_t>(text.size(), 4'096));
    simdjson::dom::element root;
    simdjson::error_code code = simdjson::SUCCESS;
    if (state.parser.capacity() < text.size()) {
        code = state.parser.allocate(capacity, state.limits.depth_max + 1);
    }
    state.padded.assign(text);
    state.padded.append(simdjson::SIMDJSON_PADDING, ' ');
    if (code == simdjson::SUCCESS) {
        code = state.parser.parse(state.padded.data(), text.size(), false).get(root);
    }
    if (code != simdjson::SUCCESS) return tl::unexpected(describe(code, text, state.limits));
    simdjson::dom::object members;
    if (root.get(members) != simdjson::SUCCESS) return copy_element(root);
    JsonObject object;
    for (const simdjson::dom::key_value_pair member : members) {
        if (wanted(member.key)) object.emplace_back(member.key, copy_element(member.value));
    }
    return JsonValue(std::move(object));
}

JsonValue::Kind JsonValue::kind() const {
    switch (value_.index()) {
        case 0:
            return Kind::kNull;
        case 1:
            return Kind::kBool;
        case 2:
        case 3:
        case 4:
            return Kind::kNumber;
        case 5:
            return Kind::kString;
        case 6:
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
    return tl::unexpected(wrong_kind("a number", kind()));
}

Result<std::int64_t> JsonValue::as_int64() const {
    if (const auto* number = std::get_if<std::int64_t>(&value_)) return *number;
    if (const double* number = std::get_if<double>(&value_))
        return integer_of<std::int64_t>(*number);
    if (const auto* number = std::get_if<std::uint64_t>(&value_)) {
        return fail(ErrorCode::kInvalidArgument, "{} is out of range", *number);
    }
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

bool is_utf8(std::string_view text) {
    return simdjson::validate_utf8(text.data(), text.size());
}

namespace {

JsonValue copy_element(const simdjson::dom::element& element) {
    using simdjson::dom::element_type;
    switch (element.type()) {
        case element_type::ARRAY:
            return copy_array(element.get_array().value_unsafe());
        case element_type::OBJECT:
            return copy_object(element.get_object().value_unsafe());
        case element_type::INT64:
            return JsonValue(element.get_int64().value_unsafe());
        case element_type::UINT64:
            return JsonValue(element.get_uint64().value_unsafe());
        case element_type::DOUBLE:
            return JsonValue(element.get_double().value_unsafe());
        case element_type::STRING:
            return JsonValue(std::string(element.get_string().value_unsafe()));
        case element_type::BOOL:
            return JsonValue(element.get_bool().value_unsafe());
        case element_type::NULL_VALUE:
            return {};
    }
    return {};
}

JsonValue copy_array(const simdjson::dom::array& array) {
    JsonArray items;
    items.reserve(array.size());
    for (const simdjson::dom::element item : array) {
        items.push_back(copy_element(item));
    }
    return JsonValue(std::move(items));
}

JsonValue copy_object(const simdjson::dom::object& object) {
    JsonObject members;
    members.reserve(object.size());
    for (const auto field : object) {
        members.emplace_back(std::string(field.key), copy_element(field.value));
    }
    return JsonValue(std::move(members));
}

Error describe(simdjson::error_code code, std::string_view text, const JsonLimits& limits) {
    if (code == simdjson::MEMALLOC || code == simdjson::CAPACITY) {
        return Error(ErrorCode::kExhausted,
                     fmt::format("JSON: no memory for {} bytes", text.size()));
    }
    if (code == simdjson::EMPTY) return Error(ErrorCode::kInvalidArgument, "JSON: empty");
    if (code == simdjson::DEPTH_ERROR) {
        return Error(ErrorCode::kExhausted,
                     fmt::format("JSON: nested deeper than depth_max {}", limits.depth_max));
    }
    const std::size_t offset = std::min(offset_of_error(code, text, limits.depth_max), text.size());
    const std::string_view before = text.substr(0, offset);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const std::size_t column = offset - (before.rfind('\n') + 1) + 1;  // npos + 1 is 0
    std::string_view reason = simdjson::error_message(code);
    if (code == simdjson::TAPE_ERROR) reason = "not what JSON allows here";
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("JSON: line {}, column {}: {}", line, column, reason));
}

/// The document parser does not say where it stopped. Errors are rare, so the text is then read a
/// second time by simdjson's other, lazy parser, which does.
std::size_t offset_of_error(simdjson::error_code code, std::string_view text,
                            std::size_t depth_max) {
    if (code == simdjson::UTF8_ERROR) return offset_of_bad_utf8(text);
    if (code == simdjson::UNCLOSED_STRING || code == simdjson::UNESCAPED_CHARS) {
        return offset_in_strings(text);
    }
    const simdjson::padded_string padded(text);
    simdjson::ondemand::parser parser;
    simdjson::ondemand::document document;
    if (parser.allocate(text.size(), depth_max + 1) != simdjson::SUCCESS ||
        parser.iterate(padded).get(document) != simdjson::SUCCESS) {
        return text.size();
    }
    simdjson::ondemand::value root;
    if (document.get_value().get(root) == simdjson::SUCCESS) walk(root, depth_max + 1);
    const char* place = nullptr;
    if (document.current_location().get(place) != simdjson::SUCCESS) return text.size();
    return static_cast<std::size_t>(place - padded.data());
}

/// The control character inside a string, or the last opening quote when a string is never closed.
std::size_t offset_in_strings(std::string_view text) {
    bool inside = false;
    std::size_t opened = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"') {
            inside = !inside;
            opened = i;
            continue;
        }
        if (inside && static_cast<unsigned char>(text[i]) < 0x20) return i;
        if (inside && text[i] == '\\') ++i;
    }
    return opened;
}

std::size_t offset_of_bad_utf8(std::string_view text) {
    for (std::size_t start = 0; start < text.size();) {
        const std::size_t end = std::min(text.find('\n', start), text.size());
        if (!is_utf8(text.substr(start, end - start))) return start;
        start = end + 1;
    }
    return 0;
}

simdjson::error_code walk(simdjson::ondemand::value value, std::size_t depth_max) {
    using simdjson::ondemand::json_type;
    if (depth_max == 0) return simdjson::DEPTH_ERROR;  // this parser has no bound of its own
    json_type type;
    if (const auto code = value.type().get(type)) return code;
    if (type == json_type::array) {
        simdjson::ondemand::array array;
        if (const auto code = value.get_array().get(array)) return code;
        for (auto item : array) {
            simdjson::ondemand::value inner;
            if (const auto code = std::move(item).get(inner)) return code;
            if (const auto code = walk(inner, depth_max - 1)) return code;
        }
        return simdjson::SUCCESS;
    }
    if (type == json_type::object) {
        simdjson::ondemand::object object;
        if (const auto code = value.get_object().get(object)) return code;
        for (auto item : object) {
            simdjson::ondemand::field field;
            if (const auto code = std::move(item).get(field)) return code;
            if (const auto code = walk(field.value(), depth_max - 1)) return code;
        }
        return simdjson::SUCCESS;
    }
    if (type == json_type::string) return value.get_string().error();
    if (type == json_type::number) return value.get_number().error();
    if (type == json_type::boolean) return value.get_bool().error();
    bool is_null = false;
    if (const auto code = value.is_null().get(is_null)) return code;
    return is_null ? simdjson::SUCCESS : simdjson::N_ATOM_ERROR;
}

Error wrong_kind(std::string_view expected, JsonValue::Kind kind) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("{} is expected, not {}", expected, name_of(kind)));
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
