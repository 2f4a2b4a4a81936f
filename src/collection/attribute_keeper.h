// AttributeKeeper: the thread of a writer that builds the attribute indexes which filters wish for,
// and takes in the records that came since, slice by slice, so that other writes go between. Safe
// from any number of threads. Its destructor stops between two slices; the next writer goes on.
#pragma once

#include "base/guarded.h"
#include "base/result.h"
#include "collection/index_keeper.h"
#include "store/attribute_queries.h"
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
    /// Takes the next records into an index, in the writer's turn.
    using Extend = std::function<Result<store::AttributeIndex>(const store::AttributeSource& source,
                                                               std::uint64_t records_max)>;

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

    static constexpr std::uint64_t kSliceRecords = 16'384;  // some 50 ms of the writer's time

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

}  // namespace sokkuri::collection
