// Search in the tail: the rows that no segment holds yet, scanned exactly. Turns ordinals into
// records, breaks ties by record number, and fetches documents, all within one read transaction.
#pragma once

#include "base/result.h"
#include "base/thread_pool.h"
#include "collection/collection.h"
#include "collection/snapshot.h"
#include "simd/kernels.h"
#include "store/catalog.h"

#include <span>

namespace sokkuri::collection {

/// What a scan runs on.
struct TailScan {
    const simd::Kernels& kernels;
    ThreadPool& threads;
};

/// O(committed rows × dimension). `transaction` reads the generation of the snapshot that `field`
/// belongs to; the request is valid and its query fits the field.
Result<SearchAnswer> search_tail(store::ReadTransaction& transaction, const FieldSnapshot& field,
                                 const SearchRequest& request, const TailScan& scan);

/// The vector at a committed slot; valid as long as the snapshot.
std::span<const float> row_of(const FieldSnapshot& field, store::Slot slot);

}  // namespace sokkuri::collection
