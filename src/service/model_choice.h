// Which model a command means, and its extractor, loaded when first needed: the flag, else what the collection was
// indexed with, else this machine's default. Safe from any number of threads.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"
#include "features/extractor.h"
#include "features/model_shelf.h"

namespace sokkuri::service {

struct ModelChoice {
    std::string name;           // empty: the collection's own, else the default
    std::string models_folder;  // empty: the standard places only
    features::Precision precision = features::Precision::kAuto;
    std::uint32_t threads = 0;  // 0: all cores
};

/// Loads the model; `expected_fingerprint` (empty: any) guards against vectors of another model: kConflict says both names.
Result<std::unique_ptr<features::Extractor>> load_extractor(FileSystem& files, const ModelChoice& choice,
                                                            const std::string& expected_fingerprint,
                                                            features::Urgency tuned_for);

}  // namespace sokkuri::service
