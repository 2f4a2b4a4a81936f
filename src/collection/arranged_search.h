// Arranged search: the nearest hits with a group cap and in an order of their own
// (collection/arrangement.h), by asking the plain search as often as needed. Pure but for that.
#pragma once

#include "base/result.h"
#include "collection/search.h"

#include <functional>

namespace sokkuri::collection {

/// Answers a request without cap and order.
using PlainSearch = std::function<Result<SearchAnswer>(const SearchRequest& request)>;

/// The request is valid. Under a cap: min(k, records that the cap lets through) hits, the nearest
/// ones in that no nearer record was held back but by the cap; rounds of plain searches, each
/// without the groups that are full.
Result<SearchAnswer> arranged_search(const SearchRequest& request, const PlainSearch& search);

}  // namespace sokkuri::collection
