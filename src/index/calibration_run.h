// The measurement behind a segment's calibration: rows that are not in the graph yet are searched
// for, exactly and by the graph at growing widths, and compared. For builders.
#pragma once

#include "base/result.h"
#include "base/thread_pool.h"
#include "index/segment.h"

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

/// Recall@k at widths from 10 (or k) to 1024 for k = 1 and 10 by all queries, 50 and 100 by some
/// (of the ks those below a fourth of the nodes), until next to nothing is missed; a row exactly as
/// far as the true k-th counts as found. One search a width serves all ks: the first k of its
/// answer. The 95 % bound from below: mean − 1.645 standard errors over the queries, with one query
/// more that misses one result (without it, a run without a miss would promise certainty). Neither
/// falls as ef grows, nor the bound as k falls: what finds the ten nearest finds the nearest. Empty
/// without queries. kCancelled when asked to stop. Deterministic.
Result<std::vector<CalibrationPoint>> calibrate(const CalibrationRun& run);

}  // namespace sokkuri::index
