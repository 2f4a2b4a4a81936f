// ModelSwitch: another model for a collection's main field. All pictures go through it into a field
// beside, while everybody searches the old one; when that is complete, it takes the old one's place
// in one step. Interrupting at any moment leaves the old model in force, and the next run goes on.
// Used by jobs and cli. One at a time for each library.
#pragma once

#include "base/result.h"
#include "service/ingest.h"
#include "service/library.h"

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

namespace sokkuri::service {

struct SwitchRequest {
    ModelChoice model;  // its name: the new one
    image::DecodeLimits limits;
    std::uint32_t decoders = 0;
    std::uint32_t batch_rows = 64;
    /// While what makes searches fast is built for the new vectors, before they take over.
    std::function<void(double share, std::string_view stage)> index_progress = nullptr;
};

/// `replaced` counts the vectors that were made, `unchanged` those that were there (an earlier
/// run's, or all of them when the model is in force already and none is missing), `failures` the
/// pictures that could not be read and had no vector before either. kNotFound for a model that is
/// not here; kUnsupported when the main field holds vectors that were given; kConflict, with their
/// number and the first one, while items have a vector and no picture that can be looked at: they
/// would lose it. Also when that comes out, or the first of them comes, while the switch goes on:
/// then the old model stays, and the next run goes on.
Result<IngestReport> switch_model(Library& library, const SwitchRequest& request,
                                  const ProgressSink& progress, const std::stop_token& stop);

}  // namespace sokkuri::service
