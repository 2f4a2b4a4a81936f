#include "http/arrangement_values.h"

#include "collection/filter_json.h"
#include "collection/filter_text.h"
#include "http/query_values.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace sokkuri::http {
namespace {

constexpr double kFilterBytesMax = 16'384;  // in a query string; a body takes more
constexpr double kPathBytesMax = collection::Filter::kPathBytesMax;
constexpr double kFacetPathsBytesMax = 8'192;

Result<void> refuse_twice(const Request& request, const RequestJson* body);
Result<std::optional<std::string>> text_of(const Request& request, const RequestJson* body,
                                           std::string_view name);
Result<std::optional<std::uint64_t>> integer_of(const Request& request, const RequestJson* body,
                                                std::string_view name);
Result<std::optional<double>> number_of(const Request& request, const RequestJson* body,
                                        std::string_view name);
Result<std::optional<collection::Diversity>> read_diversity(const Request& request,
                                                            const RequestJson* body);
Result<collection::FacetRequest> facet_of(const JsonValue& wish);

}  // namespace

Parameter filter_parameter() {
    return {.name = "filter",
            .help =
                "The only items: a comparison (field=value, field!=value, field>=value, "
                "field in a,b, field~words, field exists) or a filter as JSON.",
            .maximum = kFilterBytesMax};
}

std::vector<Parameter> arrangement_parameters() {
    return {filter_parameter(),
            {.name = "group_by",
             .help = "Path of an attribute: at most per_group hits of each of its values.",
             .maximum = kPathBytesMax},
            {.name = "per_group",
             .kind = ParameterKind::kInteger,
             .help = "Hits of each value of group_by; 1 collapses them.",
             .fallback = "1",
             .minimum = 1,
             .maximum = kHitsMax},
            {.name = "sort",
             .help = "Path of an attribute by which to put the hits in order; with - before it, "
                     "the greatest first. Hits without it come last.",
             .maximum = kPathBytesMax + 1},
            {.name = "diversity",
             .kind = ParameterKind::kNumber,
             .help = "How much the hits are to be unlike each other (maximal marginal relevance): "
                     "0 ranks by likeness alone, 1 by variety alone.",
             .fallback = "0",
             .maximum = 1},
            {.name = "candidates",
             .kind = ParameterKind::kInteger,
             .help = "Nearest items among which diversity chooses; if not said, 4 for each hit "
                     "and at least 100. Pages need it.",
             .minimum = 1,
             .maximum = collection::Diversity::kCandidatesMax},
            {.name = "facets",
             .help = "Paths of attributes to count by, with commas between: how many of the items "
                     "that the filter lets through have each value.",
             .maximum = kFacetPathsBytesMax}};
}

Result<void> read_arrangement(const Request& request, const RequestJson* body, HitsWanted& wanted) {
    TRY(refuse_twice(request, body));
    wanted.filter = TRY(read_filter(request, body));
    const auto group_by = TRY(text_of(request, body, "group_by"));
    const auto per_group = TRY(integer_of(request, body, "per_group"));
    if (per_group && !group_by) {
        return fail(ErrorCode::kInvalidArgument, "per_group: says nothing without group_by");
    }
    if (group_by) {
        wanted.group_cap = collection::GroupCap{*group_by, per_group.value_or(1)};
        TRY(collection::validate(*wanted.group_cap));
    }
    if (const auto sort = TRY(text_of(request, body, "sort"))) {
        using Direction = collection::HitOrder::Direction;
        const bool is_descending = sort->starts_with('-');
        wanted.order =
            collection::HitOrder{sort->substr(is_descending ? 1 : 0),
                                 is_descending ? Direction::kDescending : Direction::kAscending};
        TRY(in_context("sort", collection::validate(*wanted.order)));
    }
    wanted.diversity = TRY(read_diversity(request, body));
    wanted.facets = TRY(read_facets(request, body));
    return {};
}

Result<std::optional<collection::Filter>> read_filter(const Request& request,
                                                      const RequestJson* body) {
    const JsonValue* json = body == nullptr ? nullptr : body->find("filter");
    if (json != nullptr && !json->is_string()) {
        collection::Filter filter = TRY(collection::filter_of_json(*json));
        return std::optional(std::move(filter));
    }
    const auto text = TRY(text_of(request, body, "filter"));
    if (!text) return std::optional<collection::Filter>();
    collection::Filter filter = TRY(collection::filter_of_text(*text));
    return std::optional(std::move(filter));
}

