// Which model a command means, and its extractor, loaded when first needed: the flag, else what the
// collection was indexed with, else this machine's default. Safe from any number of threads.
#pragma once

#include "base/file_system.h"
#include "base/result.h"
#include "collection/collection.h"
#include "features/extractor.h"
#include "features/model_shelf.h"

#include <memory>
#include <optional>
#include <string>

namespace sokkuri::service {

struct ModelChoice {
    std::string name;           // empty: the collection's own, else the default
    std::string models_folder;  // empty: the standard places only
    features::Precision precision = features::Precision::kAuto;
    std::uint32_t threads = 0;  // 0: all cores
};

/// The card of the model whose vectors the collection's main field holds. Empty when there is no
/// field yet; kUnsupported when it holds vectors of the user's own.
Result<std::optional<features::ModelCard>> indexed_model(const collection::Collection& collection);

/// Finds the model on this machine's shelf and loads nothing. `indexed_with` guards against mixing
/// vectors of two models: kConflict, naming both, when the fingerprints differ.
Result<features::Model> choose_model(FileSystem& files, const ModelChoice& choice,
                                     const std::optional<features::ModelCard>& indexed_with);

/// Loads a model that was chosen; its compiled form is kept for the next time.
Result<std::unique_ptr<features::Extractor>> load_extractor(const features::Model& model,
                                                            const ModelChoice& choice,
                                                            features::Urgency tuned_for);

}  // namespace sokkuri::service
