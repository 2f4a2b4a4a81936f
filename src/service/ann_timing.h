// AnnTiming: runs the same queries against a segment again and again and times them. Used by
// ann_bench.h.
#pragma once

#include "base/result.h"
#include "base/thread_pool.h"
#include "index/segment_search.h"

#include <cstddef>
#include <span>
#include <stop_token>
#include <vector>

namespace sokkuri::service {

enum class AnnCalls {
    kSingle,  // one query a call: as many threads as there are, each with queries of its own; an
              // exact one is spread over the threads instead, because one alone is bound by memory
    kBatch,   // kAnnBatch queries a call, spread over the threads
};
inline constexpr std::size_t kAnnBatch = 256;

struct AnnWork {
    const index::Segment& segment;
    const index::RawRows& rows;
    std::span<const float> queries;     // count × dimension
    const index::SegmentQuery& shared;  // all but the vector
    AnnCalls calls = AnnCalls::kSingle;
    std::stop_token stop = {};

    std::size_t query_count() const { return queries.size() / rows.dimension(); }
};

/// One run over all queries. Latencies are those of calls: all queries of a batch have that of the
/// batch.
struct AnnRun {
    std::vector<index::SegmentAnswer> answers;  // one a query
    double seconds = 0;                         // from the first call to the end of the last
    std::vector<double> latencies_ms;           // one a query

    double queries_per_second() const;
    /// Nearest rank; `share` in (0, 1].
    double percentile_ms(double share) const;
};

/// kCancelled when asked to stop.
Result<AnnRun> run_queries(const AnnWork& work, ThreadPool& threads);

/// The fastest of up to `runs_max` runs after one that is not counted; none begins once they have
/// taken `seconds_max` together, but one is always counted. Answers are those of the uncounted one.
Result<AnnRun> best_run(const AnnWork& work, ThreadPool& threads);
inline constexpr int kAnnRunsMax = 3;
inline constexpr double kAnnRunsSecondsMax = 20;

}  // namespace sokkuri::service
