// Arranged search: the nearest hits with a group cap and in an order of their own
// (collection/arrangement.h), by asking the plain search as often as needed. Pure but for that.
#pragma once

#include "base/result.h"
#include "collection/attribute_names.h"
#include "collection/search.h"

#include <functional>
#include <optional>

namespace sokkuri::collection {

/// Answers a request without cap and order.
using PlainSearch = std::function<Result<SearchAnswer>(const SearchRequest& request)>;
/// Likewise, without the records that pass `left_out`, where that is given.
using RoundSearch = std::function<Result<SearchAnswer>(const SearchRequest& request,
                                                       const std::optional<Filter>& left_out)>;

/// The request is valid. Under a cap: min(k, records that the cap lets through) hits, the nearest
/// ones in that no nearer record was held back but by the cap; rounds of plain searches, each
/// without the groups that are full.
Result<SearchAnswer> arranged_search(const SearchRequest& request, const AttributeNames& names,
                                     const RoundSearch& search);

}  // namespace sokkuri::collection
