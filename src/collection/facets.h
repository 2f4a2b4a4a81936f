// Facets: how many of some records have each value of an attribute, by its index where there is
// one, else through the documents. Used by local_collection.cpp.
#pragma once

#include "base/result.h"
#include "collection/arrangement.h"
#include "collection/attribute_names.h"
#include "store/attribute_source.h"
#include "store/catalog.h"
#include "store/record_set.h"

#include <vector>

namespace sokkuri::collection {

struct FacetsOutcome {
    std::vector<Facet> facets;                   // one a request
    std::vector<store::AttributeSource> wanted;  // indexes that would have spared documents
};

/// Among `records` (null: all). The requests are valid. kExhausted beyond kFacetValuesMax distinct
/// values or kFacetBytesMax bytes of them. O(values of the attribute), or about two microseconds a
/// document without an index.
Result<FacetsOutcome> count_facets(store::ReadTransaction& transaction,
                                   const std::vector<FacetRequest>& requests,
                                   const store::RecordSet* records,
                                   const AttributeNames& names = {});

}  // namespace sokkuri::collection
