// The Extractor on OpenVINO: a fixed set of requests, two bounded queues in front of them.
#pragma once

#include "features/extractor.h"

#include <memory>
#include <span>
#include <string>

namespace sokkuri::features::openvino {

/// As Extractor::load.
Result<std::unique_ptr<Extractor>> load_extractor(const ModelCard& card,
                                                  const std::string& directory,
                                                  const ExtractorOptions& options);

/// As Entry::infer_tensor.
Result<Embedding> infer_tensor(const ModelCard& card, const std::string& directory,
                               Precision precision, std::span<const float> tensor);

}  // namespace sokkuri::features::openvino
