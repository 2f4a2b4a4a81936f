// Looks into a model file and proposes a card: which tensor is the embedding, how big, which
// layout, and what was assumed.
#pragma once

#include "base/result.h"
#include "features/model_card.h"

#include <cstdint>
#include <string>
#include <vector>

namespace sokkuri::features {

struct TensorInfo {
    std::string name;
    std::string element;              // "f32"
    std::vector<std::int64_t> shape;  // -1: free
};

struct Inspection {
    ModelCard card;  // proposed
    std::vector<TensorInfo> inputs;
    std::vector<TensorInfo> outputs;
    std::vector<std::string>
        assumptions;  // sentences for people: "Mean and std are ImageNet's: the file does not say."
};

/// The card's name is the file's, its dimension and tensors the graph's; sizes, means and crops are
/// those that are known of the model or, failing that, ImageNet's usual ones. kCorruption for what
/// is not a model, kUnsupported for a model without exactly one picture input or without a pooled
/// tensor. A few tenths of a second; runs nothing of the model.
Result<Inspection> inspect_model(const std::string& onnx_file);

}  // namespace sokkuri::features
