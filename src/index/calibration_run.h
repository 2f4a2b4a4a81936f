// The measurement behind a segment's calibration: rows that are not in the graph yet are searched
// for, exactly and by the graph at growing widths, and compared. For builders.
#pragma once

#include "base/result.h"
#include "base/thread_pool.h"
#include "index/segment.h"

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

namespace sokkuri::index {

struct CalibrationRun {
    const Segment& segment;  // with a graph
    const RawRows& rows;
    std::span<const Slot> queries;  // rows not in the segment
    ThreadPool& threads;
    std::stop_token stop;
};

/// What the queries found at one width: recall@k of each.
struct RecallsAtWidth {
    std::uint32_t k = 0;
    std::uint32_t ef = 0;
    std::vector<double> recalls;
};
using RecallTable = std::vector<RecallsAtWidth>;  // ascending by (k, ef)

/// Recall@k at widths from 10 (or k) to 1024 for k = 1 and 10 by all queries, 50 and 100 by some
/// (of the ks those below a fourth of the nodes), until next to nothing is missed; a row exactly as
/// far as the true k-th counts as found. One search a width serves all ks: the first k of its
/// answer. Empty without queries. kCancelled when asked to stop. Deterministic.
Result<RecallTable> measure_recalls(const CalibrationRun& run);

/// Means and their 95 % bounds from below: mean − 1.645 standard errors over the queries, with one
/// query more that misses one result (without it, a run without a miss would promise certainty).
/// Neither falls as ef grows, nor the bound as k falls: what finds the ten nearest finds the
/// nearest. O(table).
std::vector<CalibrationPoint> calibration_of(const RecallTable& table);

/// For a graph that grows by as many rows again as lie between two measurements with the same
/// queries: what the first growth has cost, the second will.
RecallTable after_like_growth(const RecallTable& before, RecallTable after);

}  // namespace sokkuri::index
