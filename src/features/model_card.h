// A model card says what a model wants and gives. JSON on disk (docs/formats/model-card.md); this
// struct in memory. A value; every function here is pure.
#pragma once

#include "base/result.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace sokkuri::features {

enum class ResizeRule {
    kCropThenResize,  // center square of crop_fraction × shorter side, resized to input_size
                      // (EfficientNet-Lite)
    kResizeThenCrop,  // shorter side resized to resize_size, center square of input_size cut out
                      // (ImageNet classics)
    kStretch,         // the whole picture resized to the input, proportions lost
};

enum class Layout { kNchw, kNhwc };

/// Cosine cut-offs that turn a score into a word for people; measured per model.
struct Bands {
    float identical = 0.99F;
    float near = 0.9F;
    float similar = 0.55F;  // below: weak

    bool operator==(const Bands&) const = default;
};

struct ModelCard {
    std::string name;     // "efficientnet-lite0": letters, digits, '.', '-', '_'
    std::string file;     // beside the card: a plain file name
    std::string sha256;   // of the file
    std::string license;  // SPDX
    std::string source;   // where the weights came from
    std::uint32_t input_size = 224;
    ResizeRule resize_rule = ResizeRule::kCropThenResize;
    double crop_fraction = 0.875;     // kCropThenResize
    std::uint32_t resize_size = 256;  // kResizeThenCrop
    Layout layout = Layout::kNchw;
    std::array<float, 3> mean{};  // of rgb/255
    std::array<float, 3> std{1, 1, 1};
    std::string input_tensor;
    std::string output_tensor;
    std::uint32_t dimension = 0;
    Bands bands;

    bool operator==(const ModelCard&) const = default;
};

/// Bounds of a card, named in the errors of `parse_model_card`.
inline constexpr std::uint32_t kInputSizeMin = 16;
inline constexpr std::uint32_t kInputSizeMax = 2048;
inline constexpr std::uint32_t kDimensionMax = 65'536;

/// kInvalidArgument naming the field, its value and its bound. Every member but license, source and
/// bands must be there; members that the format does not know are refused, because a misspelled one
/// would change vectors silently.
Result<ModelCard> parse_model_card(std::string_view json);

/// The same for the part of a card that a person writes: members that are missing are taken from
/// `defaults`.
Result<ModelCard> parse_model_card(std::string_view json, const ModelCard& defaults);

/// kInvalidArgument naming the first field that no card may have.
Result<void> validate(const ModelCard& card);

/// As `parse_model_card` reads it; pretty, with a line end.
std::string to_json(const ModelCard& card);

/// Whether this can be a model's name: 1 to 64 letters, digits, '.', '-', '_', the first no '.'.
bool is_model_name(std::string_view name);

/// Hash of everything that decides the vectors: weights, preprocessing, tensors. Not of name,
/// license, bands, precision or runtime version. 22 base64url characters. Vectors of different
/// fingerprints never mix.
std::string fingerprint(const ModelCard& card);

}  // namespace sokkuri::features
