// Looks into a model's graph: where pictures go in, and which tensor is the embedding.
#pragma once

#include "base/result.h"
#include "features/openvino/entry.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace sokkuri::features::openvino {

/// As Entry::inspect_graph. kCorruption for what is not a model, kUnsupported without exactly one
/// picture input.
Result<GraphFacts> inspect_graph(std::span<const std::byte> model,
                                 std::uint32_t input_size_if_free);

}  // namespace sokkuri::features::openvino
