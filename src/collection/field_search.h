// Search in one field: each segment by its graph or exactly, the rows that no segment holds by a
// scan; merged by distance, ties broken by record number, documents fetched, all within one read
// transaction.
#pragma once

#include "base/result.h"
#include "base/thread_pool.h"
#include "collection/collection.h"
#include "collection/filter_cache.h"
#include "collection/snapshot.h"
#include "simd/kernels.h"
#include "store/catalog.h"

#include <span>
#include <vector>

namespace sokkuri::collection {

/// One field as one transaction sees it, and what to search it with. `transaction` reads the
/// generation of the snapshot that `field` belongs to.
struct FieldSearch {
    store::ReadTransaction& transaction;
    const FieldSnapshot& field;
    const simd::Kernels& kernels;
    ThreadPool& threads;
    const FieldFilter* filter = nullptr;  // of that field and generation; null: all records
};

/// The request is valid and its query fits the field.
Result<SearchAnswer> search_field(const FieldSearch& search, const SearchRequest& request);

/// One answer a query, in their order; `shared` is a request whose own query is not used.
Result<std::vector<SearchAnswer>> search_field(const FieldSearch& search,
                                               const SearchRequest& shared,
                                               std::span<const std::vector<float>> queries);

}  // namespace sokkuri::collection
