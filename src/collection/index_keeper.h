// IndexKeeper: the thread of a writer that keeps its indexes in shape: seals tails, merges segments
// (seal_plan.h), copies segments into memory where a server wants that, and looks whether they
// still find what they promised (recall_canary.h). Where it works in the background a TailKeeper
// sees to what is not sealed yet. Queries and puts never wait for it; only the commit takes a turn
// among the writes. Safe from any number of threads. Its destructor breaks off what is being built;
// nothing but the work is lost by that.
#pragma once

#include "base/file_system.h"
#include "base/guarded.h"
#include "base/result.h"
#include "collection/collection.h"
#include "collection/recall_canary.h"
#include "collection/seal.h"
#include "collection/seal_plan.h"
#include "collection/segment_shelf.h"
#include "collection/snapshot.h"
#include "collection/tail_keeper.h"
#include "store/catalog.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <map>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <thread>

namespace sokkuri::collection {

struct KeeperOptions {
    enum class Sealing { kWhenAsked, kInBackground };
    enum class Segments { kMapped, kInMemory };

    Sealing sealing = Sealing::kWhenAsked;
    Segments segments = Segments::kMapped;
    SealLimits limits;
    CodeLimits code_limits;  // of kInBackground
    /// Its memory_max of 0 means three quarters of the machine's; progress and stop are not used.
    index::BuildOptions build;
    std::uint32_t threads = 0;  // 0: as many as the machine has cores

    /// Bytes for all indexes.
    std::uint64_t memory() const;
};

/// What the keeper works on; all of it outlives the keeper.
struct KeptCollection {
    FileSystem& files;
    std::string directory;
    const simd::Kernels& kernels;
    const store::Catalog& catalog;
    Snapshots& snapshots;
    SegmentShelf& shelf;
    TailCodes& tails;
    /// That the folder is still this collection's (store::WriteLock::check_place).
    std::function<Result<void>()> check_place;
    /// In the writer's turn. What is replaced is deleted by whoever commits.
    std::function<Result<void>(std::span<const store::SegmentNumber> replaced,
                               const store::SegmentRow& added)>
        commit;
};

class IndexKeeper {
 public:
    IndexKeeper(KeptCollection kept, const KeeperOptions& options);
    ~IndexKeeper();
    IndexKeeper(const IndexKeeper&) = delete;
    IndexKeeper& operator=(const IndexKeeper&) = delete;

    /// After each commit.
    void changed();
    /// Collection::optimize.
    Result<void> optimize(const OptimizeRequest& request);
    /// What is going on in a field, in words; empty when nothing is.
    std::string state_of(store::FieldNumber field) const;
    /// What was last measured in the segment of that file; empty when nothing was.
    std::optional<RecallReading> recall_of(const std::string& file) const;

 private:
    using Time = std::chrono::steady_clock::time_point;

    /// Somebody waits for an optimize.
    struct Ask {
        const OptimizeRequest* request = nullptr;
        std::promise<Result<void>> done;
    };
    struct State {
        std::deque<std::shared_ptr<Ask>> asks;
        bool has_changed = true;  // since the last look; there may be something to do from before
        Time last_change;
        Time last_look;
        std::map<store::FieldNumber, std::string> texts;
        std::map<store::FieldNumber, Time> refused;    // when building failed
        std::map<std::string, RecallReading> recalls;  // by file
    };
    /// One look at all fields: what for, and how it can be stopped.
    struct Look {
        SealOccasion occasion = SealOccasion::kPaused;
        const OptimizeRequest* request = nullptr;  // null: of its own accord
        std::stop_token stop;
    };
    struct Work {
        std::shared_ptr<Ask> ask;  // null: a look of its own accord
        SealOccasion occasion = SealOccasion::kPaused;
    };

    void run(const std::stop_token& stop);
    std::optional<Work> wait_for_work(const std::stop_token& stop);
    void answer(Ask& ask, const std::stop_token& stop);
    void take_back(const std::shared_ptr<Ask>& ask);
    void refuse_asks();
    Result<void> look(const Look& look);
    Result<void> look_at_fields(const Look& look);
    Result<void> keep_field(store::FieldNumber field, const Look& look);
    Result<bool> build_next(store::FieldNumber field, const Look& look);
    Result<void> build(const Snapshot& snapshot, const FieldSnapshot& field, const SealPlan& plan,
                       const Look& look);
    Result<void> watch_recall(const std::stop_token& stop);
    void mark_fallen(const FieldSnapshot& field, SealState& state) const;
    bool are_whole(const FieldSnapshot& field, const SealPlan& plan);
    Result<void> load_segments(const std::stop_token& stop);
    Result<std::shared_ptr<const Snapshot>> current() const;
    void say(store::FieldNumber field, std::string text);
    bool was_refused_lately(store::FieldNumber field);

    const KeptCollection kept_;
    const KeeperOptions options_;
    ThreadPool threads_;              // its threads start in ours and have our priority
    std::set<std::string> unloaded_;  // files that memory did not suffice for; our thread's own
    mutable Guarded<State> state_;
    std::condition_variable_any wake_;
    std::unique_ptr<TailKeeper> tails_;  // of kInBackground
    std::jthread thread_;                // last
};

}  // namespace sokkuri::collection
