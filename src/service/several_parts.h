// SeveralParts: items, vectors and pictures that are one search, as vectors.
#pragma once

#include "base/result.h"
#include "collection/collection.h"
#include "service/library.h"
#include "service/search.h"

#include <string>
#include <vector>

namespace sokkuri::service {

struct SeveralParts {
    collection::SeveralVectors vectors;
    std::vector<std::string> item_ids;  // of parts that are items
};

/// `query.what` is a BySeveral. Errors of query_vector, naming the part; kInvalidArgument for no
/// part or too many. The times of all parts are added up.
Result<SeveralParts> vectors_of_parts(const Library& library, const SearchQuery& query,
                                      const collection::FieldSpec& field, SearchTimings& timings);

}  // namespace sokkuri::service
