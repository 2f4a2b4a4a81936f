#include "features/known_models.h"

#include <algorithm>

namespace sokkuri::features {
namespace {

constexpr std::array<float, 3> kHalf{0.5F, 0.5F, 0.5F};
constexpr std::array<float, 3> kZero{0, 0, 0};
constexpr std::array<float, 3> kOne{1, 1, 1};
constexpr std::array<float, 3> kBytes{1 / 255.0F, 1 / 255.0F, 1 / 255.0F};

constexpr Preprocessing kImageNet{};
/// keras.applications "tf" mode: -1 … 1.
constexpr Preprocessing kSigned{.mean = kHalf, .std = kHalf};
/// TensorFlow Hub's feature vectors: 0 … 1.
constexpr Preprocessing kUnit{.mean = kZero, .std = kOne};
/// Networks that scale by themselves: 0 … 255.
constexpr Preprocessing kRaw{.mean = kZero, .std = kBytes};

constexpr Preprocessing lite(std::uint32_t input_size) {
    return {.input_size = input_size,
            .resize_rule = ResizeRule::kCropThenResize,
            .mean = {0.498F, 0.498F, 0.498F},
            .std = {0.502F, 0.502F, 0.502F}};
}

struct Entry {
    std::string_view token;  // found inside the graph's or file's name
    KnownModel model;
};

/// More special tokens first. Preprocessing from the publishers' documentation: torchvision.models
/// (weights IMAGENET1K_V1), keras.applications, tensorflow/tpu efficientnet/lite, onnx/models.
constexpr Entry kEntries[] = {
    {"efficientnetlite0",
     {.name = "EfficientNet-Lite0",
      .license = "Apache-2.0",
      .channels_first = lite(224),
      .channels_last = lite(224)}},
    {"efficientnetlite1",
     {.name = "EfficientNet-Lite1",
      .license = "Apache-2.0",
      .channels_first = lite(240),
      .channels_last = lite(240)}},
    {"efficientnetlite2",
     {.name = "EfficientNet-Lite2",
      .license = "Apache-2.0",
      .channels_first = lite(260),
      .channels_last = lite(260)}},
    {"edgetpu",
     {.name = "MobileNet-EdgeTPU",
      .license = "Apache-2.0",
      .channels_first = kSigned,
      .channels_last = kSigned}},
    {"efficientnetb0",
     {.name = "EfficientNet-B0",
      .license = "Apache-2.0",
      .channels_first = kImageNet,
      .channels_last = kRaw}},
    {"mobilenetv2",
     {.name = "MobileNetV2",
      .license = "Apache-2.0",
      .channels_first = kImageNet,
      .channels_last = kSigned}},
    {"mobilenetv3",
     {.name = "MobileNetV3",
      .license = "Apache-2.0",
      .channels_first = kImageNet,
      .channels_last = kUnit}},
    {"inceptionv3",
     {.name = "Inception-V3",
      .license = "Apache-2.0",
      .channels_first = {.input_size = 299, .resize_size = 342},
      .channels_last = {.input_size = 299,
                        .resize_rule = ResizeRule::kCropThenResize,
                        .mean = kHalf,
                        .std = kHalf}}},
    {"resnet50",
     {.name = "ResNet-50",
      .license = "BSD-3-Clause",
      .channels_first = kImageNet,
      .channels_last = kImageNet}},
    {"vgg16",
     {.name = "VGG16",
      .license = "CC-BY-4.0",
      .rule = EmbeddingRule::kBeforeClassifier,
      .channels_first = kImageNet,
      .channels_last = kImageNet}},
    {"squeezenet11",
     {.name = "SqueezeNet 1.1",
      .license = "Apache-2.0",
      .channels_first = kImageNet,
      .channels_last = kImageNet}},
};

struct Published {
    std::string_view sha256;
    std::string_view token;
};

constexpr Published kPublished[] = {
    {"456cc8b8a44f94f7d1fb6a0fa5f0ccc7b09c597501ec95c714de06f2bc496735", "squeezenet11"},
    {"5d0751fc3887b97c142bfcbf976169bebea9740128dd16fa8f4fd6a05e58cf7c", "edgetpu"},
    {"c7c601b760bbdccb645315bf7175d73a3fd1f2ec462a7202315aea3d45252258", "mobilenetv2"},
};

std::string plain(std::string_view name);

}  // namespace

const KnownModel* find_known_model(std::string_view sha256, std::string_view graph_name,
                                   std::string_view file_name) {
    std::string names[] = {"", plain(graph_name), plain(file_name)};
    for (const Published& published : kPublished) {
        if (published.sha256 == sha256) names[0] = published.token;
    }
    for (const std::string& name : names) {
        for (const Entry& entry : kEntries) {
            if (name.find(entry.token) != std::string::npos) return &entry.model;
        }
    }
    return nullptr;
}

namespace {

std::string plain(std::string_view name) {
    std::string kept;
    for (char c : name) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) kept += c;
    }
    return kept;
}

}  // namespace
}  // namespace sokkuri::features
