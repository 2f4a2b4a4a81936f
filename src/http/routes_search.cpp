#include "http/arrangement_values.h"
#include "http/hit_json.h"
#include "http/hits_wanted.h"
#include "http/native_routes.h"
#include "http/query_values.h"
#include "http/request_json.h"
#include "http/request_picture.h"
#include "http/search_parts.h"
#include "http/search_steps.h"

namespace sokkuri::http {
namespace {

Result<Response> list_similar(const NativeApi& api, const Request& request);
Result<Response> search(const NativeApi& api, const Request& request);
Result<Response> count_facets(const NativeApi& api, const Request& request);
std::vector<Parameter> similar_parameters();
Result<service::SearchQuery> read_json(const RequestJson& body);
Result<service::BySeveral> read_together(const RequestJson& body);
Result<collection::SeveralVectors::Combine> read_combine(const RequestJson& body);

}  // namespace

RouteTable search_routes(const SharedApi& api) {
    constexpr std::string_view kSection = "Search";
    return {
        {.pattern = "/v1/collections/{collection}/items/{id}/similar",
         .operation = "listSimilar",
         .summary = "The look-alikes of an item",
         .parameters = similar_parameters(),
         .answers = {{.schema = "SearchAnswer", .help = "The nearest items."}, kNoSuchItem},
         .handler = bind_handler(api, list_similar),
         .section = kSection},
        {.method = Method::kPost,
         .pattern = "/v1/collections/{collection}/search",
         .operation = "search",
         .summary = "The look-alikes of a picture, an item or a vector",
         .description = "A picture comes as the body itself, as the part \"picture\" of a form, or "
                        "as base64 in JSON. Answers to a picture have a `query_id`, by which the "
                        "same search can be asked for again for some days; vectors are not "
                        "remembered.",
         .parameters = hits_parameters("10"),
         .bodies = {{"application/json", "SearchBody"},
                    {"multipart/form-data", "PictureForm"},
                    {"image/*"}},
         .body_bytes_max = api->limits.upload_bytes_max,
         .answers = {{.schema = "SearchAnswer", .help = "The nearest items."}, kNoSuchItem},
         .handler = bind_handler(api, search),
         .section = kSection},
        {.method = Method::kPost,
         .pattern = "/v1/collections/{collection}/facets",
         .operation = "countFacets",
         .summary = "How many items a filter lets through, and how many have which values",
         .bodies = {{"application/json", "FacetsBody"}},
         .answers = {{.schema = "FacetsAnswer", .help = "The counts."}, kNoSuchCollection},
         .handler = bind_handler(api, count_facets),
         .section = kSection},
    };
}

Result<Response> answer_search(const NativeApi& api, const service::Library& library,
                               service::SearchQuery query, const HitsWanted& wanted) {
    query.k = wanted.k;
    query.offset = wanted.offset;
    query.score_min = wanted.score_min;
    query.effort = wanted.effort;
    query.filter = wanted.filter;
    query.group_cap = wanted.group_cap;
    query.order = wanted.order;
    query.diversity = wanted.diversity;
    query.excluded = wanted.excluded;
    query.facets = wanted.facets;
    query.field = wanted.field;
    query.vectors = wanted.vectors;
    query.model = api.model;
    query.limits = api.decode;
    const service::SearchAnswer answer = TRY(service::search(library, query));
    count_steps(*api.metrics, answer.timings);
    return json_response(search_answer_json(answer, wanted));
}

namespace {

Result<Response> list_similar(const NativeApi& api, const Request& request) {
    const auto library = TRY(find_library(api, request));
    const HitsWanted wanted = TRY(read_hits_wanted(request, nullptr));
    const auto include_self = TRY(boolean_value(request, "include_self"));
    service::ByItem item;
    item.id_or_path = TRY(item_id(request));
    service::SearchQuery query{.what = std::move(item)};
    if (include_self.value_or(false)) query.self = service::SelfHit::kInclude;
    return answer_search(api, *library, std::move(query), wanted);
}

Result<Response> search(const NativeApi& api, const Request& request) {
    const auto library = TRY(find_library(api, request));
    if (form_of(request) != BodyForm::kJson) {
        const HitsWanted wanted = TRY(read_hits_wanted(request, nullptr));
        service::ByUpload upload;
        upload.picture = TRY(picture_of_body(request));
        return answer_search(api, *library, {.what = std::move(upload)}, wanted);
    }
    static constexpr std::string_view kMembers[] = {
        "id",        "vector",     "picture",   "query_id", "together",  "combine",
        "k",         "offset",     "min_score", "recall",   "exact",     "ef",
        "field",     "vectors",    "filter",    "group_by", "per_group", "sort",
        "diversity", "candidates", "exclude",   "facets"};
    const RequestJson body = TRY(RequestJson::parse(request.body, api.limits, kMembers));
    const HitsWanted wanted = TRY(read_hits_wanted(request, &body));
    service::SearchQuery query = TRY(read_json(body));
    return answer_search(api, *library, std::move(query), wanted);
}

Result<Response> count_facets(const NativeApi& api, const Request& request) {
    const auto library = TRY(find_library(api, request));
    static constexpr std::string_view kMembers[] = {"filter", "facets"};
    const RequestJson body = TRY(RequestJson::parse(request.body, api.limits, kMembers));
    collection::SummaryRequest wanted;
    wanted.filter = TRY(read_filter(request, &body));
    wanted.facets = TRY(read_facets(request, &body));
    const collection::Summary summary = TRY(library->collection().summarize(wanted));
    std::string text;
    JsonWriter json(text);
    json.begin_object().member("items", summary.records);
    write_facets(json, summary.facets);
    json.end_object();
    return json_response(std::move(text));
}

std::vector<Parameter> similar_parameters() {
    std::vector<Parameter> parameters = hits_parameters("10");
    parameters.push_back({.name = "include_self",
                          .kind = ParameterKind::kBoolean,
                          .help = "Whether the item itself is among the hits.",
                          .fallback = "false"});
    return parameters;
}

Result<service::SearchQuery> read_json(const RequestJson& body) {
    const auto id = TRY(read_name(body, "id", kItemNameBytesMax));
    auto vector = TRY(body.vector("vector"));
    auto picture = TRY(body.bytes("picture"));
    const auto query_id = TRY(read_name(body, "query_id", kQueryIdBytesMax));
    const bool is_together = body.find("together") != nullptr;
    const int ways = int{id.has_value()} + int{vector.has_value()} + int{picture.has_value()} +
                     int{query_id.has_value()} + int{is_together};
    if (ways != 1) {
        return fail(ErrorCode::kInvalidArgument,
                    "body: exactly one of id, vector, picture, query_id and together is expected, "
                    "not {}",
                    ways);
    }
    if (is_together) {
        auto several = TRY(read_together(body));
        return service::SearchQuery{.what = std::move(several)};
    }
    if (body.find("combine") != nullptr) {
        return fail(ErrorCode::kInvalidArgument, "combine: only beside together");
    }
    if (id) return service::SearchQuery{.what = service::ByItem{.id_or_path = *id}};
    if (vector) return service::SearchQuery{.what = service::ByVector{std::move(*vector)}};
    if (query_id) return service::SearchQuery{.what = service::ByQuery{*query_id}};
    service::ByUpload upload;
    upload.picture = TRY(checked_picture(std::move(*picture)));
    return service::SearchQuery{.what = std::move(upload)};
}

Result<service::BySeveral> read_together(const RequestJson& body) {
    service::BySeveral several;
    several.combine = TRY(read_combine(body));
    several.parts = TRY(read_parts(body, "together"));
    return several;
}

Result<collection::SeveralVectors::Combine> read_combine(const RequestJson& body) {
    using Combine = collection::SeveralVectors::Combine;
    const auto asked = TRY(body.string("combine"));
    const std::string combine = asked.value_or("mean");
    if (combine == "mean") return Combine::kMean;
    if (combine == "nearest") return Combine::kNearest;
    if (combine == "farthest") return Combine::kFarthest;
    return fail(ErrorCode::kInvalidArgument, "combine: {:?}, must be mean, nearest or farthest",
                shown_value(combine));
}

}  // namespace
}  // namespace sokkuri::http
