#include "http/native_routes.h"
#include "http/nullable_json.h"
#include "http/request_json.h"
#include "http/started_job.h"
#include "service/model_switch.h"
#include "service/vector_fields.h"

#include <fmt/format.h>

namespace sokkuri::http {
namespace {

constexpr AnswerKind kNoSuchField{
    .status = 404,
    .media_type = "application/problem+json",
    .schema = "Problem",
    .help = "There is no such collection, field or model; the answer names those that there are.",
};

constexpr AnswerKind kOtherField{
    .status = 409,
    .media_type = "application/problem+json",
    .schema = "Problem",
    .help = "It cannot be done while things are as the answer says.",
};

Result<Response> list_fields(const NativeApi& api, const Request& request);
Result<Response> put_field(const NativeApi& api, const Request& request);
Result<Response> delete_field(const NativeApi& api, const Request& request);
Result<Response> switch_model(const NativeApi& api, const Request& request);
Result<service::FieldRequest> read_field(const NativeApi& api, const Request& request);
Result<std::string> fields_json(const service::Library& library);

}  // namespace

RouteTable field_routes(const SharedApi& api) {
    constexpr std::string_view kSection = "Fields";
    constexpr std::string_view kPattern = "/v1/collections/{collection}/fields/{field}";
    return {
        {.pattern = "/v1/collections/{collection}/fields",
         .operation = "listFields",
         .summary = "The vector fields of a collection",
         .answers = {{.schema = "FieldList", .help = "All of them."}, kNoSuchCollection},
         .handler = bind_handler(api, list_fields),
         .section = kSection},
        {.method = Method::kPut,
         .pattern = kPattern,
         .operation = "putField",
         .summary = "Make a further vector field",
         .description = "Of a model, or of vectors of one's own, which need a dimension. A model's "
                        "field is filled with the next run of indexing; vectors of one's own come "
                        "by putting items. Vectors of different models never mix.",
         .bodies = {{"application/json", "FieldBody"}},
         .answers = {{.schema = "FieldList", .help = "It is there, as asked for: all fields."},
                     {.status = 201, .schema = "FieldList", .help = "It is new: all fields."},
                     kNoSuchField,
                     kOtherField},
         .work = WorkClass::kWriting,
         .handler = bind_handler(api, put_field),
         .section = kSection},
        {.method = Method::kDelete,
         .pattern = kPattern,
         .operation = "deleteField",
         .summary = "Drop a vector field with all of its vectors",
         .answers = {{.status = 204, .media_type = "", .help = "It is gone."},
                     kNoSuchField,
                     kOtherField},
         .work = WorkClass::kWriting,
         .handler = bind_handler(api, delete_field),
         .section = kSection},
        {.method = Method::kPost,
         .pattern = "/v1/collections/{collection}/model",
         .operation = "switchModel",
         .summary = "Let another model look at all pictures, and take over when it has",
         .description = "In the background; until then everybody searches as before. Canceling the "
                        "job leaves the old model; asking again goes on where it ended.",
         .bodies = {{"application/json", "SwitchBody"}},
         .answers = {kJobStarted, kTooManyJobs, kNoSuchField},
         .handler = bind_handler(api, switch_model),
         .section = kSection},
    };
}

namespace {

Result<Response> list_fields(const NativeApi& api, const Request& request) {
    const auto library = TRY(find_library(api, request));
    std::string json = TRY(fields_json(*library));
    return json_response(std::move(json));
}

Result<Response> put_field(const NativeApi& api, const Request& request) {
    const auto library = TRY(find_library(api, request));
    const service::FieldRequest field = TRY(read_field(api, request));
    const bool is_new = TRY(service::add_vector_field(*library, field));
    std::string json = TRY(fields_json(*library));
    return json_response(std::move(json), is_new ? 201 : 200);
}

Result<Response> delete_field(const NativeApi& api, const Request& request) {
    const auto library = TRY(find_library(api, request));
    TRY(service::drop_vector_field(*library, request.capture("field")));
    return empty_response();
}

Result<Response> switch_model(const NativeApi& api, const Request& request) {
    const auto library = TRY(find_library(api, request));
    static constexpr std::string_view kMembers[] = {"model"};
    const RequestJson body = TRY(RequestJson::parse(request.body, api.limits, kMembers));
    const auto model = TRY(body.string("model"));
    if (!model || model->empty()) {
        return fail(ErrorCode::kInvalidArgument, "body: model, the name of one, is missing");
    }
    service::SwitchRequest wish{.model = api.model,
                                .limits = api.ingest.limits,
                                .decoders = api.ingest.decoders,
                                .batch_rows = api.ingest.batch_rows};
    wish.model.name = *model;
    TRY(service::choose_model(library->files(), wish.model, std::nullopt));
    return started_job(api.libraries, api.jobs.switch_model(request.capture("collection"), wish));
}

Result<service::FieldRequest> read_field(const NativeApi& api, const Request& request) {
    static constexpr std::string_view kMembers[] = {"model", "dimension", "metric"};
    const RequestJson body = TRY(RequestJson::parse(request.body, api.limits, kMembers));
    service::FieldRequest field{.name = request.capture("field"),
                                .models_folder = api.model.models_folder};
    const auto model = TRY(body.string("model"));
    const auto dimension = TRY(body.integer("dimension"));
    const auto metric = TRY(body.string("metric"));
    field.model = model.value_or("");
    if (dimension && (*dimension < 1 || *dimension > collection::kDimensionMax)) {
        return fail(ErrorCode::kInvalidArgument, "dimension = {}: must be 1 to {}", *dimension,
                    collection::kDimensionMax);
    }
    if (dimension) field.dimension = static_cast<std::uint32_t>(*dimension);
    if (metric) field.metric = TRY(in_context("metric", index::parse_metric(*metric)));
    return field;
}

Result<std::string> fields_json(const service::Library& library) {
    const std::vector<service::FieldDescription> fields = TRY(service::describe_fields(library));
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("fields").begin_array();
    for (const service::FieldDescription& field : fields) {
        json.begin_object().member("name", field.spec.name).member("main", field.is_main);
        json.member("dimension", field.spec.dimension);
        json.member("metric", index::name_of(field.spec.metric));
        write_text_or_null(json, "model", field.model);
        write_text_or_null(json, "fingerprint", field.spec.fingerprint);
        json.member("vectors", field.vectors).end_object();
    }
    json.end_array().end_object();
    return text;
}

}  // namespace
}  // namespace sokkuri::http
