#include "base/json.h"
#include "base/path_json.h"
#include "base/shown_text.h"
#include "cli/format.h"
#include "cli/model_options.h"
#include "cli/text_table.h"
#include "cli/verbs.h"
#include "features/inspect.h"
#include "features/model_shelf.h"

#include <fmt/format.h>

#include <span>

namespace sokkuri::cli {
namespace {

constexpr std::uint64_t kCardBytesMax = 1U << 20;

Result<ExitCode> run_list(Invocation& invocation);
Result<ExitCode> run_inspect(Invocation& invocation);
Result<ExitCode> run_add(Invocation& invocation);
Result<ExitCode> run_use(Invocation& invocation);
features::ModelShelf shelf_of(const Invocation& invocation);
/// The file's card from --card, or proposed from its insides, with what was assumed said on the
/// console.
Result<features::ModelCard> card_for(Invocation& invocation, const std::string& file);
void print_inspection(Output& out, const features::Inspection& inspection);
std::string list_json(const std::vector<Result<features::Model>>& models);
std::string stem_of(std::string_view file);
std::string_view name_of(features::ResizeRule rule);

}  // namespace

Verb model_list_verb() {
    return {.name = "model list",
            .summary = "List the models on this machine",
            .options = {models_folder_option(), report_format_option()},
            .run = run_list};
}

Verb model_inspect_verb() {
    return {.name = "model inspect",
            .summary = "Look into a model file and propose a card for it",
            .description =
                "Finds the tensor that is the embedding: of a classifier, the globally pooled "
                "activations "
                "before the classes. Says what it had to assume.",
            .argument = {.name = "FILE.onnx",
                         .help = "The model",
                         .kind = ArgumentKind::kFile,
                         .count_min = 1,
                         .count_max = 1},
            .options = {report_format_option()},
            .examples = {{"sokkuri model inspect resnet50.onnx", "What is in it"},
                         {"sokkuri model inspect resnet50.onnx --json > card.json",
                          "A card to correct by hand"}},
            .run = run_inspect};
}

Verb model_add_verb() {
    return {.name = "model add",
            .summary = "Add a model file to those that sokkuri knows",
            .description =
                "Copies the file beside its card into the first models folder that can be written.",
            .argument = {.name = "FILE.onnx",
                         .help = "The model",
                         .kind = ArgumentKind::kFile,
                         .count_min = 1,
                         .count_max = 1},
            .options = {{.name = "card",
                         .kind = ValueKind::kFile,
                         .value_name = "CARD.json",
                         .help = "What the model wants and gives; without it, found by inspection"},
                        {.name = "name",
                         .kind = ValueKind::kText,
                         .value_name = "NAME",
                         .help = "What to call it; without it, as the card or the file is called"},
                        models_folder_option()},
            .examples = {{"sokkuri model add resnet50.onnx",
                          "Then: sokkuri index FOLDER --model resnet50"}},
            .run = run_add};
}

Verb model_use_verb() {
    return {.name = "model use",
            .summary = "Make a model the default one",
            .description = "Indexes that exist keep the model that they were made with.",
            .argument = {.name = "NAME",
                         .help = "A name from `sokkuri model list`",
                         .kind = ArgumentKind::kText,
                         .count_min = 1,
                         .count_max = 1},
            .options = {models_folder_option()},
            .run = run_use};
}

namespace {

Result<ExitCode> run_list(Invocation& invocation) {
    const auto models = TRY(shelf_of(invocation).list());
    ExitCode code = ExitCode::kOk;
    for (const auto& model : models) {
        if (model) continue;
        invocation.console.say("sokkuri model list: {}", shown_text(model.error().message()));
        code = ExitCode::kSomeFailed;
    }
    if (format_of(invocation.settings) == Format::kJson) {
        invocation.out.write(list_json(models));
        return code;
    }
    TextTable table({{"model"},
                     {"dimension", Align::kRight},
                     {"input", Align::kRight},
                     {"license"},
                     {"folder"}});
    for (const auto& model : models) {
        if (!model) continue;
        const std::string mark = model->is_default ? " (default)" : "";
        table.add_row({{shown_text(model->card.name) + mark},
                       {fmt::format("{}", model->card.dimension)},
                       {fmt::format("{}", model->card.input_size)},
                       {shown_text(model->card.license)},
                       {shown_text(model->directory)}});
    }
    invocation.out.write(table.text(invocation.terminal));
    return code;
}

Result<ExitCode> run_inspect(Invocation& invocation) {
    const auto inspection = TRY(features::inspect_model(invocation.arguments.front()));
    if (format_of(invocation.settings) == Format::kJson) {
        invocation.out.print("{}\n", features::to_json(inspection.card));
        return ExitCode::kOk;
    }
    print_inspection(invocation.out, inspection);
    return ExitCode::kOk;
}

Result<ExitCode> run_add(Invocation& invocation) {
    const std::string& file = invocation.arguments.front();
    features::ModelCard card = TRY(card_for(invocation, file));
    if (card.name.empty()) card.name = stem_of(file);
    if (invocation.settings.has("name")) card.name = invocation.settings.text("name");
    const features::Model added = TRY(shelf_of(invocation).add(file, card));
    invocation.out.print("{}\n", shown_text(added.card.name));
    if (!invocation.settings.on("quiet")) {
        invocation.console.say("added to {}; use it with --model {} or `sokkuri model use {}`",
                               shown_text(added.directory), shown_text(added.card.name),
                               shown_text(added.card.name));
    }
    return ExitCode::kOk;
}

Result<ExitCode> run_use(Invocation& invocation) {
    const std::string& name = invocation.arguments.front();
    TRY(shelf_of(invocation).use(name));
    if (!invocation.settings.on("quiet")) {
        invocation.console.say("{} is now the model of new indexes", shown_text(name));
    }
    return ExitCode::kOk;
}

features::ModelShelf shelf_of(const Invocation& invocation) {
    return {invocation.files,
            features::ModelShelf::standard_folders(invocation.settings.text("models"))};
}

Result<features::ModelCard> card_for(Invocation& invocation, const std::string& file) {
    if (invocation.settings.has("card")) {
        const std::string& path = invocation.settings.text("card");
        const auto bytes = TRY(read_file(invocation.files, path, kCardBytesMax));
        const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return in_context(path, features::parse_model_card(text));
    }
    const features::Inspection inspection = TRY(features::inspect_model(file));
    for (const std::string& assumption : inspection.assumptions) {
        if (!invocation.settings.on("quiet")) {
            invocation.console.say("assumed: {}", shown_text(assumption));
        }
    }
    return inspection.card;
}

void print_inspection(Output& out, const features::Inspection& inspection) {
    const features::ModelCard& card = inspection.card;
    const auto tensor = [&](std::string_view what, const features::TensorInfo& info) {
        std::string shape;
        for (const std::int64_t extent : info.shape) {
            shape += fmt::format("{}{}", shape.empty() ? "" : " x ",
                                 extent < 0 ? "any" : fmt::format("{}", extent));
        }
        out.print("{:<11} {}  {}  {}\n", what, shown_text(info.name), shown_text(info.element),
                  shape);
    };
    out.print("name        {}\n", shown_text(card.name));
    for (const features::TensorInfo& input : inspection.inputs) {
        tensor("input", input);
    }
    for (const features::TensorInfo& output : inspection.outputs) {
        tensor("output", output);
    }
    out.print("embedding   {}  dimension {}\n", shown_text(card.output_tensor), card.dimension);
    out.print("pictures    {} x {}, {}, {}\n", card.input_size, card.input_size,
              name_of(card.resize_rule),
              card.layout == features::Layout::kNchw ? "channels first" : "channels last");
    out.print("mean        {:.4g} {:.4g} {:.4g}\n", card.mean[0], card.mean[1], card.mean[2]);
    out.print("std         {:.4g} {:.4g} {:.4g}\n", card.std[0], card.std[1], card.std[2]);
    for (const std::string& assumption : inspection.assumptions) {
        out.print("assumed     {}\n", shown_text(assumption));
    }
}

std::string list_json(const std::vector<Result<features::Model>>& models) {
    std::string text;
    JsonWriter json(text, JsonStyle::kPretty);
    json.begin_array();
    for (const auto& model : models) {
        if (!model) continue;
        json.begin_object().member("name", model->card.name).member("default", model->is_default);
        json.member("dimension", model->card.dimension)
            .member("input_size", model->card.input_size);
        json.member("license", model->card.license).member("source", model->card.source);
        json.member("fingerprint", features::fingerprint(model->card));
        write_path(json, "folder", model->directory);
        json.end_object();
    }
    json.end_array();
    return text + "\n";
}

std::string stem_of(std::string_view file) {
    const std::string_view name = file.substr(file.rfind('/') + 1);
    return std::string(name.substr(0, name.rfind('.')));
}

std::string_view name_of(features::ResizeRule rule) {
    switch (rule) {
        case features::ResizeRule::kCropThenResize:
            return "center crop, then resize";
        case features::ResizeRule::kResizeThenCrop:
            return "resize, then center crop";
        case features::ResizeRule::kStretch:
            return "stretched to the input";
    }
    return "";
}

}  // namespace
}  // namespace sokkuri::cli
