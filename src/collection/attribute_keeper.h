// AttributeKeeper: the thread of a writer that builds the attribute indexes which filters wish for,
// and takes in the records that came since. Whole blocks of records are read and put in order
// beside other writes, so that the writer's own turns are short; the rest is read within them,
// slice by slice. Safe from any number of threads. Its destructor stops between two slices; the
// next writer goes on.
#pragma once

#include "base/guarded.h"
#include "base/result.h"
#include "collection/index_keeper.h"
#include "store/attribute_queries.h"
#include "store/attribute_slice.h"
#include "store/attribute_source.h"
#include "store/catalog.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <stop_token>
#include <thread>
#include <vector>

namespace sokkuri::collection {

class AttributeKeeper {
 public:
    /// store::WriteTransaction::extend_attribute in the writer's turn, committed.
    struct Extend {
        std::function<Result<store::AttributeIndex>(const store::AttributeSource& source,
                                                    std::uint64_t records_max)>
            by_reading;
        std::function<Result<store::AttributeIndex>(const store::AttributeSlice& slice)> by_slice;
    };

    /// `catalog` and what `extend` uses outlive the keeper. kWhenAsked: by catch_up alone.
    AttributeKeeper(const store::Catalog& catalog, Extend extend, KeeperOptions::Sealing when);
    ~AttributeKeeper();
    AttributeKeeper(const AttributeKeeper&) = delete;
    AttributeKeeper& operator=(const AttributeKeeper&) = delete;

    /// A filter would have used these.
    void want(const std::vector<store::AttributeSource>& sources);
    /// After each commit of records.
    void changed();
    /// Builds what is wished for, takes in what has come, and waits. kCancelled; else the first
    /// error of one, when the others have been built.
    Result<void> catch_up(const std::stop_token& stop);

    /// Read within the writer's turn: some 50 ms of its time.
    static constexpr std::uint64_t kSliceRecords = 16'384;
    /// Blocks that are read at the same time: each takes some 20 MB, at most some 100 MB
    /// (store::AttributeGathering::kBytesMax).
    static constexpr std::size_t kBlocksAtOnce = 2;

 private:
    using Time = std::chrono::steady_clock::time_point;

    struct State {
        std::vector<store::AttributeSource> wanted;
        bool has_changed = true;  // since the last look; there may be something to do from before
        Time last_change;
    };

    void run(const std::stop_token& stop);
    bool wait_for_work(const std::stop_token& stop);
    Result<std::vector<store::AttributeSource>> due();
    Result<void> build(const store::AttributeSource& source, const std::stop_token& stop);

    const store::Catalog& catalog_;
    const Extend extend_;
    Guarded<State> state_;
    std::condition_variable_any wake_;
    std::jthread thread_;  // of kInBackground; last
};

/// Takes all records that are there into the index of `source`. kCancelled.
Result<store::AttributeIndex> build_attribute_index(const store::Catalog& catalog,
                                                    const store::AttributeSource& source,
                                                    const AttributeKeeper::Extend& extend,
                                                    const std::stop_token& stop);

}  // namespace sokkuri::collection
