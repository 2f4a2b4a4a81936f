#include "features/openvino/network.h"

#include "base/file_system.h"
#include "base/sha256.h"
#include "features/openvino/catching.h"
#include "features/openvino/onnx_file.h"

#include <fmt/format.h>
#include <openvino/core/preprocess/pre_post_process.hpp>
#include <openvino/core/version.hpp>
#include <openvino/openvino.hpp>

#include <array>
#include <sstream>
#include <string_view>
#include <sys/auxv.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace sokkuri::features::openvino {
namespace {

Result<std::string> model_path(const ModelCard& card, const std::string& directory,
                               FileStatus& status);
Result<Network> compile_from_file(const ModelCard& card, const std::string& path,
                                  const ov::AnyMap& properties, InputKind kind);
Result<std::shared_ptr<ov::Model>> read_verified(const ModelCard& card, const std::string& path);
Result<std::shared_ptr<ov::Model>> cut_to_embedding(const std::shared_ptr<ov::Model>& model,
                                                    const ModelCard& card);
Result<void> fix_input_shape(ov::Model& model, const ModelCard& card);
std::shared_ptr<ov::Model> take_pictures(const std::shared_ptr<ov::Model>& model,
                                         const ModelCard& card);
Result<Network> import_form(std::unique_ptr<CompiledModel> form, const ov::AnyMap& properties);
void keep_form(const Network& network, const std::vector<std::string>& directories,
               const CompiledModelKey& key);
Precision wanted_precision(Precision asked);
bool cpu_has_bf16();
std::string cpu_description();
ov::AnyMap properties_of(const ExtractorOptions& options, Precision precision);
Precision precision_in_force(const ov::CompiledModel& compiled);

}  // namespace

ov::Core& core() {
    static ov::Core core;
    return core;
}

Result<std::shared_ptr<ov::Model>> parse_model(std::span<const std::byte> bytes) {
    TRY(check_onnx_file(bytes));
    const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return catching(ErrorCode::kCorruption, "not a model that can be read",
                    [&]() -> Result<std::shared_ptr<ov::Model>> {
                        std::shared_ptr<ov::Model> model = core().read_model(text, ov::Tensor());
                        if (!model) return fail(ErrorCode::kCorruption, "not a model");
                        return model;
                    });
}

Result<Network> open_network(const ModelCard& card, const std::string& directory,
                             const ExtractorOptions& options, InputKind kind) {
    FileStatus status;
    const std::string path = TRY(model_path(card, directory, status));
    const Precision precision = wanted_precision(options.precision);
    const ov::AnyMap properties = properties_of(options, precision);
    if (kind == InputKind::kTensor || options.cache_directories.empty()) {
        return compile_from_file(card, path, properties, kind);
    }
    const CompiledModelKey key{
        .model = fingerprint(card),
        .variant = std::string(features::name_of(precision)),
        .machine = fmt::format("OpenVINO {}\n{}\n{} {}", ov::get_openvino_version().buildNumber,
                               cpu_description(), status.size_bytes, status.modified_ns)};
    FileSystem& files = posix_file_system();
    if (auto form = find_compiled_model(files, options.cache_directories, key)) {
        Result<Network> imported = import_form(std::move(form), properties);
        if (imported) return imported;  // else it is of no use: compile, and replace it
    }
    Network network = TRY(compile_from_file(card, path, properties, kind));
    keep_form(network, options.cache_directories, key);
    return network;
}

