// Exact search in a segment, proved by bounds: heads with their errors and tail norms (B3) leave a
// few rows, full codes (B1) fewer, float64 over raw rows decides. Returns what a float64 scan of
// all rows returns, bit for bit. Cascade after Panorama (arXiv 2510.00566) and LVQ; no step is
// probabilistic. Many queries at once: exact_batch.h.
#pragma once

#include "index/segment_search.h"
#include "index/survivor_check.h"

#include <span>
#include <vector>

namespace sokkuri::index {

/// `seed`: neighbors already known (any subset of the true rows that pass the filter, with their
/// exact distances, e.g. of a graph search): they tighten the bound before the scan starts.
/// `query.effort` is ignored; `threads` may be null. The neighbors do not depend on the threads;
/// the report's counts may.
SegmentAnswer exact_search(const Segment& segment, const RawRows& rows, const SegmentQuery& query,
                           std::span<const Neighbor> seed, ThreadPool* threads);

/// The answer of a search that found `neighbors` (in any order, each within its thread's k).
SegmentAnswer exact_answer(const SegmentQuery& query, std::vector<Neighbor> neighbors,
                           const ExactCounts& counts);

/// Float64 over all rows: for queries that no bound holds for.
SegmentAnswer scan_all_rows(const Segment& segment, const RawRows& rows, const SegmentQuery& query,
                            ThreadPool* threads);

}  // namespace sokkuri::index
