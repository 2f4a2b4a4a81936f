#include "http/search_parts.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <utility>

namespace sokkuri::http {
namespace {

using Part = service::BySeveral::Part;

Result<Part> read_part(const JsonValue& value);
/// As float32, which it must not be too large or too small for.
Result<float> checked_weight(double weight);
Result<void> check_name(std::string_view member, std::string_view name, std::size_t bytes_max);

}  // namespace

Result<std::vector<Part>> read_parts(const RequestJson& body, std::string_view member) {
    std::vector<Part> parts;
    const JsonValue* list = body.find(member);
    if (list == nullptr) return parts;
    if (!list->is_array()) {
        return fail(ErrorCode::kInvalidArgument, "{}: an array is expected, not {}", member,
                    name_of(list->kind()));
    }
    for (std::size_t i = 0; i < list->items().size(); ++i) {
        Part part = TRY(in_context(fmt::format("{}[{}]", member, i), read_part(list->items()[i])));
        parts.push_back(std::move(part));
    }
    return parts;
}

Result<std::optional<std::string>> read_name(const RequestJson& body, std::string_view member,
                                             std::size_t bytes_max) {
    auto name = TRY(body.string(member));
    if (name) TRY(check_name(member, *name, bytes_max));
    return name;
}

namespace {

Result<Part> read_part(const JsonValue& value) {
    static constexpr std::string_view kMembers[] = {"id", "vector", "query_id", "weight"};
    if (value.is_string()) {
        TRY(check_name("id", value.text(), kItemNameBytesMax));
        return Part{.what = service::ByItem{.id_or_path = std::string(value.text()),
                                            .working_directory = {}}};
    }
    const RequestJson json = TRY(RequestJson::of(value, kMembers));
    const auto id = TRY(read_name(json, "id", kItemNameBytesMax));
    auto vector = TRY(json.vector("vector"));
    const auto query_id = TRY(read_name(json, "query_id", kQueryIdBytesMax));
    const auto weight = TRY(json.number("weight"));
    if (int{id.has_value()} + int{vector.has_value()} + int{query_id.has_value()} != 1) {
        return fail(ErrorCode::kInvalidArgument,
                    "exactly one of id, vector and query_id is expected");
    }
    const float float_weight = TRY(checked_weight(weight.value_or(1)));
    Part part{.what = service::ByItem{}, .weight = float_weight};
    if (id) part.what = service::ByItem{.id_or_path = *id, .working_directory = {}};
    if (vector) part.what = service::ByVector{std::move(*vector)};
    if (query_id) part.what = service::ByQuery{*query_id};
    return part;
}

Result<float> checked_weight(double weight) {
    using Limits = std::numeric_limits<float>;
    const double size = std::abs(weight);
    if (size == 0 || (size >= double{Limits::min()} && size <= double{Limits::max()})) {
        return static_cast<float>(weight);
    }
    return fail(ErrorCode::kInvalidArgument, "weight = {}: must be {} to {} in size", weight,
                Limits::min(), Limits::max());
}

Result<void> check_name(std::string_view member, std::string_view name, std::size_t bytes_max) {
    if (name.empty() || name.size() > bytes_max) {
        return fail(ErrorCode::kInvalidArgument, "{}: {} bytes, must be 1 to {}", member,
                    name.size(), bytes_max);
    }
    if (name.find('\0') == std::string_view::npos) return {};
    return fail(ErrorCode::kInvalidArgument, "{}: has a NUL", member);
}

}  // namespace
}  // namespace sokkuri::http
