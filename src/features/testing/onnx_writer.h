// Writes small ONNX models, so that tests can inspect and load graphs of any shape without a
// framework. Only what they need of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3. For
// tests only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sokkuri::features::testing {

class OnnxWriter {
 public:
    using Shape = std::vector<std::int64_t>;  // -1: free
    using Attributes = std::vector<std::pair<std::string, std::vector<std::int64_t>>>;

    explicit OnnxWriter(std::string graph_name) : name_(std::move(graph_name)) {}

    OnnxWriter& input(std::string_view name, const Shape& shape);
    OnnxWriter& output(std::string_view name, const Shape& shape);
    /// Float weights, small and different from each other.
    OnnxWriter& weights(std::string_view name, const Shape& shape);
    /// Float weights that a file of that name is said to hold.
    OnnxWriter& weights_elsewhere(std::string_view name, const Shape& shape, std::string_view file);
    OnnxWriter& integers(std::string_view name, const std::vector<std::int64_t>& values);
    /// Attributes of one value are integers, of several lists of integers; `axes` is always a list.
    OnnxWriter& node(std::string_view type, const std::vector<std::string>& inputs,
                     std::string_view output, const Attributes& attributes = {});

    /// The file's bytes, opset 13.
    std::string bytes() const;

 private:
    std::string name_;
    std::string graph_;
};

/// Convolution, ReLU, global average pool, flattening, and a classifier of ten classes behind it:
/// what most models are. Input [N, 3, size, size]; embedding "flat" of eight numbers.
OnnxWriter small_classifier(std::int64_t size);

}  // namespace sokkuri::features::testing
