// Recall canary: does a segment still find what its calibration promised, now that some of its rows
// have died? Some of its own rows ask for their neighbors, by recall and exactly. The writer's
// background thread reads it when there is nothing else to do (index_keeper.h); a segment whose
// recall has fallen is built anew, which also measures it anew. Safe from any number of threads.
#pragma once

#include "base/thread_pool.h"
#include "collection/index_stats.h"
#include "collection/snapshot.h"

#include <optional>
#include <stop_token>

namespace sokkuri::collection {

/// Of one segment at one moment.
struct RecallReading {
    IndexStats::MeasuredRecall measured;
    double recall_high = 1;  // upper end of the 95 % interval of `measured`
    std::uint64_t live = 0;  // rows of the segment that lived then
};

/// Asks at most 256 rows of the segment, dead ones too: they are like those that users ask by. Rows
/// do not count as their own neighbors. Empty for a segment without a graph, which is searched
/// exactly, and when asked to stop. O(256 · rows) codes, about what 30 exact searches take.
std::optional<RecallReading> read_recall(const FieldSnapshot& field, const SegmentSnapshot& segment,
                                         ThreadPool& threads, const std::stop_token& stop);

/// Never read, or a hundredth of the rows that lived then have died since.
bool is_reading_due(const std::optional<RecallReading>& last, std::uint64_t live);

/// Beyond doubt lower than asked for by more than 0.005.
bool has_fallen(const RecallReading& reading);
/// The same of a segment made of `rows` that lived, and some have died: what was no better when it
/// was made has nothing to gain from being made again.
bool has_fallen_since(const RecallReading& reading, std::uint64_t rows);

}  // namespace sokkuri::collection