namespace {

Result<std::string> model_path(const ModelCard& card, const std::string& directory,
                               FileStatus& status) {
    std::string path = join_path(directory, card.file);
    status = TRY(posix_file_system().status_following(path));
    if (status.kind != FileKind::kRegular) {
        return fail(ErrorCode::kInvalidArgument, "{}: not a file", path);
    }
    return path;
}

Result<Network> compile_from_file(const ModelCard& card, const std::string& path,
                                  const ov::AnyMap& properties, InputKind kind) {
    std::shared_ptr<ov::Model> model = TRY(read_verified(card, path));
    return catching(ErrorCode::kUnsupported, path, [&]() -> Result<Network> {
        model = TRY(cut_to_embedding(model, card));
        TRY(fix_input_shape(*model, card));
        const ov::Shape output = model->output(0).get_partial_shape().is_static()
                                     ? model->output(0).get_shape()
                                     : ov::Shape{0};
        if (ov::shape_size(output) != card.dimension) {
            return fail(ErrorCode::kInvalidArgument,
                        "{}: {} gives {} numbers, the card says dimension {}", path,
                        card.output_tensor, ov::shape_size(output), card.dimension);
        }
        if (kind == InputKind::kPicture) model = take_pictures(model, card);
        Network network;
        network.compiled = core().compile_model(model, "CPU", properties);
        network.precision = precision_in_force(network.compiled);
        return network;
    });
}

Result<std::shared_ptr<ov::Model>> read_verified(const ModelCard& card, const std::string& path) {
    const std::vector<std::byte> bytes = TRY(read_file(posix_file_system(), path, kModelBytesMax));
    const std::string sha256 = sha256_hex(bytes);
    if (sha256 != card.sha256) {
        return fail(ErrorCode::kCorruption, "{}: SHA-256 is {}, the card says {}", path, sha256,
                    card.sha256);
    }
    return in_context(path, parse_model(bytes));
}

/// The model that ends in the card's output tensor; what only served other outputs falls away.
Result<std::shared_ptr<ov::Model>> cut_to_embedding(const std::shared_ptr<ov::Model>& model,
                                                    const ModelCard& card) {
    for (const auto& node : model->get_ordered_ops()) {
        for (const ov::Output<ov::Node>& output : node->outputs()) {
            if (!output.get_names().contains(card.output_tensor)) continue;
            if (!output.get_element_type().is_real()) {
                return fail(ErrorCode::kUnsupported, "output_tensor {}: holds {}, not floats",
                            card.output_tensor, output.get_element_type().get_type_name());
            }
            if (ov::as_type<ov::op::v0::Result>(node.get()) != nullptr) return model;
            auto result = std::make_shared<ov::op::v0::Result>(output);
            return std::make_shared<ov::Model>(ov::ResultVector{result}, model->get_parameters());
        }
    }
    return fail(ErrorCode::kUnsupported, "output_tensor {}: the model has no such tensor",
                card.output_tensor);
}

Result<void> fix_input_shape(ov::Model& model, const ModelCard& card) {
    const ov::ParameterVector& parameters = model.get_parameters();
    if (parameters.size() != 1 || !model.input(0).get_names().contains(card.input_tensor)) {
        return fail(ErrorCode::kUnsupported, "input_tensor {}: the model has {} inputs{}",
                    card.input_tensor, parameters.size(),
                    parameters.size() == 1 ? ", of another name" : "");
    }
    const ov::Dimension side = card.input_size;
    const ov::PartialShape wanted = card.layout == Layout::kNchw
                                        ? ov::PartialShape{1, 3, side, side}
                                        : ov::PartialShape{1, side, side, 3};
    const ov::PartialShape& found = model.input(0).get_partial_shape();
    const bool fits =
        found.rank().compatible(4) &&
        (found.compatible(wanted) || (found.rank().is_static() && found[0].is_static()));
    if (!fits) {
        return fail(ErrorCode::kInvalidArgument, "input_tensor {}: shape {}, the card says {}",
                    card.input_tensor, found.to_string(), wanted.to_string());
    }
    model.reshape(wanted);
    return {};
}

/// Lets the model start with bytes: conversion, layout, mean and std become its first layers.
std::shared_ptr<ov::Model> take_pictures(const std::shared_ptr<ov::Model>& model,
                                         const ModelCard& card) {
    std::vector<float> mean;
    std::vector<float> scale;
    for (std::size_t channel = 0; channel < 3; ++channel) {
        mean.push_back(255 * card.mean[channel]);
        scale.push_back(255 * card.std[channel]);
    }
    ov::preprocess::PrePostProcessor steps(model);
    steps.input().tensor().set_element_type(ov::element::u8).set_layout("NHWC");
    steps.input().model().set_layout(card.layout == Layout::kNchw ? "NCHW" : "NHWC");
    steps.input().preprocess().convert_element_type(ov::element::f32).mean(mean).scale(scale);
    steps.output().tensor().set_element_type(ov::element::f32);
    return steps.build();
}

Result<Network> import_form(std::unique_ptr<CompiledModel> form, const ov::AnyMap& properties) {
    return catching(ErrorCode::kCorruption, "compiled model", [&]() -> Result<Network> {
        // OpenVINO takes no const memory; it reads only, and the mapping would refuse writes.
        auto* bytes = const_cast<std::byte*>(form->bytes().data());
        const ov::Tensor blob(ov::element::u8, {form->bytes().size()}, bytes);
        Network network;
        network.compiled = core().import_model(blob, "CPU", properties);
        network.form = std::move(form);
        network.precision = precision_in_force(network.compiled);
        return network;
    });
}

/// A cache: when this fails, the next start is slower and nothing else.
void keep_form(const Network& network, const std::vector<std::string>& directories,
               const CompiledModelKey& key) {
    (void)catching(ErrorCode::kInternal, "compiled model", [&]() -> Result<void> {
        std::ostringstream stream;
        ov::CompiledModel compiled = network.compiled;
        compiled.export_model(stream);
        const std::string form = std::move(stream).str();
        keep_compiled_model(posix_file_system(), directories, key, std::as_bytes(std::span(form)));
        return {};
    });
}

Precision wanted_precision(Precision asked) {
    if (asked == Precision::kF32) return Precision::kF32;
    // Asking for bf16 where the CPU has none would give f32 anyway, under another name in the
    // cache.
    return cpu_has_bf16() ? Precision::kBf16 : Precision::kF32;
}

bool cpu_has_bf16() {
#if defined(__x86_64__)
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512bf16") != 0;  // every CPU with amx_bf16 has it, too
#else
    return false;
#endif
}

/// Instruction sets as the kernel (ARM) or the CPU itself names them: what decides which code was
/// generated.
std::string cpu_description() {
    std::string text = fmt::format("{:x} {:x}", getauxval(AT_HWCAP), getauxval(AT_HWCAP2));
#if defined(__x86_64__)
    for (const unsigned leaf : {1U, 7U}) {
        std::array<unsigned, 4> registers{};
        __get_cpuid_count(leaf, 0, &registers[0], &registers[1], &registers[2], &registers[3]);
        if (leaf == 1) registers[1] = 0;  // holds the number of the core that was asked
        text += fmt::format(" {:x} {:x} {:x} {:x}", registers[0], registers[1], registers[2],
                            registers[3]);
    }
#endif
    return text;
}

ov::AnyMap properties_of(const ExtractorOptions& options, Precision precision) {
    const bool for_latency = options.tuned_for == Urgency::kInteractive;
    ov::AnyMap properties{
        ov::hint::performance_mode(for_latency ? ov::hint::PerformanceMode::LATENCY
                                               : ov::hint::PerformanceMode::THROUGHPUT),
        ov::hint::inference_precision(precision == Precision::kBf16 ? ov::element::bf16
                                                                    : ov::element::f32),
        // Decoders share the cores: threads that stay where they are would wait for each other.
        ov::hint::enable_cpu_pinning(false),
    };
    if (options.threads > 0) {
        properties.insert(ov::inference_num_threads(static_cast<std::int32_t>(options.threads)));
    }
    return properties;
}

Precision precision_in_force(const ov::CompiledModel& compiled) {
    const auto element = compiled.get_property(ov::hint::inference_precision);
    return element == ov::element::bf16 ? Precision::kBf16 : Precision::kF32;
}

}  // namespace
}  // namespace sokkuri::features::openvino
