// How many hits somebody wants, from where on, how good and how surely: read from the query string
// or from a JSON body, by every route that answers hits. Pure.
#pragma once

#include "base/result.h"
#include "collection/collection.h"
#include "http/request.h"
#include "http/request_json.h"
#include "http/route.h"
#include "index/effort.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::http {

/// Of one answer: a hit has about 2 kB.
inline constexpr std::size_t kHitsMax = 1'000;
inline constexpr std::size_t kHitsOffsetMax = collection::SearchRequest::kKMax - kHitsMax;
inline constexpr double kRecallMin = 0.5;  // below, a search is hardly cheaper

struct HitsWanted {
    std::size_t k = 10;
    std::size_t offset = 0;
    std::optional<double> score_min;
    index::Effort effort;
    std::optional<collection::Filter> filter;
    std::optional<collection::GroupCap> group_cap;
    std::optional<collection::HitOrder> order;
    std::optional<collection::Diversity> diversity;
    std::vector<collection::FacetRequest> facets;
    std::vector<std::string> excluded;  // from a body alone
    std::string field;                  // empty: the main one
    std::string vectors;                // of the hits; empty: none
};

/// The row of `vectors`, by which items and hits come with their vectors.
Parameter vectors_parameter();

/// The rows of k, offset, min_score, recall, exact, ef, field and vectors, and of
/// arrangement_values.h.
std::vector<Parameter> hits_parameters(std::string_view k_fallback);

/// `body`: null when it is no JSON. kInvalidArgument for values out of bounds and for those that
/// are said both in the query string and in the body.
Result<HitsWanted> read_hits_wanted(const Request& request, const RequestJson* body);

}  // namespace sokkuri::http
