// Arrangement values: filter, group cap, order, diversity and facets of a search, as the query
// string or a JSON body says them. Pure.
#pragma once

#include "base/result.h"
#include "http/hits_wanted.h"
#include "http/request.h"
#include "http/request_json.h"
#include "http/route.h"

#include <optional>
#include <vector>

namespace sokkuri::http {

/// The rows of filter, group_by, per_group, sort, diversity, candidates and facets.
std::vector<Parameter> arrangement_parameters();
/// The row of filter alone.
Parameter filter_parameter();

/// Fills in filter, group_cap, order, diversity and facets. `body`: null when it is no JSON.
/// kInvalidArgument also for what is said in both.
Result<void> read_arrangement(const Request& request, const RequestJson* body, HitsWanted& wanted);

/// A filter as JSON or as a comparison; empty when none was sent.
Result<std::optional<collection::Filter>> read_filter(const Request& request,
                                                      const RequestJson* body);
/// Empty when none were sent.
Result<std::vector<collection::FacetRequest>> read_facets(const Request& request,
                                                          const RequestJson* body);

}  // namespace sokkuri::http
