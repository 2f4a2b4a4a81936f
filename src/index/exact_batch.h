// Exact search for many queries at once: each block of heads is unpacked once and meets groups of
// queries by tiles, so that the codes are read once for all of them; the survivors of each query go
// the way of a single search (survivor_check.h).
#pragma once

#include "index/exact_search.h"

#include <span>
#include <vector>

namespace sokkuri::index {

/// `queries` is count × raw dimension; the other members of `shared` apply to all. `seeds[i]`
/// belongs to query i; `seeds` may be empty. One answer a query, each as of exact_search. Scratch
/// memory is bounded by the size of a group (256 queries), not by their number.
std::vector<SegmentAnswer> exact_search_batch(const Segment& segment, const RawRows& rows,
                                              std::span<const float> queries,
                                              const SegmentQuery& shared,
                                              std::span<const std::vector<Neighbor>> seeds,
                                              ThreadPool* threads);

}  // namespace sokkuri::index
