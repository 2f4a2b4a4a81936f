// Looks into a model file and proposes a card: which tensor is the embedding, how big, which layout, and what was assumed.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "features/model_card.h"

namespace sokkuri::features {

struct TensorInfo {
    std::string name;
    std::string element;               // "f32"
    std::vector<std::int64_t> shape;   // -1: free
};

struct Inspection {
    ModelCard card;                         // proposed
    std::vector<TensorInfo> inputs;
    std::vector<TensorInfo> outputs;
    std::vector<std::string> assumptions;   // sentences for people: "mean and std: ImageNet's, because the file does not say"
};

/// kCorruption for what is not a model, kUnsupported for a model without one picture input or without a pooled tensor.
Result<Inspection> inspect_model(const std::string& onnx_file);

}  // namespace sokkuri::features
