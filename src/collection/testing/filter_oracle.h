// FilterOracle: filters evaluated the plain way, over documents as parsed JSON, by code that shares
// nothing with the real evaluation. And random documents and filters for it: paths without dots in
// names, dates of one form, Japanese in runs that signs do not break.
#pragma once

#include "base/json.h"
#include "collection/filter.h"

#include <random>
#include <string>

namespace sokkuri::collection {

bool holds(const Filter& filter, const std::string& id, const JsonValue& document);

std::string random_document(std::mt19937& random);
/// Valid; `ids` records are named "0", "1", ….
Filter random_filter(std::mt19937& random, std::size_t ids, int depth = 3);

}  // namespace sokkuri::collection
