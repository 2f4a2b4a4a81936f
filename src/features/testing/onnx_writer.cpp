#include "features/testing/onnx_writer.h"

#include <cstring>

namespace sokkuri::features::testing {
namespace {

constexpr std::uint64_t kFloat = 1;
constexpr std::uint64_t kInt64 = 7;

void append_varint(std::string& out, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) {
        out += static_cast<char>(value | 0x80);
    }
    out += static_cast<char>(value);
}

void append_integer(std::string& out, unsigned field, std::int64_t value) {
    append_varint(out, field << 3);
    append_varint(out, static_cast<std::uint64_t>(value));
}

void append_bytes(std::string& out, unsigned field, std::string_view bytes) {
    append_varint(out, field << 3 | 2);
    append_varint(out, bytes.size());
    out += bytes;
}

std::string value_info(std::string_view name, const OnnxWriter::Shape& shape) {
    std::string dimensions;
    for (const std::int64_t side : shape) {
        std::string dimension;
        if (side < 0) {
            append_bytes(dimension, 2, "N");
        } else {
            append_integer(dimension, 1, side);
        }
        append_bytes(dimensions, 1, dimension);
    }
    std::string tensor_type;
    append_integer(tensor_type, 1, kFloat);
    append_bytes(tensor_type, 2, dimensions);
    std::string type;
    append_bytes(type, 1, tensor_type);
    std::string info;
    append_bytes(info, 1, name);
    append_bytes(info, 2, type);
    return info;
}

template <typename Number>
std::string tensor(std::string_view name, const OnnxWriter::Shape& shape, std::uint64_t type,
                   const std::vector<Number>& values) {
    std::string text;
    for (const std::int64_t side : shape) {
        append_integer(text, 1, side);
    }
    append_integer(text, 2, static_cast<std::int64_t>(type));
    append_bytes(text, 8, name);
    std::string raw(values.size() * sizeof(Number), '\0');
    if (!values.empty()) std::memcpy(raw.data(), values.data(), raw.size());
    append_bytes(text, 9, raw);
    return text;
}

}  // namespace

OnnxWriter& OnnxWriter::input(std::string_view name, const Shape& shape) {
    append_bytes(graph_, 11, value_info(name, shape));
    return *this;
}

OnnxWriter& OnnxWriter::output(std::string_view name, const Shape& shape) {
    append_bytes(graph_, 12, value_info(name, shape));
    return *this;
}

OnnxWriter& OnnxWriter::weights(std::string_view name, const Shape& shape) {
    std::size_t count = 1;
    for (const std::int64_t side : shape) {
        count *= static_cast<std::size_t>(side);
    }
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i) {
        values[i] = 0.01F * static_cast<float>((i * 2654435761U >> 7) % 41) - 0.1F;
    }
    append_bytes(graph_, 5, tensor(name, shape, kFloat, values));
    return *this;
}

OnnxWriter& OnnxWriter::weights_elsewhere(std::string_view name, const Shape& shape,
                                          std::string_view file) {
    std::string entry;
    append_bytes(entry, 1, "location");
    append_bytes(entry, 2, file);
    std::string text = tensor<float>(name, shape, kFloat, {});
    append_bytes(text, 13, entry);
    append_integer(text, 14, 1);
    append_bytes(graph_, 5, text);
    return *this;
}

OnnxWriter& OnnxWriter::integers(std::string_view name, const std::vector<std::int64_t>& values) {
    const Shape shape{static_cast<std::int64_t>(values.size())};
    append_bytes(graph_, 5, tensor(name, shape, kInt64, values));
    return *this;
}

OnnxWriter& OnnxWriter::node(std::string_view type, const std::vector<std::string>& inputs,
                             std::string_view output, const Attributes& attributes) {
    std::string text;
    for (const std::string& input : inputs) {
        append_bytes(text, 1, input);
    }
    append_bytes(text, 2, output);
    append_bytes(text, 3, output);
    append_bytes(text, 4, type);
    for (const auto& [name, values] : attributes) {
        const bool is_list = values.size() != 1 || name == "axes";
        std::string attribute;
        append_bytes(attribute, 1, name);
        for (const std::int64_t value : values) {
            append_integer(attribute, is_list ? 8 : 3, value);
        }
        append_integer(attribute, 20, is_list ? 7 : 2);
        append_bytes(text, 5, attribute);
    }
    append_bytes(graph_, 1, text);
    return *this;
}

std::string OnnxWriter::bytes() const {
    std::string graph = graph_;
    append_bytes(graph, 2, name_);
    std::string opset;
    append_integer(opset, 2, 13);
    std::string model;
    append_integer(model, 1, 8);
    append_bytes(model, 7, graph);
    append_bytes(model, 8, opset);
    return model;
}

OnnxWriter small_classifier(std::int64_t size) {
    OnnxWriter model("small");
    model.input("picture", {-1, 3, size, size})
        .weights("kernel", {8, 3, 3, 3})
        .weights("matrix", {8, 10})
        .node("Conv", {"picture", "kernel"}, "convolved")
        .node("Relu", {"convolved"}, "activated")
        .node("GlobalAveragePool", {"activated"}, "pooled")
        .node("Flatten", {"pooled"}, "flat")
        .node("MatMul", {"flat", "matrix"}, "scores")
        .output("scores", {-1, 10});
    return model;
}

}  // namespace sokkuri::features::testing
