// Search in one segment: graph or exact, with or without a filter, one query or many. Chooses the
// way by what was asked and by what it will cost; every returned distance is decided in float64.
// Safe from any number of threads.
#pragma once

#include "base/thread_pool.h"
#include "index/bitmap.h"
#include "index/effort.h"
#include "index/neighbor.h"
#include "index/prepared_filter.h"
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
    /// Of this segment and `filter`, for who asks often with the same filter: saves up to some
    /// milliseconds a query. Never changes what is guaranteed.
    const PreparedFilter* prepared = nullptr;
    double distance_max = std::numeric_limits<double>::infinity();  // radius
};

/// How an answer came about.
struct SearchReport {
    enum class Path {
        kGraph,
        kFilteredGraph,
        kFilteredScan,  // codes of all rows that pass
        kExactBounds,
        kExactRows,  // float64 over all rows that pass
    };
    Path path = Path::kExactBounds;
    std::size_t ef = 0;                     // width of the search; exact: 0
    std::optional<double> recall_expected;  // as calibrated for this k and effort; exact: 1
    std::size_t nodes_scored = 0;
    std::size_t rows_decided = 0;  // float64 distances
    // Exact search by bounds: nodes that were left after each stage.
    std::size_t after_first_plane = 0;  // of heads
    std::size_t after_heads = 0;
    std::size_t after_full_codes = 0;
};

struct SegmentAnswer {
    /// Nearest first, ties by slot, with further rows known to be exactly as far as the k-th.
    /// Exact: with all of those.
    std::vector<Neighbor> neighbors;
    SearchReport report;
};

/// At least min(k, rows that the filter lets through and that lie within distance_max) neighbors.
/// A distance_max is certified unless an ef was asked for: nothing within it is missed among the k
/// nearest. CHECKs that k is at least 1 and that the vector has the rows' dimension. `threads` may
/// be null; graph searches use the caller's thread alone.
SegmentAnswer search_segment(const Segment& segment, const RawRows& rows, const SegmentQuery& query,
                             ThreadPool* threads);

/// Many queries in one call (`queries` is count × raw dimension; the other members of `shared`
/// apply to all): throughput instead of latency. Exact ones share each pass over the codes; the
/// others are spread over the threads. Answers as of single searches.
std::vector<SegmentAnswer> search_segment(const Segment& segment, const RawRows& rows,
                                          std::span<const float> queries,
                                          const SegmentQuery& shared, ThreadPool* threads);

}  // namespace sokkuri::index
