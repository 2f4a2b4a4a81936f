// Flags of indexing that index, serve and model switch share: the model, threads, batches and
// limits of decoding; and the requests of service that they fill.
#pragma once

#include "cli/option.h"
#include "cli/settings.h"
#include "service/ingest.h"
#include "service/model_switch.h"

#include <string>
#include <vector>

namespace sokkuri::cli {

/// Model options, --decoders, --batch-rows, --batch-age-ms, limit options.
std::vector<Option> ingest_options();
/// With vanished files forgotten.
service::IngestRequest ingest_request(const Settings& settings);

/// Those of ingest_options that switching models goes by: the model is no option there, and batches
/// wait until they are full.
std::vector<Option> switch_options();
service::SwitchRequest switch_request(const Settings& settings, const std::string& model);

}  // namespace sokkuri::cli
