// IngestWriter: puts changes into the collection and then into the workspace, batch by batch. Each
// batch is durable before the next begins. A kill between the two leaves records that the workspace
// does not know of; ids follow from path and content, so the next run writes the same records
// again. `push` and `close` from any thread, `run` from one.
#pragma once

#include "base/bounded_queue.h"
#include "base/result.h"
#include "service/file_change.h"
#include "service/ingest_progress.h"
#include "service/library.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace sokkuri::service {

struct BatchLimits {
    std::uint32_t rows_max = 64;
    std::chrono::milliseconds age_max{1'000};
};

class IngestWriter {
 public:
    IngestWriter(const Library& library, const BatchLimits& limits, IngestTally& tally);

    /// Waits for room. False, and the change is dropped, once writing has failed.
    bool push(FileChange change) { return queue_.push(std::move(change)); }
    /// Nothing more will come.
    void close() { queue_.close(); }

    /// Writes until closed and drained, or until something fails.
    Result<void> run();

 private:
    bool is_full() const;
    void add(FileChange change);
    Result<void> commit();
    Result<void> commit_in_turn();
    Result<void> drop_excluded();
    Result<void> drop_outdated();
    Result<void> keep_what_people_say();
    void drop(const std::vector<bool>& is_dropped, FileOutcome outcome);

    const Library& library_;
    const BatchLimits limits_;
    IngestTally& tally_;
    BoundedQueue<FileChange> queue_;
    std::vector<FileChange> batch_;
    std::size_t batch_rows_ = 0;  // of `batch_`: with a vector
};

}  // namespace sokkuri::service
