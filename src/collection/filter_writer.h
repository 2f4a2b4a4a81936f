// Filters as JSON again, for a server that is asked by a program of ours: what filter_json.h reads
// as the same tree. Pure.
#pragma once

#include "collection/filter.h"

#include <string>

namespace sokkuri::collection {

/// The filter is valid, its ids UTF-8.
std::string json_of(const Filter& filter);

}  // namespace sokkuri::collection
