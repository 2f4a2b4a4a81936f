// What is known about models that people often bring, so that `inspect` need not guess their
// preprocessing: recognized by the SHA-256 of the file or by the name of the graph or file. Pure.
#pragma once

#include "features/model_card.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace sokkuri::features {

/// How pictures are prepared for a model.
struct Preprocessing {
    std::uint32_t input_size = 224;
    ResizeRule resize_rule = ResizeRule::kResizeThenCrop;
    double crop_fraction = 0.875;
    std::uint32_t resize_size = 256;
    std::array<float, 3> mean{0.485F, 0.456F, 0.406F};  // ImageNet's, as torchvision has them
    std::array<float, 3> std{0.229F, 0.224F, 0.225F};
};

enum class EmbeddingRule {
    kPooled,            // the last global average pool
    kBeforeClassifier,  // networks with several fully connected layers
};

struct KnownModel {
    std::string_view name;     // "MobileNetV2"
    std::string_view license;  // SPDX, of the weights as their publishers say
    EmbeddingRule rule = EmbeddingRule::kPooled;
    Preprocessing channels_first;  // as exported from PyTorch and its kin
    Preprocessing channels_last;   // as exported from TensorFlow
};

/// Null for a model that is not known. Names are compared without case and punctuation.
const KnownModel* find_known_model(std::string_view sha256, std::string_view graph_name,
                                   std::string_view file_name);

}  // namespace sokkuri::features
