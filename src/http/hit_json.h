// Hits and what belongs to them as JSON (schemas SearchAnswer, Hit, SearchMethod,
// Timings). Pure.
#pragma once

#include "base/json.h"
#include "http/hits_wanted.h"
#include "service/search.h"

#include <string>
#include <vector>

namespace sokkuri::http {

std::string search_answer_json(const service::SearchAnswer& answer, const HitsWanted& wanted);

/// Member "facets".
void write_facets(JsonWriter& json, const std::vector<collection::Facet>& facets);

/// Member "search": what was asked for and what was promised.
void write_method(JsonWriter& json, const collection::SearchMethod& method);

/// Member "timings_ms".
void write_timings(JsonWriter& json, const service::SearchTimings& timings);

}  // namespace sokkuri::http
