// A model card says what a model wants and gives. JSON on disk (docs/formats/model-card.md); this struct in memory.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/result.h"

namespace sokkuri::features {

enum class ResizeRule {
    kCropThenResize,      // center square of crop_fraction × shorter side, resized to input_size (EfficientNet-Lite)
    kResizeThenCrop,      // shorter side resized to resize_size, center square of input_size cut out (ImageNet classics)
    kStretch,             // the whole picture resized to the input, proportions lost
};

enum class Layout { kNchw, kNhwc };

/// Cosine cut-offs that turn a score into a word for people; measured per model.
struct Bands {
    float identical = 0.995F;
    float near = 0.93F;
    float similar = 0.70F;  // below: weak
};

struct ModelCard {
    std::string name;         // "efficientnet-lite0": letters, digits, '.', '-', '_'
    std::string file;         // relative to the card
    std::string sha256;       // of the file
    std::string license;      // SPDX
    std::string source;       // where the weights came from
    std::uint32_t input_size = 224;
    ResizeRule resize_rule = ResizeRule::kCropThenResize;
    double crop_fraction = 0.875;        // kCropThenResize
    std::uint32_t resize_size = 256;     // kResizeThenCrop
    Layout layout = Layout::kNchw;
    std::array<float, 3> mean{};         // of rgb/255
    std::array<float, 3> std{1, 1, 1};
    std::string input_tensor;
    std::string output_tensor;
    std::uint32_t dimension = 0;
    Bands bands;
};

/// kInvalidArgument naming the field, its value and its bound.
Result<ModelCard> parse_model_card(std::string_view json);
std::string to_json(const ModelCard& card);

/// Hash of everything that decides the vectors: weights, preprocessing, output tensor. Not of name, license, bands,
/// precision or runtime version. 22 base64url characters. Vectors of different fingerprints never mix.
std::string fingerprint(const ModelCard& card);

}  // namespace sokkuri::features
