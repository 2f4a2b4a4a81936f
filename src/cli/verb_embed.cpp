#include "base/json.h"
#include "base/path_json.h"
#include "base/shown_text.h"
#include "cli/collection_reader.h"
#include "cli/library_options.h"
#include "cli/model_options.h"
#include "cli/query_options.h"
#include "cli/server_index.h"
#include "cli/verbs.h"
#include "features/model_shelf.h"
#include "service/embed.h"
#include "service/export.h"

#include <fmt/format.h>

namespace sokkuri::cli {
namespace {

constexpr std::size_t kPicturesMax = 1'000'000;

Result<ExitCode> run(Invocation& invocation);
Result<ExitCode> embed_pictures(Invocation& invocation);
/// By the model of a server's collection.
Result<ExitCode> embed_at_server(Invocation& invocation);
Result<ExitCode> export_collection(Invocation& invocation);
std::string vector_line(const std::string& picture, const std::string& model,
                        const std::vector<float>& vector);

}  // namespace

Verb embed_verb() {
    return {.name = "embed",
            .summary = "Print the embeddings of pictures, or write those of an index to files",
            .description =
                "With pictures: one JSON object a line with picture, model, dimension and vector, "
                "the model's raw "
                "output.\n\nWith --npy: all vectors of the index as one float32 matrix in NumPy's "
                "format, raw and not "
                "normalized, and, with --ids, the ids of its rows, one a line.\n\n"
                "With --server the pictures are sent to that server, whose model embeds them; --in "
                "is the name of a collection there.",
            .argument = {.name = "PICTURE",
                         .help = "Picture files to embed; they need not be indexed",
                         .kind = ArgumentKind::kFile,
                         .count_max = kPicturesMax},
            .options = joined({{server_option()},
                               library_options(),
                               {{.name = "npy",
                                 .kind = ValueKind::kFile,
                                 .value_name = "OUT.npy",
                                 .help = "Write the vectors of the index to this file"},
                                {.name = "ids",
                                 .kind = ValueKind::kFile,
                                 .value_name = "OUT.txt",
                                 .help = "With --npy: write the ids of the rows to this file"}},
                               model_options(),
                               limit_options()}),
            .examples = {{"sokkuri embed cat.jpg | jq '.vector | length'",
                          "The embedding of one picture"},
                         {"sokkuri embed --in ~/Pictures --npy all.npy --ids all.txt",
                          "All of an index, for NumPy"}},
            .run = run};
}

namespace {

Result<ExitCode> run(Invocation& invocation) {
    const bool wants_export = invocation.settings.has("npy");
    const bool has_pictures = !invocation.arguments.empty();
    if (wants_export && has_pictures) {
        return usage_error(invocation, "embed", "--npy writes an index: give no pictures with it");
    }
    if (!wants_export && !has_pictures) {
        return usage_error(invocation, "embed",
                           "what to embed? Give pictures, or --npy OUT.npy for an index");
    }
    if (!wants_export && invocation.settings.has("ids")) {
        return usage_error(invocation, "embed", "--ids names the rows of --npy: give both");
    }
    const bool is_served = invocation.settings.has("server");
    if (wants_export && is_served) {
        return usage_error(invocation, "embed",
                           "--npy writes an index of this machine: --server goes with pictures");
    }
    if (wants_export) return export_collection(invocation);
    return is_served ? embed_at_server(invocation) : embed_pictures(invocation);
}

Result<ExitCode> embed_pictures(Invocation& invocation) {
    const service::EmbedRequest request{.pictures = invocation.arguments,
                                        .model = model_choice(invocation.settings),
                                        .limits = decode_limits(invocation.settings)};
    const features::ModelShelf shelf(
        invocation.files, features::ModelShelf::standard_folders(request.model.models_folder));
    const features::Model model = TRY(shelf.find(request.model.name));
    std::size_t failed = 0;
    TRY(service::embed(invocation.files, request, [&](const service::EmbeddedPicture& embedded) {
        if (!embedded.vector) {
            ++failed;
            invocation.console.say("sokkuri embed: {}: {}", shown_text(embedded.picture),
                                   shown_text(embedded.vector.error().message()));
            return true;
        }
        invocation.out.write(vector_line(embedded.picture, model.card.name, *embedded.vector));
        return invocation.out.is_open();
    }));
    return exit_code_of(invocation.arguments.size(), failed);
}

Result<ExitCode> embed_at_server(Invocation& invocation) {
    const Settings& settings = invocation.settings;
    const HeldFolder held = TRY(folder_at_server(settings, settings.text("in")));
    FolderHolder holder = TRY(holder_of(invocation, held));
    TRY(check_server_choices(invocation, holder.served,
                             joined({model_options(), limit_options()})));
    const std::uint64_t bytes_max = decode_limits(settings).file_bytes_max;
    std::size_t failed = 0;
    for (const std::string& picture : invocation.arguments) {
        const auto bytes = read_file(invocation.files, picture, bytes_max);
        const auto embedding =
            bytes ? holder.link.embed(holder.served.name, *bytes) : tl::unexpected(bytes.error());
        if (!embedding) {
            ++failed;
            invocation.console.say("sokkuri embed: {}: {}", shown_text(picture),
                                   shown_text(embedding.error().message()));
            continue;
        }
        invocation.out.write(vector_line(picture, embedding->model, embedding->vector));
        if (!invocation.out.is_open()) break;
    }
    return exit_code_of(invocation.arguments.size(), failed);
}

Result<ExitCode> export_collection(Invocation& invocation) {
    const ChosenLibrary chosen = TRY(open_library(invocation));
    const service::ExportReport report =
        TRY(service::export_vectors(chosen.library, {.npy_file = invocation.settings.text("npy"),
                                                     .ids_file = invocation.settings.text("ids")}));
    if (!invocation.settings.on("quiet")) {
        invocation.console.say("{} vectors of dimension {}: {}", report.rows, report.dimension,
                               shown_text(invocation.settings.text("npy")));
    }
    return ExitCode::kOk;
}

std::string vector_line(const std::string& picture, const std::string& model,
                        const std::vector<float>& vector) {
    std::string line;
    JsonWriter json(line);
    json.begin_object();
    write_path(json, "picture", picture);
    json.member("model", model).member("dimension", std::uint64_t{vector.size()});
    json.key("vector").begin_array();
    for (const float value : vector) {
        json.value(value);
    }
    json.end_array().end_object();
    return line + "\n";
}

}  // namespace
}  // namespace sokkuri::cli
