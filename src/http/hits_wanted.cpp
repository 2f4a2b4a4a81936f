#include "http/hits_wanted.h"

#include "http/query_values.h"

#include <cmath>

namespace sokkuri::http {
namespace {

constexpr double kScoreBound = 1e9;

Result<void> refuse_twice(const Request& request, const RequestJson* body);
Result<std::optional<std::uint64_t>> read_integer(const Request& request, const RequestJson* body,
                                                  std::string_view name);
Result<void> check_bounds(const HitsWanted& wanted);

}  // namespace

std::vector<Parameter> hits_parameters(std::string_view k_fallback) {
    return {{.name = "k",
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
             .maximum = kScoreBound}};
}

Result<HitsWanted> read_hits_wanted(const Request& request, const RequestJson* body) {
    TRY(refuse_twice(request, body));
    HitsWanted wanted;
    const auto k = TRY(read_integer(request, body, "k"));
    const auto offset = TRY(read_integer(request, body, "offset"));
    wanted.k = k.value_or(wanted.k);
    wanted.offset = offset.value_or(wanted.offset);
    wanted.score_min = TRY(number_value(request, "min_score"));
    if (body != nullptr && !wanted.score_min) wanted.score_min = TRY(body->number("min_score"));
    TRY(check_bounds(wanted));
    return wanted;
}

namespace {

Result<void> refuse_twice(const Request& request, const RequestJson* body) {
    for (const std::string_view name : {"k", "offset", "min_score"}) {
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
    return {};
}

}  // namespace
}  // namespace sokkuri::http
