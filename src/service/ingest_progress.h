// IngestTally: counts what becomes of each file while ingest runs. Written by all of its threads,
// read by the one that shows progress. Safe from any number of threads.
#pragma once

#include "base/guarded.h"
#include "service/file_change.h"
#include "service/ingest.h"

#include <chrono>
#include <cstdint>

namespace sokkuri::service {

class IngestTally {
 public:
    IngestTally() : started_(std::chrono::steady_clock::now()) {}

    void count_found();
    void finish_walk(std::uint64_t links_left_out);
    /// One more picture went through the model.
    void count_embedded();
    void count_kept_missing(std::uint64_t files);
    /// A file is dealt with, durably where something had to be written.
    void settle(const FileChange& change);

    IngestProgress progress();
    /// Counts, failures by path, and seconds so far.
    IngestReport report();

 private:
    struct Counts {
        IngestProgress progress;
        IngestReport report;
    };

    double seconds() const;

    const std::chrono::steady_clock::time_point started_;
    Guarded<Counts> counts_;
};

}  // namespace sokkuri::service
