// Filling a field: the pictures of all items that have no vector in it go through its model. What
// makes a second model's field complete after a run of ingest, and a new model's before it takes
// over. Each batch is durable before the next; interrupting loses the batch in flight, and the next
// run goes on. Used by ingest and model_switch. One at a time for each library.
#pragma once

#include "base/result.h"
#include "service/ingest.h"
#include "service/library.h"

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

namespace sokkuri::service {

struct FillRequest {
    std::string field;  // of a model
    ModelChoice model;  // where to look for it, and how to run it; its name is the field's
    image::DecodeLimits limits;
    std::uint32_t decoders = 0;
    std::uint32_t batch_rows = 64;
};

struct FillReport {
    std::uint64_t filled = 0;  // of these, by the model
    std::uint64_t embedded = 0;
    std::uint64_t without_picture = 0;  // items that nothing can be made of
    std::vector<FailedFile> failures;   // pictures that could not be read, by path or id
    std::string precision;              // empty when no picture went through the model
    bool was_interrupted = false;
};

/// `progress` counts the items that lacked a vector. kUnsupported for a field without a model,
/// kConflict, naming both, when this machine's model of that name is another one.
Result<FillReport> fill_field(const Library& library, const FillRequest& request,
                              const ProgressSink& progress, const std::stop_token& stop);

}  // namespace sokkuri::service
