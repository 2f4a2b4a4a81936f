#include "http/new_collection_json.h"

#include "http/request_json.h"

namespace sokkuri::http {
namespace {

Result<service::NewField> read_field(const JsonValue& value);
Result<void> check_members(const JsonValue& field);
bool is_sent(const JsonValue* value);

}  // namespace

Result<service::NewCollection> read_new_collection(const Request& request, const Limits& limits) {
    service::NewCollection wanted;
    if (request.body.empty()) return wanted;
    static constexpr std::string_view kMembers[] = {"fields", "keep_pictures"};
    const RequestJson body = TRY(RequestJson::parse(request.body, limits, kMembers));
    const auto keeps = TRY(body.boolean("keep_pictures"));
    if (keeps) {
        wanted.keeping =
            *keeps ? service::PictureKeeping::kOriginals : service::PictureKeeping::kThumbnails;
    }
    const JsonValue* fields = body.find("fields");
    if (fields == nullptr) return wanted;
    if (!fields->is_array()) {
        return fail(ErrorCode::kInvalidArgument, "fields: an array is expected, not {}",
                    name_of(fields->kind()));
    }
    if (fields->items().size() > collection::kFieldsMax) {
        return fail(ErrorCode::kInvalidArgument, "fields: {} of them, at most {}",
                    fields->items().size(), collection::kFieldsMax);
    }
    for (const JsonValue& item : fields->items()) {
        service::NewField field =
            TRY(in_context(fmt::format("fields.{}", wanted.fields.size()), read_field(item)));
        wanted.fields.push_back(std::move(field));
    }
    return wanted;
}

namespace {

Result<service::NewField> read_field(const JsonValue& value) {
    TRY(check_members(value));
    service::NewField field;
    if (const JsonValue* name = value.find("name"); is_sent(name)) {
        field.name = TRY(in_context("name", name->as_string()));
    }
    if (const JsonValue* model = value.find("model"); is_sent(model)) {
        field.model = TRY(in_context("model", model->as_string()));
    }
    if (const JsonValue* metric = value.find("metric"); is_sent(metric)) {
        const std::string text = TRY(in_context("metric", metric->as_string()));
        field.metric = TRY(in_context("metric", index::parse_metric(text)));
    }
    if (const JsonValue* dimension = value.find("dimension"); is_sent(dimension)) {
        const std::uint64_t number = TRY(in_context("dimension", dimension->as_uint64()));
        if (number < 1 || number > collection::kDimensionMax) {
            return fail(ErrorCode::kInvalidArgument, "dimension = {}: must be 1 to {}", number,
                        collection::kDimensionMax);
        }
        field.dimension = static_cast<std::uint32_t>(number);
    }
    return field;
}

Result<void> check_members(const JsonValue& field) {
    static constexpr std::string_view kMembers[] = {"name", "dimension", "metric", "model"};
    TRY(RequestJson::of(field, kMembers));
    return {};
}

bool is_sent(const JsonValue* value) {
    return value != nullptr && !value->is_null();
}

}  // namespace
}  // namespace sokkuri::http
