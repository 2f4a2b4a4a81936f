#include "cli/field_reader.h"

namespace sokkuri::cli {
namespace {

Result<service::FieldDescription> read_field(const JsonValue& field);

}  // namespace

Result<std::vector<service::FieldDescription>> read_fields(const JsonValue& answer) {
    std::vector<service::FieldDescription> fields;
    const JsonValue* list = TRY(answer.at("fields"));
    for (const JsonValue& one : list->items()) {
        service::FieldDescription field = TRY(in_context("fields", read_field(one)));
        fields.push_back(std::move(field));
    }
    return fields;
}

namespace {

Result<service::FieldDescription> read_field(const JsonValue& field) {
    service::FieldDescription read;
    const JsonValue* name = TRY(field.at("name"));
    const JsonValue* dimension = TRY(field.at("dimension"));
    const JsonValue* metric = TRY(field.at("metric"));
    const JsonValue* is_main = TRY(field.at("main"));
    const JsonValue* vectors = TRY(field.at("vectors"));
    const JsonValue* model = field.find("model");
    const JsonValue* fingerprint = field.find("fingerprint");
    const std::uint64_t components = TRY(in_context("dimension", dimension->as_uint64()));
    if (components < 1 || components > collection::kDimensionMax) {
        return fail(ErrorCode::kInvalidArgument, "dimension {}: must be 1 to {}", components,
                    collection::kDimensionMax);
    }
    read.spec.name = TRY(in_context("name", name->as_string()));
    read.spec.dimension = static_cast<std::uint32_t>(components);
    read.spec.metric = TRY(in_context("metric", index::parse_metric(metric->text())));
    read.is_main = TRY(in_context("main", is_main->as_bool()));
    read.vectors = TRY(in_context("vectors", vectors->as_uint64()));
    if (model != nullptr) read.model = model->text();
    if (fingerprint != nullptr) read.spec.fingerprint = fingerprint->text();
    return read;
}

}  // namespace
}  // namespace sokkuri::cli
