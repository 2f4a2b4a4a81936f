#include "features/inspect.h"

#include "base/file_system.h"
#include "base/sha256.h"
#include "features/known_models.h"
#include "features/openvino/entry.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace sokkuri::features {
namespace {

using openvino::EmbeddingTensor;
using openvino::GraphFacts;

constexpr std::uint64_t kModelBytesMax = 2ULL << 30;
constexpr std::uint32_t kInputSizeUsual = 224;

Result<EmbeddingTensor> choose_embedding(const GraphFacts& facts, const KnownModel* known,
                                         std::vector<std::string>& assumptions);
void describe_input(const GraphFacts& facts, Inspection& inspection);
void apply_preprocessing(const GraphFacts& facts, const KnownModel* known, Inspection& inspection);
std::string model_name_of(std::string_view file_name);
std::string list_of(const std::vector<TensorInfo>& tensors);

}  // namespace

Result<Inspection> inspect_model(const std::string& onnx_file) {
    const std::vector<std::byte> bytes =
        TRY(read_file(posix_file_system(), onnx_file, kModelBytesMax));
    Inspection inspection;
    ModelCard& card = inspection.card;
    card.file = onnx_file.substr(onnx_file.rfind('/') + 1);
    card.name = model_name_of(card.file);
    card.sha256 = sha256_hex(bytes);
    card.source = "added from " + card.file;
    const openvino::Entry* entry = TRY(openvino::entry());
    const KnownModel* known = find_known_model(card.sha256, "", card.file);
    const std::uint32_t size_if_free =
        known != nullptr ? known->channels_first.input_size : kInputSizeUsual;
    const GraphFacts facts = TRY(in_context(onnx_file, entry->inspect_graph(bytes, size_if_free)));
    inspection.inputs = facts.inputs;
    inspection.outputs = facts.outputs;
    known = find_known_model(card.sha256, facts.graph_name, card.file);
    if (known != nullptr) {
        inspection.assumptions.push_back(
            fmt::format("This is {}, going by its {}.", known->name,
                        find_known_model(card.sha256, "", "") != nullptr ? "SHA-256" : "name"));
        card.license = known->license;
    }
    describe_input(facts, inspection);
    apply_preprocessing(facts, known, inspection);
    const EmbeddingTensor embedding =
        TRY(in_context(onnx_file, choose_embedding(facts, known, inspection.assumptions)));
    card.output_tensor = embedding.name;
    card.dimension = embedding.dimension;
    inspection.assumptions.push_back(
        "Bands (identical, near, similar) are the default model's; they were not measured for this "
        "one.");
    TRY(in_context(onnx_file, validate(card)));
    return inspection;
}

namespace {

Result<EmbeddingTensor> choose_embedding(const GraphFacts& facts, const KnownModel* known,
                                         std::vector<std::string>& assumptions) {
    if (known != nullptr && known->rule == EmbeddingRule::kBeforeClassifier &&
        facts.before_classifier) {
        assumptions.push_back(fmt::format(
            "The embedding is {}, {} numbers: what goes into the last fully connected layer.",
            facts.before_classifier->name, facts.before_classifier->dimension));
        return *facts.before_classifier;
    }
    if (facts.declared) {
        assumptions.push_back(
            fmt::format("The embedding is the output {}, {} numbers, by its name.",
                        facts.declared->name, facts.declared->dimension));
        return *facts.declared;
    }
    if (facts.pooled) {
        assumptions.push_back(
            fmt::format("The embedding is {}, {} numbers: the global average pool{}.",
                        facts.pooled->name, facts.pooled->dimension,
                        facts.is_pooled_classified ? " before the classifier"
                                                   : ", after which nothing is learned; if these "
                                                     "are class scores, name a better tensor "
                                                     "in a card"));
        return *facts.pooled;
    }
    return fail(
        ErrorCode::kUnsupported,
        "no global average pool and no output named as an embedding; name the tensor in a card "
        "(output_tensor, dimension). Outputs: {}",
        list_of(facts.outputs));
}

void describe_input(const GraphFacts& facts, Inspection& inspection) {
    inspection.card.input_tensor = facts.picture_input;
    inspection.card.layout = facts.layout;
    if (!facts.is_layout_certain) {
        inspection.assumptions.push_back(
            fmt::format("Colors come {} in the input (the file leaves it open).",
                        facts.layout == Layout::kNchw ? "first (NCHW)" : "last (NHWC)"));
    }
}

void apply_preprocessing(const GraphFacts& facts, const KnownModel* known, Inspection& inspection) {
    Preprocessing use;
    if (known != nullptr) {
        use = facts.layout == Layout::kNchw ? known->channels_first : known->channels_last;
    }
    if (facts.input_size > 0 && facts.input_size != use.input_size) {
        use.resize_size =
            (use.resize_size * facts.input_size + use.input_size / 2) / use.input_size;
        use.input_size = facts.input_size;
    }
    ModelCard& card = inspection.card;
    card.input_size = use.input_size;
    card.resize_rule = use.resize_rule;
    card.crop_fraction = use.crop_fraction;
    card.resize_size = use.resize_size;
    card.mean = use.mean;
    card.std = use.std;
    std::vector<std::string>& assumptions = inspection.assumptions;
    if (facts.input_size == 0) {
        assumptions.push_back(fmt::format(
            "Pictures are {0} by {0} pixels (the file leaves it open).", use.input_size));
    }
    const std::string crop =
        use.resize_rule == ResizeRule::kResizeThenCrop
            ? fmt::format("shorter side to {}, center cut out", use.resize_size)
            : fmt::format("center square of {} of the shorter side", use.crop_fraction);
    assumptions.push_back(fmt::format(
        "Mean {:.4g} {:.4g} {:.4g}, std {:.4g} {:.4g} {:.4g} and crop ({}) are {}.", use.mean[0],
        use.mean[1], use.mean[2], use.std[0], use.std[1], use.std[2], crop,
        known != nullptr ? fmt::format("those published for {}", known->name)
                         : std::string("ImageNet's usual ones: the file does not say")));
}

/// "My Model (2).onnx" → "my-model-2".
std::string model_name_of(std::string_view file_name) {
    std::string name;
    for (const char c : file_name.substr(0, file_name.rfind('.'))) {
        const bool is_upper = c >= 'A' && c <= 'Z';
        const char lower = is_upper ? static_cast<char>(c - 'A' + 'a') : c;
        if (is_model_name(std::string(1, lower)) || (lower == '.' && !name.empty())) {
            name += lower;
        } else if (!name.empty() && name.back() != '-') {
            name += '-';
        }
    }
    while (!name.empty() && name.back() == '-') {
        name.pop_back();
    }
    return name.empty() ? "model" : name.substr(0, 64);
}

std::string list_of(const std::vector<TensorInfo>& tensors) {
    std::string text;
    for (const TensorInfo& tensor : tensors) {
        text += fmt::format("{}{} {} [{}]", text.empty() ? "" : ", ", tensor.name, tensor.element,
                            fmt::join(tensor.shape, ","));
    }
    return text;
}

}  // namespace
}  // namespace sokkuri::features
