// Search in one segment: graph or exact, with or without a filter, one query or many. Chooses the
// way by what was asked and by what it will cost; every returned distance is decided in float64.
// Safe from any number of threads.
#pragma once

#include "base/thread_pool.h"
#include "index/bitmap.h"
#include "index/effort.h"
#include "index/exact_scan.h"
#include "index/segment.h"

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace sokkuri::index {

struct SegmentQuery {
    std::span<const float> vector;  // raw, finite
    std::size_t k = 10;             // at least 1
    Effort effort;
    SlotFilter filter;
    double distance_max = std::numeric_limits<double>::infinity();  // radius
};

/// How an answer came about.
struct SearchReport {
    enum class Path { kGraph, kFilteredGraph, kExactBounds, kExactRows };
    Path path = Path::kExactBounds;
    std::size_t ef = 0;                     // graph
    std::optional<double> recall_expected;  // graph: as calibrated for this k and ef; exact: 1
    std::size_t nodes_scored = 0;
    std::size_t rows_decided = 0;  // float64 distances
};

struct SegmentAnswer {
    std::vector<Neighbor> neighbors;  // `ordinal` is the slot; nearest first, ties by slot. Exact:
                                      // with every further row exactly as far as the k-th
    SearchReport report;
};

/// At least min(k, rows that the filter lets through) neighbors. `threads` may be null.
SegmentAnswer search_segment(const Segment& segment, const RawRows& rows, const SegmentQuery& query,
                             ThreadPool* threads);

/// Many queries in one call (`queries` is count × raw dimension; the other members of `shared`
/// apply to all): throughput instead of latency. Exact ones share each pass over the codes.
std::vector<SegmentAnswer> search_segment(const Segment& segment, const RawRows& rows,
                                          std::span<const float> queries,
                                          const SegmentQuery& shared, ThreadPool* threads);

}  // namespace sokkuri::index
