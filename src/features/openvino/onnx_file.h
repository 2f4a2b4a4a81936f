// A first look at an ONNX file before OpenVINO reads it: is it one, and does it hold all its
// weights? Tensors may name other files, which OpenVINO would look for in the current folder and
// whose bytes no SHA-256 of a card covers. Follows
// https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3. Pure; safe from any number of threads.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <span>

namespace sokkuri::features::openvino {

/// kCorruption for what is no ONNX model, kUnsupported for one with tensors in other files,
/// kExhausted for graphs nested deeper than 32 (ONNX: if and loop bodies).
Result<void> check_onnx_file(std::span<const std::byte> bytes);

}  // namespace sokkuri::features::openvino
