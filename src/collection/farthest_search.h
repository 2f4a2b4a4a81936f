// Farthest search: the records that are least like all of several vectors, exactly.
#pragma once

#include "collection/field_search.h"

namespace sokkuri::collection {

/// `request.several` is valid and says kFarthest. Hits are farthest first, ties by record number;
/// each with its distance to the nearest of the vectors. Looks at every row that the filter lets
/// through, whatever recall is asked for.
Result<SearchAnswer> search_farthest(const FieldSearch& search, const SearchRequest& request);

}  // namespace sokkuri::collection
