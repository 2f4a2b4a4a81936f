// IndexState: all that a search needs of one moment of an index. Immutable and shared: searches
// hold the one that was there when they began, and the one change at a time publishes the next.
#pragma once

#include "base/result.h"
#include "base/thread_pool.h"
#include "index/bitmap.h"
#include "index/metric.h"
#include "index/raw_rows.h"
#include "index/segment.h"
#include "index/segment_search.h"
#include "library/row_store.h"

#include <memory>
#include <span>
#include <vector>

namespace sokkuri::library {

struct IndexState {
    index::Metric metric = index::Metric::kCosine;
    const simd::Kernels* kernels = nullptr;
    index::RawRows rows;
    std::shared_ptr<const RowStore::Memory> memory;  // of the rows
    // Rows below `indexed` are in the segment or dead; the others are the tail.
    std::size_t indexed = 0;
    std::shared_ptr<const index::Segment> segment;  // null: all live rows are in the tail
    std::vector<index::Section> sections;           // the segment's bytes; it keeps them
    std::shared_ptr<const index::Bitmap> dead;      // never null
};

/// At most k neighbors, nearest first, ties by row. `query.filter.left_out` is set here. O(tail)
/// beside what the segment takes.
index::SegmentAnswer search_state(const IndexState& state, index::SegmentQuery query,
                                  ThreadPool& threads);

/// One answer a query; `queries` is count × dimension.
std::vector<index::SegmentAnswer> search_state(const IndexState& state,
                                               std::span<const float> queries,
                                               index::SegmentQuery shared, ThreadPool& threads);

}  // namespace sokkuri::library
