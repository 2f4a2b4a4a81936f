// Diverse search: hits that are near, and unlike each other (Diversity in
// collection/arrangement.h).
#pragma once

#include "collection/arranged_search.h"
#include "collection/field_search.h"

namespace sokkuri::collection {

/// `request.diversity` is there and valid. The candidates are what `find` answers to the request
/// without it. The hits come in the order in which they were chosen, equals by distance; `search`
/// says whose vectors they are. O(hits · candidates · dimension).
Result<SearchAnswer> diverse_search(const FieldSearch& search, const SearchRequest& request,
                                    const PlainSearch& find);

}  // namespace sokkuri::collection
