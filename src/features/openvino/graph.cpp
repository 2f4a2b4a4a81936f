#include "features/openvino/graph.h"

#include "features/openvino/catching.h"
#include "features/openvino/network.h"

#include <openvino/op/ops.hpp>
#include <openvino/openvino.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace sokkuri::features::openvino {
namespace {

using Nodes = std::vector<std::shared_ptr<ov::Node>>;
using NodeSet = std::set<const ov::Node*>;

Result<void> find_picture_input(const ov::Model& model, GraphFacts& facts);
Result<void> settle_shape(ov::Model& model, GraphFacts& facts, std::uint32_t input_size_if_free);
TensorInfo describe(const ov::Output<ov::Node>& output);
std::string name_of(const ov::Output<ov::Node>& output);
std::optional<EmbeddingTensor> find_declared(const ov::Model& model);
void find_pooled(const ov::Model& model, GraphFacts& facts);
bool is_global_pool(const ov::Node& node);
bool is_cut(const ov::Model& model, const ov::Node& node);
bool has_weights_behind(const ov::Node& node);
ov::Output<ov::Node> flattened(const ov::Output<ov::Node>& output);
std::optional<EmbeddingTensor> find_before_classifier(const ov::Model& model);
std::optional<EmbeddingTensor> as_embedding(const ov::Output<ov::Node>& output);
bool is_weighted(const ov::Node& node);
bool only_reshapes(const ov::Node& node);

}  // namespace

Result<GraphFacts> inspect_graph(std::span<const std::byte> bytes,
                                 std::uint32_t input_size_if_free) {
    const std::shared_ptr<ov::Model> model = TRY(parse_model(bytes));
    return catching(ErrorCode::kUnsupported, "cannot inspect", [&]() -> Result<GraphFacts> {
        GraphFacts facts;
        facts.graph_name = model->get_friendly_name();
        for (const auto& input : model->inputs()) {
            facts.inputs.push_back(describe(input));
        }
        for (const auto& output : model->outputs()) {
            facts.outputs.push_back(describe(output));
        }
        TRY(find_picture_input(*model, facts));
        TRY(settle_shape(*model, facts, input_size_if_free));
        facts.declared = find_declared(*model);
        find_pooled(*model, facts);
        facts.before_classifier = find_before_classifier(*model);
        return facts;
    });
}

