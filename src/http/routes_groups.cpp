#include "http/group_json.h"
#include "http/hits_wanted.h"
#include "http/native_routes.h"
#include "http/query_values.h"
#include "service/groups.h"

namespace sokkuri::http {
namespace {

constexpr std::size_t kValueBytesMax = 32'768;
constexpr double kFieldNameMax = 64;

Result<Response> list_groups(const NativeApi& api, const Request& request);
Result<Response> list_similar_groups(const NativeApi& api, const Request& request);
Result<Response> list_similar_items(const NativeApi& api, const Request& request);
/// What both kinds of lists are asked with, into the members of those names.
template <typename Query>
Result<void> read_page(const Request& request, Query& query);
Result<std::string> attribute_named(const Request& request);
Result<service::ByGroup> group_named(const Request& request);
std::vector<Parameter> page_parameters(std::string_view count, std::string_view fallback);
std::vector<Parameter> item_parameters();

constexpr AnswerKind kNoSuchGroup{.status = 404,
                                  .media_type = "application/problem+json",
                                  .schema = "Problem",
                                  .help = "There is no such collection or group."};

}  // namespace

RouteTable group_routes(const SharedApi& api) {
    constexpr std::string_view kSection = "Groups";
    return {
        {.pattern = "/v1/collections/{collection}/groups/{by}",
         .operation = "listGroups",
         .summary = "The items by a value of theirs",
         .description =
             "`by` is the path of an attribute; an item with several values is in several groups. "
             "In a collection of a folder's pictures, `folder` is the folder of each file. A "
             "group's vector is the mean of its items' vectors (under cosine: of their "
             "directions), "
             "always that of the items as they are now.",
         .parameters = page_parameters("limit", "100"),
         .answers = {{.schema = "GroupList", .help = "Most items first, ties by value."},
                     kNoSuchCollection},
         .handler = bind_handler(api, list_groups),
         .section = kSection},
        {.pattern = "/v1/collections/{collection}/groups/{by}/{value}/similar",
         .operation = "listSimilarGroups",
         .summary = "The groups that look like a group",
         .description = "`value` is read as JSON where a group has that value, else as text; in "
                        "quotes it is always text.",
         .parameters = page_parameters("k", "10"),
         .answers = {{.schema = "SimilarGroups", .help = "The nearest groups, nearest first."},
                     kNoSuchGroup},
         .handler = bind_handler(api, list_similar_groups),
         .section = kSection},
        {.pattern = "/v1/collections/{collection}/groups/{by}/{value}/items",
         .operation = "listItemsLikeGroup",
         .summary = "The items that look like a group, or that are in it",
         .parameters = item_parameters(),
         .answers = {{.schema = "SearchAnswer", .help = "The items nearest to its vector."},
                     kNoSuchGroup},
         .handler = bind_handler(api, list_similar_items),
         .section = kSection},
    };
}

namespace {

Result<Response> list_groups(const NativeApi& api, const Request& request) {
    const auto library = TRY(find_library(api, request));
    service::GroupsQuery query;
    query.by = TRY(attribute_named(request));
    TRY(read_page(request, query));
    const auto limit = TRY(integer_value(request, "limit"));
    query.limit = limit.value_or(query.limit);
    const service::GroupsAnswer answer = TRY(service::list_groups(*library, query));
    return json_response(group_list_json(answer));
}

Result<Response> list_similar_groups(const NativeApi& api, const Request& request) {
    const auto library = TRY(find_library(api, request));
    service::SimilarGroupsQuery query;
    query.group = TRY(group_named(request));
    TRY(read_page(request, query));
    const auto k = TRY(integer_value(request, "k"));
    query.k = k.value_or(query.k);
    const service::SimilarGroupsAnswer answer = TRY(service::similar_groups(*library, query));
    return json_response(similar_groups_json(answer));
}

Result<Response> list_similar_items(const NativeApi& api, const Request& request) {
    const auto library = TRY(find_library(api, request));
    const HitsWanted wanted = TRY(read_hits_wanted(request, nullptr));
    const auto include_members = TRY(boolean_value(request, "include_members"));
    const auto only_members = TRY(boolean_value(request, "only_members"));
    service::ByGroup group = TRY(group_named(request));
    service::SearchQuery query{.what = std::move(group)};
    if (include_members.value_or(false)) query.self = service::SelfHit::kInclude;
    if (only_members.value_or(false)) query.self = service::SelfHit::kOnly;
    return answer_search(api, *library, std::move(query), wanted);
}

template <typename Query>
Result<void> read_page(const Request& request, Query& query) {
    query.field = text_value(request, "field");
    const auto offset = TRY(integer_value(request, "offset"));
    const auto examples = TRY(integer_value(request, "examples"));
    query.offset = offset.value_or(query.offset);
    query.examples = examples.value_or(query.examples);
    return {};
}

Result<std::string> attribute_named(const Request& request) {
    const std::string& by = request.capture("by");
    TRY(in_context("by", collection::validate_path(by)));
    return by;
}

Result<service::ByGroup> group_named(const Request& request) {
    service::ByGroup group;
    group.by = TRY(attribute_named(request));
    group.value = request.capture("value");
    if (group.value.size() > kValueBytesMax) {
        return fail(ErrorCode::kInvalidArgument, "value: {} bytes, at most {} are allowed",
                    group.value.size(), kValueBytesMax);
    }
    if (is_utf8(group.value)) return group;
    return fail(ErrorCode::kInvalidArgument, "value: its bytes are not UTF-8");
}

std::vector<Parameter> page_parameters(std::string_view count, std::string_view fallback) {
    return {{.name = count,
             .kind = ParameterKind::kInteger,
             .help = "Groups wanted.",
             .fallback = fallback,
             .minimum = 1,
             .maximum = collection::kGroupsListedMax},
            {.name = "offset",
             .kind = ParameterKind::kInteger,
             .help = "Groups to pass over.",
             .fallback = "0",
             .maximum = collection::kGroupsMax},
            {.name = "examples",
             .kind = ParameterKind::kInteger,
             .help = "The most typical items of each group that are named.",
             .fallback = "3",
             .maximum = collection::kGroupExamplesMax},
            {.name = "field",
             .help = "Whose vectors; without it, the main field's.",
             .minimum = 1,
             .maximum = kFieldNameMax}};
}

std::vector<Parameter> item_parameters() {
    std::vector<Parameter> parameters = hits_parameters("10");
    parameters.push_back({.name = "include_members",
                          .kind = ParameterKind::kBoolean,
                          .help = "Whether items of the group itself may be hits.",
                          .fallback = "false"});
    parameters.push_back({.name = "only_members",
                          .kind = ParameterKind::kBoolean,
                          .help = "Whether nothing else may be: the group's own items, the most "
                                  "typical ones first.",
                          .fallback = "false"});
    return parameters;
}

}  // namespace
}  // namespace sokkuri::http
