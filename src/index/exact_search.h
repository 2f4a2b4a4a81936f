// Exact search in a segment, proved by bounds: heads with their errors and tail norms (B3) leave a
// few rows, full codes (B1) fewer, float64 over raw rows decides. Returns what a float64 scan of
// all rows returns, bit for bit. Cascade after Panorama (arXiv 2510.00566) and LVQ; no step is
// probabilistic.
#pragma once

#include "index/segment_search.h"

#include <span>
#include <vector>

namespace sokkuri::index {

/// `seed`: neighbors already known (any subset of the true rows that pass the filter, e.g. of a
/// graph search): they tighten the bound before the scan starts. `query.effort` is ignored.
SegmentAnswer exact_search(const Segment& segment, const RawRows& rows, const SegmentQuery& query,
                           std::span<const Neighbor> seed, ThreadPool* threads);

/// Many queries against each block of rows by tiles. `seeds[i]` belongs to query i; may be empty.
std::vector<SegmentAnswer> exact_search_batch(const Segment& segment, const RawRows& rows,
                                              std::span<const float> queries,
                                              const SegmentQuery& shared,
                                              std::span<const std::vector<Neighbor>> seeds,
                                              ThreadPool* threads);

}  // namespace sokkuri::index
