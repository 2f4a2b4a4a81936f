#include "base/json.h"

#include "base/json_number.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <bit>

namespace sokkuri {
namespace {

/// `numbers` follows the text that `element` is of, when it holds large ones; else null.
JsonValue copy_element(const simdjson::dom::element& element, NumberTexts* numbers);
JsonValue copy_number(const simdjson::dom::element& element, NumberTexts* numbers);
JsonValue copy_array(const simdjson::dom::array& array, NumberTexts* numbers);
JsonValue copy_object(const simdjson::dom::object& object, NumberTexts* numbers);
Result<JsonValue> parse_large_numbers(std::string_view text, const JsonLimits& limits);
JsonValue only_wanted(const JsonValue& value, const JsonReader::NameTest& wanted);
Error describe(simdjson::error_code code, std::string_view text, const JsonLimits& limits);
std::size_t offset_of_error(simdjson::error_code code, std::string_view text,
                            std::size_t depth_max);
std::size_t offset_in_strings(std::string_view text);
std::size_t offset_of_bad_utf8(std::string_view text);
simdjson::error_code walk(simdjson::ondemand::value value, std::size_t depth_max);

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
    if (code == simdjson::NUMBER_ERROR) return parse_large_numbers(text, limits);
    if (code != simdjson::SUCCESS) return tl::unexpected(describe(code, text, limits));
    return copy_element(root, nullptr);
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
    if (code == simdjson::NUMBER_ERROR) {
        const JsonValue whole = TRY(parse_large_numbers(text, state.limits));
        return only_wanted(whole, wanted);
    }
    if (code != simdjson::SUCCESS) return tl::unexpected(describe(code, text, state.limits));
    simdjson::dom::object members;
    if (root.get(members) != simdjson::SUCCESS) return copy_element(root, nullptr);
    JsonObject object;
    for (const simdjson::dom::key_value_pair member : members) {
        if (wanted(member.key)) {
            object.emplace_back(member.key, copy_element(member.value, nullptr));
        }
    }
    return JsonValue(std::move(object));
}

bool is_utf8(std::string_view text) {
    return simdjson::validate_utf8(text.data(), text.size());
}

namespace {

JsonValue copy_element(const simdjson::dom::element& element, NumberTexts* numbers) {
    using simdjson::dom::element_type;
    switch (element.type()) {
        case element_type::ARRAY:
            return copy_array(element.get_array().value_unsafe(), numbers);
        case element_type::OBJECT:
            return copy_object(element.get_object().value_unsafe(), numbers);
        case element_type::INT64:
        case element_type::UINT64:
        case element_type::DOUBLE:
            return copy_number(element, numbers);
        case element_type::STRING:
            return JsonValue(std::string(element.get_string().value_unsafe()));
        case element_type::BOOL:
            return JsonValue(element.get_bool().value_unsafe());
        case element_type::NULL_VALUE:
            return {};
    }
    return {};
}

JsonValue copy_number(const simdjson::dom::element& element, NumberTexts* numbers) {
    using simdjson::dom::element_type;
    if (numbers != nullptr) {
        const auto text = numbers->next();
        if (text && is_large_number(*text)) {
            return JsonValue(JsonValue::LargeNumber{std::string(*text)});
        }
    }
    if (element.type() == element_type::INT64) return JsonValue(element.get_int64().value_unsafe());
    if (element.type() == element_type::DOUBLE) {
        return JsonValue(element.get_double().value_unsafe());
    }
    return JsonValue(element.get_uint64().value_unsafe());
}

JsonValue copy_array(const simdjson::dom::array& array, NumberTexts* numbers) {
    JsonArray items;
    items.reserve(array.size());
    for (const simdjson::dom::element item : array) {
        items.push_back(copy_element(item, numbers));
    }
    return JsonValue(std::move(items));
}

JsonValue copy_object(const simdjson::dom::object& object, NumberTexts* numbers) {
    JsonObject members;
    members.reserve(object.size());
    for (const auto field : object) {
        members.emplace_back(std::string(field.key), copy_element(field.value, numbers));
    }
    return JsonValue(std::move(members));
}

/// simdjson refuses numbers that it has no type for, so it reads the text without them; as the tree
/// is copied in the order of the text, they are put back from there. It judges all the rest as
/// ever.
Result<JsonValue> parse_large_numbers(std::string_view text, const JsonLimits& limits) {
    const std::string left = without_large_numbers(text);
    simdjson::dom::parser parser(limits.size_bytes_max);
    simdjson::dom::element root;
    simdjson::error_code code =
        parser.allocate(std::max<std::size_t>(left.size(), 32), limits.depth_max + 1);
    if (code == simdjson::SUCCESS) code = parser.parse(left).get(root);
    if (code != simdjson::SUCCESS) return tl::unexpected(describe(code, left, limits));
    NumberTexts numbers(text);
    return copy_element(root, &numbers);
}

JsonValue only_wanted(const JsonValue& value, const JsonReader::NameTest& wanted) {
    if (!value.is_object()) return value;
    JsonObject object;
    for (const auto& [name, member] : value.members()) {
        if (wanted(name)) object.emplace_back(name, member);
    }
    return JsonValue(std::move(object));
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

}  // namespace
}  // namespace sokkuri
