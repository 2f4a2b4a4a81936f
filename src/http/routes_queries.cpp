#include "base/json.h"
#include "http/caching.h"
#include "http/hits_wanted.h"
#include "http/native_routes.h"
#include "http/nullable_json.h"
#include "http/query_values.h"
#include "http/timestamp.h"
#include "service/query_handle.h"

namespace sokkuri::http {
namespace {

constexpr std::size_t kQueryHitsDefault = 40;

constexpr AnswerKind kNoSuchQuery{
    .status = 404,
    .media_type = "application/problem+json",
    .schema = "Problem",
    .help = "The query has expired or never was, or there is no such collection.",
};

Result<Response> get_query(const NativeApi& api, const Request& request);
Result<Response> list_query_hits(const NativeApi& api, const Request& request);
Result<Response> get_query_preview(const NativeApi& api, const Request& request);
std::vector<Parameter> hit_page_parameters();

}  // namespace

RouteTable query_routes(const SharedApi& api) {
    constexpr std::string_view kSection = "Queries";
    return {
        {.pattern = "/v1/collections/{collection}/queries/{query}",
         .operation = "getQuery",
         .summary = "What is known of a picture that was searched with",
         .answers = {{.schema = "Query", .help = "The query."}, kNoSuchQuery},
         .handler = bind_handler(api, get_query),
         .section = kSection},
        {.pattern = "/v1/collections/{collection}/queries/{query}/hits",
         .operation = "listQueryHits",
         .summary = "The look-alikes of a picture that was sent before",
         .parameters = hit_page_parameters(),
         .answers = {{.schema = "SearchAnswer", .help = "The nearest items."}, kNoSuchQuery},
         .handler = bind_handler(api, list_query_hits),
         .section = kSection},
        {.pattern = "/v1/collections/{collection}/queries/{query}/preview",
         .operation = "getQueryPreview",
         .summary = "The picture that was searched with, small",
         .description = "JPEG, its longer side at most 640 pixels.",
         .answers = {{.media_type = "image/jpeg", .help = "The preview."},
                     {.status = 304, .media_type = "", .help = "As If-None-Match has it."},
                     kNoSuchQuery},
         .handler = bind_handler(api, get_query_preview),
         .section = kSection},
    };
}

namespace {

Result<Response> get_query(const NativeApi& api, const Request& request) {
    const auto library = TRY(find_library(api, request));
    const service::QueryHandle query = TRY(service::find_query(*library, request.capture("query")));
    std::string text;
    JsonWriter json(text);
    json.begin_object().member("query_id", query.id);
    json.member("created", timestamp(query.created_s));
    json.member("expires", timestamp(query.expires_s));
    json.member("width", query.size.width).member("height", query.size.height);
    write_text_or_null(json, "item", query.item_id);
    write_text_or_null(json, "model", query.model);
    json.end_object();
    return json_response(std::move(text));
}

Result<Response> list_query_hits(const NativeApi& api, const Request& request) {
    const auto library = TRY(find_library(api, request));
    TRY(refuse_both(request, "k", "limit"));
    HitsWanted wanted = TRY(read_hits_wanted(request, nullptr));
    const auto limit = TRY(integer_value(request, "limit"));
    if (!request.query_value("k")) wanted.k = limit.value_or(kQueryHitsDefault);
    return answer_search(api, *library, {.what = service::ByQuery{request.capture("query")}},
                         wanted);
}

/// The same id has the same picture for ever: it is made of its content.
Result<Response> get_query_preview(const NativeApi& api, const Request& request) {
    const auto library = TRY(find_library(api, request));
    const std::string& id = request.capture("query");
    std::vector<std::byte> preview = TRY(service::query_preview(*library, id));
    Response whole{.content_type = "image/jpeg",
                   .body = std::make_shared<const std::vector<std::byte>>(std::move(preview))};
    return cacheable(request, std::move(whole), id, kAskAgain);
}

std::vector<Parameter> hit_page_parameters() {
    std::vector<Parameter> parameters = hits_parameters("40");
    parameters.push_back({.name = "limit",
                          .kind = ParameterKind::kInteger,
                          .help = "Another word for k.",
                          .minimum = 1,
                          .maximum = kHitsMax});
    return parameters;
}

}  // namespace
}  // namespace sokkuri::http
