#include "base/json.h"
#include "http/hit_json.h"
#include "http/native_routes.h"
#include "http/query_values.h"
#include "http/request_json.h"
#include "http/request_picture.h"
#include "http/search_steps.h"
#include "service/embed.h"

#include <fmt/ranges.h>

namespace sokkuri::http {
namespace {

constexpr double kNameBytesMax = 255;

Result<Response> embed(const NativeApi& api, const Request& request);
Result<std::shared_ptr<service::Library>> library_of(const NativeApi& api, const Request& request);
Result<service::ByUpload> upload_of(const NativeApi& api, const Request& request);
std::string embedding_json(const service::EmbeddedUpload& embedding);

}  // namespace

RouteTable embed_routes(const SharedApi& api) {
    return {
        {.method = Method::kPost,
         .pattern = "/v1/embed",
         .operation = "embed",
         .summary = "The vector of a picture",
         .description = "By the model of a collection, so that the vector fits its search.",
         .parameters = {{.name = "collection",
                         .help = "Whose model to use; may be left out where there is one "
                                 "collection.",
                         .maximum = kNameBytesMax}},
         .bodies = {{"application/json", "EmbedBody"},
                    {"multipart/form-data", "PictureForm"},
                    {"image/*"}},
         .body_bytes_max = api->limits.upload_bytes_max,
         .answers = {{.schema = "Embedding", .help = "The vector."}, kNoSuchCollection},
         .handler = bind_handler(api, embed),
         .section = "Search"},
    };
}

namespace {

Result<Response> embed(const NativeApi& api, const Request& request) {
    const auto library = TRY(library_of(api, request));
    const service::ByUpload upload = TRY(upload_of(api, request));
    const service::EmbeddedUpload embedding =
        TRY(service::embed_upload(*library, upload, api.model, api.decode));
    count_steps(*api.metrics, embedding.timings);
    return json_response(embedding_json(embedding));
}

Result<std::shared_ptr<service::Library>> library_of(const NativeApi& api, const Request& request) {
    if (const auto name = request.query_value("collection")) return api.libraries.find(*name);
    const auto all = api.libraries.all();
    if (all.size() == 1) return api.libraries.find(all.front()->name);
    std::vector<std::string_view> names;
    for (const auto& entry : all) {
        names.push_back(entry->name);
    }
    return fail(ErrorCode::kInvalidArgument, "collection: it must be one of {}, and none was given",
                fmt::join(names, ", "));
}

Result<service::ByUpload> upload_of(const NativeApi& api, const Request& request) {
    service::ByUpload upload;
    if (form_of(request) != BodyForm::kJson) {
        upload.picture = TRY(picture_of_body(request));
        return upload;
    }
    static constexpr std::string_view kMembers[] = {"picture"};
    const RequestJson body = TRY(RequestJson::parse(request.body, api.limits, kMembers));
    auto picture = TRY(body.bytes("picture"));
    if (!picture) return fail(ErrorCode::kInvalidArgument, "body: picture is missing");
    upload.picture = TRY(checked_picture(std::move(*picture)));
    return upload;
}

std::string embedding_json(const service::EmbeddedUpload& embedding) {
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("vector").begin_array();
    for (const float component : embedding.vector) {
        json.value(component);
    }
    json.end_array().member("dimension", std::uint64_t{embedding.vector.size()});
    json.member("model", embedding.model);
    write_timings(json, embedding.timings);
    json.end_object();
    return text;
}

}  // namespace
}  // namespace sokkuri::http
