// A model compiled for this machine: from the card and its file, or from the form that an earlier
// run kept. Inside the module only; nothing here is called without `catching`.
#pragma once

#include "base/result.h"
#include "features/compiled_model.h"
#include "features/extractor.h"
#include "features/model_card.h"

#include <openvino/runtime/compiled_model.hpp>
#include <openvino/runtime/core.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace sokkuri::features::openvino {

/// A larger model file is refused. Protocol buffers, and so ONNX, end at 2 GiB.
inline constexpr std::uint64_t kModelBytesMax = 2ULL << 30;

enum class InputKind {
    kPicture,  // u8, one picture [1, S, S, 3], as prepare() gives it; mean, std and layout happen
               // inside
    kTensor,   // f32, as the network itself wants it
};

struct Network {
    std::unique_ptr<CompiledModel> form;  // what `compiled` may point into; outlives it
    ov::CompiledModel compiled;
    Precision precision = Precision::kF32;  // in force
};

/// The runtime of this process.
ov::Core& core();

/// The model in memory; kCorruption for what is not one. Weights in other files are refused: the
/// bytes are all there is.
Result<std::shared_ptr<ov::Model>> parse_model(std::span<const std::byte> bytes);

/// One picture at a time. Errors as Extractor::load.
Result<Network> open_network(const ModelCard& card, const std::string& directory,
                             const ExtractorOptions& options, InputKind kind);

}  // namespace sokkuri::features::openvino
