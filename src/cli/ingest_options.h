// Flags of indexing that index and serve share: the model, threads, batches and limits of decoding;
// and the request of service that they fill.
#pragma once

#include "cli/option.h"
#include "cli/settings.h"
#include "service/ingest.h"

#include <vector>

namespace sokkuri::cli {

/// Model options, --decoders, --batch-rows, --batch-age-ms, limit options.
std::vector<Option> ingest_options();
/// With vanished files forgotten.
service::IngestRequest ingest_request(const Settings& settings);

}  // namespace sokkuri::cli
