// Ingest: make the collection say what the folder says. Walk, skip what has not changed, recognize
// what has moved, decode, embed and put in batches, forget what has vanished. Each batch is durable
// before the next; interrupting at any moment loses at most the batch in flight, and the next run
// goes on.
#pragma once

#include "base/result.h"
#include "image/decode.h"
#include "service/library.h"
#include "service/model_choice.h"

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace sokkuri::service {

enum class MissingFiles { kRemove, kKeep };

struct IngestRequest {
    ModelChoice model;
    MissingFiles missing = MissingFiles::kRemove;
    image::DecodeLimits limits;
    std::uint32_t decoders = 0;          // threads; 0: chosen to keep the network busy
    std::uint32_t batch_rows = 64;       // records per commit
    std::uint32_t batch_age_ms = 1'000;  // a batch is committed at the latest after this time

    Result<void> validate() const;
};

struct IngestProgress {
    std::uint64_t found = 0;  // picture files seen so far; final when walk_is_done
    bool walk_is_done = false;
    std::uint64_t done = 0;  // of `found`: dealt with in any way
    std::uint64_t embedded = 0;
    std::uint64_t failed = 0;
    double seconds = 0;
};

/// Called from one thread, a few times a second and once at the end.
using ProgressSink = std::function<void(const IngestProgress&)>;

struct FailedFile {
    std::string path;  // bytes, relative to the folder
    std::string reason;
    bool is_new = true;  // false: known from an earlier run, unchanged and therefore not retried
};

struct IngestReport {
    std::uint64_t found = 0;
    std::uint64_t added = 0;
    std::uint64_t replaced = 0;
    std::uint64_t moved = 0;  // recognized by content: no inference
    std::uint64_t unchanged = 0;
    std::uint64_t removed = 0;
    std::uint64_t kept_missing = 0;
    std::uint64_t excluded = 0;        // passed by: somebody has removed their items
    std::uint64_t links_left_out = 0;  // symbolic links that leave the folder, or lead to a folder
    std::vector<FailedFile> failures;  // by path
    std::uint64_t failures_forgotten = 0;  // of these, by whoever keeps the report (jobs.h)
    bool was_interrupted = false;
    double seconds = 0;       // of the whole run
    double load_seconds = 0;  // of these, for loading the model
    std::string model;
    std::string precision;  // "f32", "bf16"; empty when no picture went through the model
};

/// kUnsupported for a collection without a folder of pictures.
Result<void> require_folder(const Library& library);

/// kCancelled never: an interrupted run returns its report with `was_interrupted`. kConflict,
/// naming both, when the collection was indexed with another model. kUnavailable when decoding or
/// inference cannot run at all: then no file is to blame. Failing in mid-run keeps what was
/// committed.
Result<IngestReport> ingest(Library& library, const IngestRequest& request,
                            const ProgressSink& progress, std::stop_token stop);

}  // namespace sokkuri::service