Result<std::vector<collection::FacetRequest>> read_facets(const Request& request,
                                                          const RequestJson* body) {
    std::vector<collection::FacetRequest> facets;
    if (const JsonValue* wishes = body == nullptr ? nullptr : body->find("facets")) {
        if (!wishes->is_array()) {
            return fail(ErrorCode::kInvalidArgument, "facets: an array is expected, not {}",
                        name_of(wishes->kind()));
        }
        for (const JsonValue& wish : wishes->items()) {
            collection::FacetRequest facet = TRY(in_context("facets", facet_of(wish)));
            facets.push_back(std::move(facet));
        }
    } else if (request.query_value("facets")) {
        const std::string paths = text_value(request, "facets");
        for (std::size_t start = 0; start <= paths.size();) {
            const std::size_t end = std::min(paths.find(',', start), paths.size());
            facets.push_back({.path = paths.substr(start, end - start)});
            start = end + 1;
        }
    }
    TRY(collection::validate(facets));
    return facets;
}

namespace {

Result<void> refuse_twice(const Request& request, const RequestJson* body) {
    for (const std::string_view name :
         {"filter", "group_by", "per_group", "sort", "diversity", "candidates", "facets"}) {
        if (body == nullptr || body->find(name) == nullptr || !request.query_value(name)) continue;
        return fail(ErrorCode::kInvalidArgument,
                    "{}: said both in the query string and in the body", name);
    }
    return {};
}

Result<std::optional<std::string>> text_of(const Request& request, const RequestJson* body,
                                           std::string_view name) {
    if (body != nullptr && body->find(name) != nullptr) return body->string(name);
    if (!request.query_value(name)) return std::optional<std::string>();
    return std::optional(text_value(request, name));
}

Result<std::optional<std::uint64_t>> integer_of(const Request& request, const RequestJson* body,
                                                std::string_view name) {
    if (body != nullptr && body->find(name) != nullptr) return body->integer(name);
    return integer_value(request, name);
}

Result<std::optional<double>> number_of(const Request& request, const RequestJson* body,
                                        std::string_view name) {
    if (body != nullptr && body->find(name) != nullptr) return body->number(name);
    return number_value(request, name);
}

/// None is asked for by 0.
Result<std::optional<collection::Diversity>> read_diversity(const Request& request,
                                                            const RequestJson* body) {
    const auto strength = TRY(number_of(request, body, "diversity"));
    const auto candidates = TRY(integer_of(request, body, "candidates"));
    if (!strength) {
        if (!candidates) return std::optional<collection::Diversity>();
        return fail(ErrorCode::kInvalidArgument, "candidates: says nothing without diversity");
    }
    const collection::Diversity diversity{.strength = *strength,
                                          .candidates = candidates.value_or(0)};
    TRY(collection::validate(diversity));
    if (candidates == 0U) {
        return fail(ErrorCode::kInvalidArgument, "candidates = 0: must be 1 to {}",
                    collection::Diversity::kCandidatesMax);
    }
    if (*strength == 0) return std::optional<collection::Diversity>();
    return std::optional(diversity);
}

/// A path, or {"by": path, "size": values listed}.
Result<collection::FacetRequest> facet_of(const JsonValue& wish) {
    if (wish.is_string()) return collection::FacetRequest{.path = std::string(wish.text())};
    if (!wish.is_object()) {
        return fail(ErrorCode::kInvalidArgument, "a text or an object is expected, not {}",
                    name_of(wish.kind()));
    }
    static constexpr std::string_view kMembers[] = {"by", "size"};
    const RequestJson json = TRY(RequestJson::of(wish, kMembers));
    collection::FacetRequest facet;
    const auto path = TRY(json.string("by"));
    facet.path = path.value_or("");
    const auto size = TRY(json.integer("size"));
    if (size) facet.values_max = *size;
    return facet;
}

}  // namespace
}  // namespace sokkuri::http
