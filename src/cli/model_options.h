// Flags about models and about the limits of decoding, and the structs of service that they fill.
#pragma once

#include "cli/option.h"
#include "cli/settings.h"
#include "image/decode.h"
#include "service/model_choice.h"

#include <vector>

namespace sokkuri::cli {

/// --model, --models, --precision, -j.
std::vector<Option> model_options();
/// --models alone.
Option models_folder_option();
service::ModelChoice model_choice(const Settings& settings);
/// Likewise where --model is no option: its name comes otherwise.
service::ModelChoice model_choice(const Settings& settings, const std::string& name);

/// --file-bytes-max, --pixels-max, --side-max, --memory-bytes-max, --time-max-ms.
std::vector<Option> limit_options();
image::DecodeLimits decode_limits(const Settings& settings);

}  // namespace sokkuri::cli
