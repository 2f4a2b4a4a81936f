// Search by several vectors at once, made of searches by one.
#pragma once

#include "collection/field_search.h"

namespace sokkuri::collection {

/// `request.several` is there; its query is not used. Every distance is decided in float64,
/// whatever the recall; an exact answer is that of a scan. kInvalidArgument for vectors that are
/// too many, of another dimension or not finite, for weights that do not fit them or sum to
/// nothing, and for more than kKMax hits of all vectors together (kMean is one); under kFarthest
/// for a largest distance. kNearest costs a search for each vector, kFarthest a pass over all rows.
Result<SearchAnswer> search_several(const FieldSearch& search, const SearchRequest& request);

/// The query that stands for all of them under kMean.
Result<std::vector<float>> mean_query(const FieldSpec& field, const SeveralVectors& several);

}  // namespace sokkuri::collection
