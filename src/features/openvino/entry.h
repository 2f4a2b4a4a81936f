// What the module libsokkuri_openvino.so offers to the rest of the features floor: a table of
// functions, found by base/module.h. No OpenVINO header shows here, and no exception comes out of
// any of them.
#pragma once

#include "base/result.h"
#include "features/extractor.h"
#include "features/inspect.h"
#include "features/model_card.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sokkuri::features::openvino {

/// A tensor that could be the embedding, as `inspect_graph` finds it.
struct EmbeddingTensor {
    std::string name;
    std::uint32_t dimension = 0;
};

/// What a model's graph says about itself, before any judgment (features/inspect.cpp judges).
struct GraphFacts {
    std::string graph_name;
    std::vector<TensorInfo> inputs;
    std::vector<TensorInfo> outputs;
    std::string picture_input;  // the one input of rank 4 with three channels
    Layout layout = Layout::kNchw;
    bool is_layout_certain = false;
    std::uint32_t input_size = 0;  // 0: the model leaves it free
    /// An output that is called an embedding by its name.
    std::optional<EmbeddingTensor> declared;
    /// The last global average pool that every path from input to output crosses.
    std::optional<EmbeddingTensor> pooled;
    /// Whether `pooled` has layers with weights behind it; if not, it may itself be the class
    /// scores.
    bool is_pooled_classified = false;
    /// What goes into the last fully connected layer.
    std::optional<EmbeddingTensor> before_classifier;
};

struct Entry {
    Result<std::unique_ptr<Extractor>> (*load_extractor)(const ModelCard& card,
                                                         const std::string& directory,
                                                         const ExtractorOptions& options);
    /// Size of picture assumed where the model leaves it free: `input_size_if_free`.
    Result<GraphFacts> (*inspect_graph)(std::span<const std::byte> model,
                                        std::uint32_t input_size_if_free);
    /// One picture as the network itself wants it (f32, normalized, in the card's layout), without
    /// any of our preprocessing: to compare with reference outputs.
    Result<Embedding> (*infer_tensor)(const ModelCard& card, const std::string& directory,
                                      Precision precision, std::span<const float> tensor);
};

/// Opens the module at the first call. kUnavailable when it or OpenVINO cannot be opened.
Result<const Entry*> entry();

}  // namespace sokkuri::features::openvino
