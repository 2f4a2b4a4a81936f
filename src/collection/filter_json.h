// Filters as JSON, in the words of Elasticsearch and OpenSearch: {"term":{"color":"red"}},
// {"bool":{"must":[…],"should":[…],"must_not":[…],"filter":[…]}}, terms, range, exists, prefix,
// wildcard, ids, match, match_all; an array of filters means all of them. Pure.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "collection/filter.h"

namespace sokkuri::collection {

/// A valid filter. kInvalidArgument names the clause, the member and what is wrong; members that
/// are not known are refused, never passed over. Other than there, `should` beside `must` is not
/// idle: at least one of its clauses holds unless minimum_should_match says otherwise.
Result<Filter> filter_of_json(const JsonValue& json);

}  // namespace sokkuri::collection
