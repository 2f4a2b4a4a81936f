#include "http/hits_wanted.h"
#include "http/native_routes.h"
#include "http/request_json.h"
#include "http/search_parts.h"
#include "service/recommend.h"

namespace sokkuri::http {
namespace {

Result<Response> recommend(const NativeApi& api, const Request& request);

}  // namespace

RouteTable recommend_routes(const SharedApi& api) {
    return {{.method = Method::kPost,
             .pattern = "/v1/collections/{collection}/recommend",
             .operation = "recommend",
             .summary = "What goes with some items and not with others",
             .description =
                 "Near the weighted mean of the positives and away from the negatives; or, with "
                 "`least`, what is least like anything that is given. What is given, and what is "
                 "in `exclude`, is not among the hits.",
             .parameters = hits_parameters("10"),
             .bodies = {{"application/json", "RecommendBody"}},
             .answers = {{.schema = "SearchAnswer", .help = "The recommended items."}, kNoSuchItem},
             .handler = bind_handler(api, recommend),
             .section = "Search"}};
}

namespace {

Result<Response> recommend(const NativeApi& api, const Request& request) {
    using Wish = service::Taste::Wish;
    static constexpr std::string_view kMembers[] = {
        "positive",  "negative", "least",     "exclude",    "k",       "offset", "recall",
        "exact",     "ef",       "min_score", "field",      "vectors", "filter", "group_by",
        "per_group", "sort",     "diversity", "candidates", "facets"};
    const auto library = TRY(find_library(api, request));
    const RequestJson body = TRY(RequestJson::parse(request.body, api.limits, kMembers));
    const HitsWanted wanted = TRY(read_hits_wanted(request, &body));
    service::Taste taste;
    taste.positive = TRY(read_parts(body, "positive"));
    taste.negative = TRY(read_parts(body, "negative"));
    const auto least = TRY(body.boolean("least"));
    taste.wish = least.value_or(false) ? Wish::kUnlike : Wish::kAlike;
    service::BySeveral several = TRY(service::search_of(taste));
    return answer_search(api, *library, {.what = std::move(several)}, wanted);
}

}  // namespace
}  // namespace sokkuri::http