namespace {

Result<void> find_picture_input(const ov::Model& model, GraphFacts& facts) {
    if (model.inputs().size() != 1) {
        return fail(ErrorCode::kUnsupported,
                    "the model has {} inputs; one picture is what we can give",
                    model.inputs().size());
    }
    const ov::Output<const ov::Node> input = model.input();
    const ov::PartialShape& shape = input.get_partial_shape();
    if (shape.rank().is_dynamic() || shape.size() != 4) {
        return fail(ErrorCode::kUnsupported, "input {}: shape {} is not that of a picture",
                    facts.inputs[0].name, shape.to_string());
    }
    const bool channels_first = shape[1].compatible(3);
    const bool channels_last = shape[3].compatible(3);
    if (!channels_first && !channels_last) {
        return fail(ErrorCode::kUnsupported, "input {}: shape {} has no place for three colors",
                    facts.inputs[0].name, shape.to_string());
    }
    if (!input.get_element_type().is_real()) {
        return fail(ErrorCode::kUnsupported, "input {}: takes {}, not floats", facts.inputs[0].name,
                    input.get_element_type().get_type_name());
    }
    const bool first_is_three = shape[1] == ov::Dimension(3);
    const bool last_is_three = shape[3] == ov::Dimension(3);
    facts.picture_input = facts.inputs[0].name;
    facts.is_layout_certain = first_is_three != last_is_three;
    const bool is_nhwc = facts.is_layout_certain ? last_is_three : !channels_first;
    facts.layout = is_nhwc ? Layout::kNhwc : Layout::kNchw;
    return {};
}

/// Fixes one picture of a definite size, so that shapes inside become definite, too.
Result<void> settle_shape(ov::Model& model, GraphFacts& facts, std::uint32_t input_size_if_free) {
    const ov::PartialShape& shape = model.input().get_partial_shape();
    const bool is_nchw = facts.layout == Layout::kNchw;
    const ov::Dimension height = shape[is_nchw ? 2 : 1];
    const ov::Dimension width = shape[is_nchw ? 3 : 2];
    if (!height.compatible(width)) {
        return fail(ErrorCode::kUnsupported,
                    "input {}: {} by {} pixels; only squares are supported", facts.picture_input,
                    width.to_string(), height.to_string());
    }
    if (height.is_static() || width.is_static()) {
        const auto side = height.is_static() ? height.get_length() : width.get_length();
        if (side < kInputSizeMin || side > kInputSizeMax) {
            return fail(ErrorCode::kUnsupported, "input {}: {} pixels is not between {} and {}",
                        facts.picture_input, side, kInputSizeMin, kInputSizeMax);
        }
        facts.input_size = static_cast<std::uint32_t>(side);
    }
    const ov::Dimension side = facts.input_size > 0 ? facts.input_size : input_size_if_free;
    model.reshape(is_nchw ? ov::PartialShape{1, 3, side, side}
                          : ov::PartialShape{1, side, side, 3});
    return {};
}

TensorInfo describe(const ov::Output<ov::Node>& output) {
    TensorInfo info{
        .name = name_of(output), .element = output.get_element_type().get_type_name(), .shape = {}};
    const ov::PartialShape& shape = output.get_partial_shape();
    if (shape.rank().is_dynamic()) return info;
    for (const ov::Dimension& dimension : shape) {
        info.shape.push_back(dimension.is_static() ? dimension.get_length() : -1);
    }
    return info;
}

/// The shortest of the names that the tensor has; empty when it has none.
std::string name_of(const ov::Output<ov::Node>& output) {
    const auto& names = output.get_names();
    const auto shorter = [](const std::string& a, const std::string& b) {
        return std::pair(a.size(), a) < std::pair(b.size(), b);
    };
    const auto found = std::min_element(names.begin(), names.end(), shorter);
    return found == names.end() ? std::string() : *found;
}

std::optional<EmbeddingTensor> find_declared(const ov::Model& model) {
    constexpr std::array<std::string_view, 7> kNames{
        "embedding",      "embeddings", "image_embeds", "image_embedding",
        "feature_vector", "features",   "pooler_output"};
    for (const std::string_view wanted : kNames) {
        for (const auto& output : model.outputs()) {
            if (!output.get_names().contains(std::string(wanted))) continue;
            // The names of a model's output are those of the tensor that goes into it.
            auto found = as_embedding(output.get_node_shared_ptr()->input_value(0));
            if (found) return EmbeddingTensor{std::string(wanted), found->dimension};
        }
    }
    return std::nullopt;
}

void find_pooled(const ov::Model& model, GraphFacts& facts) {
    for (const auto& node : model.get_ordered_ops()) {
        if (!is_global_pool(*node) || !is_cut(model, *node)) continue;
        const bool is_classified = has_weights_behind(*node);
        // Scores that are themselves a mean (SqueezeNet's) are the worse choice.
        if (facts.is_pooled_classified && !is_classified) continue;
        const auto flat = as_embedding(flattened(node->output(0)));
        const auto found = flat ? flat : as_embedding(node->output(0));
        if (!found) continue;
        facts.pooled = found;
        facts.is_pooled_classified = is_classified;
    }
}

/// A mean over height and width of a picture-shaped tensor, however it is written. Told by shapes:
/// the axes are often computed in the graph.
bool is_global_pool(const ov::Node& node) {
    const std::string_view type = node.get_type_name();
    if (type != "ReduceMean" && type != "AvgPool") return false;
    if (node.get_input_partial_shape(0).is_dynamic() ||
        node.get_output_partial_shape(0).is_dynamic()) {
        return false;
    }
    const ov::Shape in = node.get_input_shape(0);
    const ov::Shape out = node.get_output_shape(0);
    if (in.size() != 4 || in[0] != 1) return false;
    const std::size_t channels = ov::shape_size(out);
    const bool pools_last = in[1] == channels && in[2] * in[3] > 1;
    const bool pools_first = in[3] == channels && in[1] * in[2] > 1;
    if (out.size() == 4)
        return (pools_last && out[1] == channels) || (pools_first && out[3] == channels);
    return out.size() == 2 && (pools_last || pools_first);
}

/// Whether every path from the input to some output of the model crosses `node`. The pools inside
/// squeeze-and-excite blocks are bypassed by what they scale.
bool is_cut(const ov::Model& model, const ov::Node& node) {
    for (const auto& result : model.get_results()) {
        NodeSet seen;
        std::vector<const ov::Node*> open{result.get()};
        bool crosses = false;
        bool bypasses = false;
        while (!open.empty() && !bypasses) {
            const ov::Node* current = open.back();
            open.pop_back();
            if (current == &node) {
                crosses = true;
                continue;
            }
            if (!seen.insert(current).second) continue;
            bypasses = ov::is_type<ov::op::v0::Parameter>(current);
            for (std::size_t i = 0; i < current->get_input_size(); ++i) {
                open.push_back(current->get_input_node_ptr(i));
            }
        }
        if (crosses && !bypasses) return true;
    }
    return false;
}

bool has_weights_behind(const ov::Node& node) {
    NodeSet seen;
    std::vector<const ov::Node*> open{&node};
    while (!open.empty()) {
        const ov::Node* current = open.back();
        open.pop_back();
        if (!seen.insert(current).second) continue;
        if (current != &node && is_weighted(*current)) return true;
        for (const auto& output : current->outputs()) {
            for (const auto& input : output.get_target_inputs()) {
                open.push_back(input.get_node());
            }
        }
    }
    return false;
}

/// The tensor after the reshapes that follow, which people know by name.
ov::Output<ov::Node> flattened(const ov::Output<ov::Node>& output) {
    ov::Output<ov::Node> current = output;
    while (true) {
        const auto targets = current.get_target_inputs();
        const auto next = std::find_if(targets.begin(), targets.end(), [](const auto& input) {
            return input.get_index() == 0 && only_reshapes(*input.get_node());
        });
        if (next == targets.end()) return current;
        current = next->get_node()->output(0);
    }
}

std::optional<EmbeddingTensor> find_before_classifier(const ov::Model& model) {
    std::optional<EmbeddingTensor> found;
    for (const auto& node : model.get_ordered_ops()) {
        const bool is_product = std::string_view(node->get_type_name()) == "MatMul";
        if (!is_product || !is_cut(model, *node)) continue;
        if (const auto embedding = as_embedding(node->input_value(0))) found = embedding;
    }
    return found;
}

/// Empty when it has no name or is not one row of numbers.
std::optional<EmbeddingTensor> as_embedding(const ov::Output<ov::Node>& output) {
    const std::string name = name_of(output);
    const ov::PartialShape& shape = output.get_partial_shape();
    if (name.empty() || shape.is_dynamic() || shape.size() < 2 ||
        !output.get_element_type().is_real()) {
        return std::nullopt;
    }
    const ov::Shape fixed = shape.to_shape();
    const std::size_t size = ov::shape_size(fixed);
    const bool is_row = *std::max_element(fixed.begin(), fixed.end()) == size;
    if (!is_row || size < 2 || size > kDimensionMax) return std::nullopt;
    return EmbeddingTensor{name, static_cast<std::uint32_t>(size)};
}

bool is_weighted(const ov::Node& node) {
    const std::string_view type = node.get_type_name();
    return type == "MatMul" || type == "Convolution" || type == "GroupConvolution";
}

bool only_reshapes(const ov::Node& node) {
    const std::string_view type = node.get_type_name();
    return type == "Reshape" || type == "Squeeze" || type == "Transpose";
}

}  // namespace
}  // namespace sokkuri::features::openvino
