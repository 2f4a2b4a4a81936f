// TailKeeper: the thread that gives the rows of long tails codes while they come (tail_plan.h), so
// that queries need not compare them as floats until the IndexKeeper has sealed them. For processes
// that live long: codes are in memory alone, and made again by the next one. Queries and puts never
// wait for it. At ordinary priority: sealing may wait, but what is not coded slows every query.
// Safe from any number of threads.
#pragma once

#include "base/guarded.h"
#include "base/result.h"
#include "base/thread_pool.h"
#include "collection/coding_lesson.h"
#include "collection/snapshot.h"
#include "collection/tail_codes.h"
#include "collection/tail_plan.h"
#include "index/growing_segment.h"
#include "index/run_coding.h"

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <optional>
#include <thread>

namespace sokkuri::collection {

/// What the keeper works on; all of it outlives the keeper.
struct KeptTails {
    const simd::Kernels& kernels;
    const store::Catalog& catalog;
    Snapshots& snapshots;
    TailCodes& codes;
};

struct TailOptions {
    CodeLimits limits;             // but for rows_max
    std::uint64_t memory_max = 0;  // bytes for the codes of a field
};

class TailKeeper {
 public:
    TailKeeper(const KeptTails& kept, const TailOptions& options);
    ~TailKeeper();
    TailKeeper(const TailKeeper&) = delete;
    TailKeeper& operator=(const TailKeeper&) = delete;

    /// After each commit, of rows or of segments.
    void changed();
    /// A segment is being made that will end before slot `end`: what comes later gets runs of its
    /// own, so that the others can be forgotten then.
    void cut(store::FieldNumber field, store::Slot end);

 private:
    using Time = std::chrono::steady_clock::time_point;

    /// The runs of a field; the thread's own.
    struct Coded {
        std::vector<TailCodes::Run> runs;
        std::unique_ptr<index::GrowingSegment> last;  // of the last run; null: none
        bool wants_lesson = false;                    // its coding was made for a graph
        std::optional<index::RunCoding> coding;       // learnt from enough rows
        std::optional<Time> refused;                  // when memory did not suffice
    };

    struct State {
        bool has_changed = true;  // there may be something to do from before
        std::map<store::FieldNumber, store::Slot> cuts;
    };

    void run(const std::stop_token& stop);
    bool wait_for_work(const std::stop_token& stop);
    Result<bool> look(const std::stop_token& stop);
    void forget_dropped(const Snapshot& snapshot);
    Result<bool> code_next(const std::shared_ptr<const Snapshot>& snapshot,
                           const FieldSnapshot& field, const std::stop_token& stop);
    void look_after_lesson(const std::shared_ptr<const Snapshot>& snapshot,
                           const FieldSnapshot& field, Coded& coded);
    Result<void> code(const FieldSnapshot& field, const CodePlan& plan, Coded& coded,
                      const std::stop_token& stop);
    Result<std::unique_ptr<index::GrowingSegment>> start_run(const FieldSnapshot& field,
                                                             const index::SegmentBuild& build,
                                                             const index::BuildOptions& options,
                                                             Coded& coded) const;
    store::Slot cut_of(store::FieldNumber field);
    std::uint64_t rows_max(const FieldSnapshot& field) const;

    const KeptTails kept_;
    const TailOptions options_;
    ThreadPool threads_{1};  // the others are for queries
    std::map<store::FieldNumber, Coded> coded_;
    std::uint64_t runs_named_ = 0;
    bool has_unshown_ = false;  // codes that no snapshot need have; the thread's own, as above
    bool has_failed_ = false;   // something is to be tried again
    Guarded<State> state_;
    std::condition_variable_any wake_;
    CodingLesson lesson_;
    std::jthread thread_;  // last
};

}  // namespace sokkuri::collection
