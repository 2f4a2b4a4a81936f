#include "http/hits_wanted.h"

#include "http/arrangement_values.h"
#include "http/query_values.h"
#include "service/search.h"

#include <cmath>
#include <utility>

namespace sokkuri::http {
namespace {

constexpr double kScoreBound = 1e9;
constexpr double kFieldNameMax = 64;
constexpr double kVectorsMax = 2'000;

Result<void> refuse_twice(const Request& request, const RequestJson* body);
Result<std::optional<std::uint64_t>> read_integer(const Request& request, const RequestJson* body,
                                                  std::string_view name);
Result<std::optional<double>> read_number(const Request& request, const RequestJson* body,
                                          std::string_view name);
Result<std::optional<bool>> read_boolean(const Request& request, const RequestJson* body,
                                         std::string_view name);
Result<std::string> read_text(const Request& request, const RequestJson* body,
                              std::string_view name);
Result<index::Effort> read_effort(const Request& request, const RequestJson* body);
Result<void> check_bounds(const HitsWanted& wanted);
Result<void> check_effort(const index::Effort& effort);

}  // namespace

std::vector<Parameter> hits_parameters(std::string_view k_fallback) {
    std::vector<Parameter> parameters = {
        {.name = "k",
         .kind = ParameterKind::kInteger,
         .help = "Hits wanted.",
         .fallback = k_fallback,
         .minimum = 1,
         .maximum = kHitsMax},
        {.name = "offset",
         .kind = ParameterKind::kInteger,
         .help = "Hits to pass over: pages of the same query fit together.",
         .fallback = "0",
         .maximum = kHitsOffsetMax},
        {.name = "min_score",
         .kind = ParameterKind::kNumber,
         .help = "The least score of a hit.",
         .minimum = -kScoreBound,
         .maximum = kScoreBound},
        {.name = "recall",
         .kind = ParameterKind::kNumber,
         .help = "The share of the true nearest items that must be found, on average; 1 "
                 "searches exactly. With min_score nothing above that is missed.",
         .fallback = "0.99",
         .minimum = kRecallMin,
         .maximum = 1},
        {.name = "exact",
         .kind = ParameterKind::kBoolean,
         .help = "Whether nothing may be missed, instead of recall.",
         .fallback = "false"},
        {.name = "ef",
         .kind = ParameterKind::kInteger,
         .help = "Width of the graph search, instead of recall; with min_score too, "
                 "something may be missed.",
         .minimum = 1,
         .maximum = collection::SearchRequest::kEfMax},
        {.name = "field",
         .help = "Whose vectors are searched; without it, the main field's.",
         .minimum = 1,
         .maximum = kFieldNameMax},
        vectors_parameter()};
    for (Parameter& parameter : arrangement_parameters())
        parameters.push_back(std::move(parameter));
    return parameters;
}

Parameter vectors_parameter() {
    return {.name = "vectors",
            .help =
                "Fields whose vectors come with each item, with commas between; * for all; true "
                "for all, each put back into the document under its field's name.",
            .minimum = 1,
            .maximum = kVectorsMax};
}

Result<HitsWanted> read_hits_wanted(const Request& request, const RequestJson* body) {
    TRY(refuse_twice(request, body));
    HitsWanted wanted;
    const auto k = TRY(read_integer(request, body, "k"));
    const auto offset = TRY(read_integer(request, body, "offset"));
    wanted.k = k.value_or(wanted.k);
    wanted.offset = offset.value_or(wanted.offset);
    wanted.score_min = TRY(read_number(request, body, "min_score"));
    wanted.effort = TRY(read_effort(request, body));
    wanted.field = TRY(read_text(request, body, "field"));
    wanted.vectors = TRY(read_text(request, body, "vectors"));
    TRY(check_bounds(wanted));
    TRY(read_arrangement(request, body, wanted));
    if (body != nullptr) wanted.excluded = TRY(body->strings("exclude", service::kExcludedMax));
    return wanted;
}

namespace {

/// At most one of recall, exact and ef; exact=false says nothing.
Result<index::Effort> read_effort(const Request& request, const RequestJson* body) {
    using Kind = index::Effort::Kind;
    const auto recall = TRY(read_number(request, body, "recall"));
    const auto ef = TRY(read_integer(request, body, "ef"));
    const auto exact = TRY(read_boolean(request, body, "exact"));
    const bool is_exact = exact.value_or(false);
    if (int{recall.has_value()} + int{ef.has_value()} + int{is_exact} > 1) {
        return fail(ErrorCode::kInvalidArgument, "recall, exact and ef: only one can be asked for");
    }
    if (is_exact) return index::Effort{.kind = Kind::kExact};
    if (recall) return index::Effort{.kind = Kind::kRecall, .recall = *recall};
    if (ef) return index::Effort{.kind = Kind::kEf, .ef = static_cast<std::size_t>(*ef)};
    return index::Effort();
}

Result<void> refuse_twice(const Request& request, const RequestJson* body) {
    for (const std::string_view name :
         {"k", "offset", "min_score", "recall", "exact", "ef", "field", "vectors"}) {
        if (body == nullptr || body->find(name) == nullptr || !request.query_value(name)) continue;
        return fail(ErrorCode::kInvalidArgument,
                    "{}: said both in the query string and in the body", name);
    }
    return {};
}

Result<std::optional<std::uint64_t>> read_integer(const Request& request, const RequestJson* body,
                                                  std::string_view name) {
    if (body != nullptr && body->find(name) != nullptr) return body->integer(name);
    return integer_value(request, name);
}

Result<std::optional<double>> read_number(const Request& request, const RequestJson* body,
                                          std::string_view name) {
    if (body != nullptr && body->find(name) != nullptr) return body->number(name);
    return number_value(request, name);
}

Result<std::optional<bool>> read_boolean(const Request& request, const RequestJson* body,
                                         std::string_view name) {
    if (body != nullptr && body->find(name) != nullptr) return body->boolean(name);
    return boolean_value(request, name);
}

/// Empty when it was not sent.
Result<std::string> read_text(const Request& request, const RequestJson* body,
                              std::string_view name) {
    if (body == nullptr || body->find(name) == nullptr) return text_value(request, name);
    const auto text = TRY(body->string(name));
    if (text && !text->empty()) return *text;
    return fail(ErrorCode::kInvalidArgument, "{}: must not be empty", name);
}

/// What came in the body, no row of a route has checked.
Result<void> check_bounds(const HitsWanted& wanted) {
    if (wanted.k < 1 || wanted.k > kHitsMax) {
        return fail(ErrorCode::kInvalidArgument, "k = {}: must be 1 to {}", wanted.k, kHitsMax);
    }
    if (wanted.offset > kHitsOffsetMax) {
        return fail(ErrorCode::kInvalidArgument, "offset = {}: must be 0 to {}", wanted.offset,
                    kHitsOffsetMax);
    }
    if (wanted.score_min && !(std::abs(*wanted.score_min) <= kScoreBound)) {
        return fail(ErrorCode::kInvalidArgument, "min_score = {}: must be {} to {}",
                    *wanted.score_min, -kScoreBound, kScoreBound);
    }
    return check_effort(wanted.effort);
}

Result<void> check_effort(const index::Effort& effort) {
    if (!(effort.recall >= kRecallMin && effort.recall <= 1)) {
        return fail(ErrorCode::kInvalidArgument, "recall = {}: must be {} to 1", effort.recall,
                    kRecallMin);
    }
    if (effort.ef < 1 || effort.ef > collection::SearchRequest::kEfMax) {
        return fail(ErrorCode::kInvalidArgument, "ef = {}: must be 1 to {}", effort.ef,
                    collection::SearchRequest::kEfMax);
    }
    return {};
}

}  // namespace
}  // namespace sokkuri::http
