#include "http/request_json.h"

#include "base/base64.h"
#include "base/json_members.h"
#include "base/shown_text.h"
#include "collection/collection.h"
#include "service/ndjson_record.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace sokkuri::http {
namespace {

constexpr std::size_t kShownBytesMax = 200;
constexpr std::size_t kShownColumnsMax = 60;

Result<void> check_members(const JsonObject& members,
                           std::span<const std::string_view> known_members);
Result<std::vector<float>> read_vector(const JsonValue& value);

/// What `read` makes of a member, if it was sent; errors name it.
template <typename T, typename Read>
Result<std::optional<T>> read_member(const RequestJson& json, std::string_view name, Read read) {
    const JsonValue* value = json.find(name);
    if (value == nullptr) return std::nullopt;
    T result = TRY(in_context(name, Result<T>(read(*value))));
    return result;
}

}  // namespace

Result<RequestJson> RequestJson::parse(std::string_view text, const Limits& limits,
                                       std::span<const std::string_view> known_members) {
    if (text.size() > limits.json_bytes_max) {
        return fail(ErrorCode::kExhausted,
                    "body: {} bytes of JSON, more than json_bytes_max {}; pictures may be larger "
                    "when they are sent as multipart/form-data",
                    text.size(), limits.json_bytes_max);
    }
    RequestJson json;
    auto tree = parse_json(
        text, {.size_bytes_max = limits.json_bytes_max, .depth_max = limits.json_depth_max});
    if (!tree) return fail(ErrorCode::kInvalidArgument, "body: {}", tree.error().message());
    if (!tree->is_object()) {
        return fail(ErrorCode::kInvalidArgument, "body: an object is expected, not {}",
                    name_of(tree->kind()));
    }
    json.tree_ = std::move(*tree);
    TRY(check_members(json.tree_.members(), known_members));
    for (const JsonMember& member : json_members(text))
        json.texts_.push_back(member.value);
    return json;
}

std::string_view RequestJson::text_of(std::string_view name) const {
    const JsonObject& members = tree_.members();
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (members[i].first == name) return texts_.at(i);
    }
    return {};
}

Result<RequestJson> RequestJson::of(const JsonValue& object,
                                    std::span<const std::string_view> known_members) {
    if (!object.is_object()) {
        return fail(ErrorCode::kInvalidArgument, "an object is expected, not {}",
                    name_of(object.kind()));
    }
    TRY(check_members(object.members(), known_members));
    RequestJson json;
    json.tree_ = object;
    return json;
}

Result<std::optional<std::string>> RequestJson::string(std::string_view name) const {
    return read_member<std::string>(*this, name,
                                    [](const JsonValue& value) { return value.as_string(); });
}

Result<std::optional<std::uint64_t>> RequestJson::integer(std::string_view name) const {
    return read_member<std::uint64_t>(*this, name,
                                      [](const JsonValue& value) { return value.as_uint64(); });
}

Result<std::optional<double>> RequestJson::number(std::string_view name) const {
    return read_member<double>(*this, name,
                               [](const JsonValue& value) { return value.as_double(); });
}

Result<std::optional<bool>> RequestJson::boolean(std::string_view name) const {
    return read_member<bool>(*this, name, [](const JsonValue& value) { return value.as_bool(); });
}

Result<std::vector<std::string>> RequestJson::strings(std::string_view name,
                                                      std::size_t count_max) const {
    std::vector<std::string> texts;
    const JsonValue* list = find(name);
    if (list == nullptr) return texts;
    if (!list->is_array() || list->items().size() > count_max) {
        return fail(ErrorCode::kInvalidArgument, "{}: an array of at most {} texts is expected",
                    name, count_max);
    }
    for (const JsonValue& item : list->items()) {
        std::string text = TRY(in_context(name, item.as_string()));
        if (text.empty()) return fail(ErrorCode::kInvalidArgument, "{}: an empty text", name);
        texts.push_back(std::move(text));
    }
    return texts;
}

Result<std::optional<std::vector<float>>> RequestJson::vector(std::string_view name) const {
    return read_member<std::vector<float>>(*this, name, read_vector);
}

Result<std::vector<collection::FieldVector>> RequestJson::vectors(std::string_view name) const {
    std::vector<collection::FieldVector> vectors;
    const JsonValue* value = find(name);
    if (value == nullptr) return vectors;
    if (!value->is_object() || value->members().size() > collection::kFieldsMax) {
        return fail(ErrorCode::kInvalidArgument,
                    "{}: an object of at most {} vectors by their fields is expected", name,
                    collection::kFieldsMax);
    }
    for (const auto& [field, one] : value->members()) {
        if (field.empty())
            return fail(ErrorCode::kInvalidArgument, "{}: a field has no name", name);
        collection::FieldVector vector{.field = field};
        vector.values = TRY(in_context(fmt::format("{}.{}", name, field), read_vector(one)));
        vectors.push_back(std::move(vector));
    }
    return vectors;
}

Result<std::optional<std::vector<std::byte>>> RequestJson::bytes(std::string_view name) const {
    return read_member<std::vector<std::byte>>(
        *this, name, [](const JsonValue& value) -> Result<std::vector<std::byte>> {
            if (value.is_string()) return parse_base64(value.text());
            return fail(ErrorCode::kInvalidArgument, "a string of base64 is expected, not {}",
                        name_of(value.kind()));
        });
}

std::string shown_value(std::string_view text) {
    return fit_width(shown_text(text.substr(0, kShownBytesMax)), kShownColumnsMax, Cut::kEnd);
}

namespace {

/// The first offending name in the order of the text.
Result<void> check_members(const JsonObject& members,
                           std::span<const std::string_view> known_members) {
    std::vector<std::string_view> seen;  // no longer than known_members
    for (const auto& [name, value] : members) {
        if (std::find(known_members.begin(), known_members.end(), name) == known_members.end()) {
            return fail(ErrorCode::kInvalidArgument,
                        "body: there is no member \"{}\"; it may have: {}", shown_value(name),
                        fmt::join(known_members, ", "));
        }
        if (std::find(seen.begin(), seen.end(), name) != seen.end()) {
            return fail(ErrorCode::kInvalidArgument, "body: member \"{}\" is there twice", name);
        }
        seen.push_back(name);
    }
    return {};
}

Result<std::vector<float>> read_vector(const JsonValue& value) {
    if (!value.is_array()) {
        return fail(ErrorCode::kInvalidArgument, "an array of numbers is expected, not {}",
                    name_of(value.kind()));
    }
    const JsonArray& items = value.items();
    if (items.empty() || items.size() > collection::kDimensionMax) {
        return fail(ErrorCode::kInvalidArgument, "{} components: must be 1 to {}", items.size(),
                    collection::kDimensionMax);
    }
    std::vector<float> vector;
    vector.reserve(items.size());
    for (const JsonValue& item : items) {
        const auto number = item.as_double();
        if (!number) {
            return fail(ErrorCode::kInvalidArgument, "component {}: {}", vector.size(),
                        number.error().message());
        }
        if (std::abs(*number) >= service::kBeyondFloat) {
            return fail(ErrorCode::kInvalidArgument, "component {}: {} is beyond float32",
                        vector.size(), *number);
        }
        vector.push_back(static_cast<float>(*number));
    }
    return vector;
}

}  // namespace
}  // namespace sokkuri::http
