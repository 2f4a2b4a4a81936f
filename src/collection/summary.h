// Summary: how many records a filter lets through, and how many of these have which values. Part of
// collection/collection.h. Plain values.
#pragma once

#include "collection/arrangement.h"
#include "collection/filter.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace sokkuri::collection {

struct SummaryRequest {
    std::optional<Filter> filter = {};
    std::vector<FacetRequest> facets = {};
};

struct Summary {
    std::uint64_t records = 0;  // that the filter lets through
    std::vector<Facet> facets;  // one a request
};

}  // namespace sokkuri::collection
