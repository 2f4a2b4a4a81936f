#include "base/json.h"
#include "cli/collection_reader.h"
#include "cli/format.h"
#include "cli/interrupt.h"
#include "cli/library_options.h"
#include "cli/progress.h"
#include "cli/server_export.h"
#include "cli/verbs.h"
#include "service/export.h"

#include <fmt/format.h>

namespace sokkuri::cli {
namespace {

Result<ExitCode> run(Invocation& invocation);
service::ExportRequest request_of(const Settings& settings);
/// Of the folder, or of a collection of a server.
Result<service::ExportReport> export_vectors(Invocation& invocation,
                                             const service::ExportRequest& request);
std::vector<Option> file_options();
std::string report_json(const service::ExportReport& report);

}  // namespace

Verb export_verb() {
    return {
        .name = "export",
        .summary = "Write the vectors of an index with their ids and documents to files",
        .description =
            "All rows of one field in the order in which the records came, in as many formats at "
            "once as are asked for: `sokkuri import` reads each of them back bit by bit. Vectors "
            "are raw, as the model gave them, never normalized.\n\n"
            "--ids, --metadata and the vectors have the same rows in the same order, all of one "
            "moment. Records without a vector in the field are left out and counted. The files "
            "appear when all of them are whole; whatever goes wrong before leaves none.\n\n"
            "With --server, --in is the name of a collection there; the files are written here.",
        .options = joined({{server_option()},
                           library_options(),
                           {{.name = "field",
                             .kind = ValueKind::kText,
                             .value_name = "NAME",
                             .help = "Whose vectors; without it, those that searches use"}},
                           file_options(),
                           {report_format_option()}}),
        .examples = {{"sokkuri export --in ~/Pictures --npy all.npy --ids all.txt", "For NumPy"},
                     {"sokkuri export --ndjson all.ndjson", "Everything in one file"},
                     {"sokkuri export --server http://shop:7171 --in shoes --npy v.npy --ids i.txt",
                      "From a server"},
                     {"sokkuri export --npy v.npy --ids ids.txt --metadata m.jsonl",
                      "Vectors, ids and documents, to be imported elsewhere"}},
        .run = run};
}

namespace {

Result<ExitCode> run(Invocation& invocation) {
    const Settings& settings = invocation.settings;
    const service::ExportRequest request = request_of(settings);
    if (!request.writes_something()) {
        return usage_error(invocation, "export", "what to write? Name a file, as --npy OUT.npy");
    }
    if (request.vectors_in_documents && !request.has_documents()) {
        return usage_error(invocation, "export",
                           "--vectors puts vectors into documents: name --metadata or --ndjson");
    }
    const auto report = export_vectors(invocation, request);
    if (!report && report.error().code() == ErrorCode::kCancelled) return ExitCode::kInterrupted;
    if (!report) return tl::unexpected(report.error());
    if (!settings.on("quiet")) {
        invocation.console.say(
            "{} rows of dimension {} of field {}{}", with_commas(report->rows), report->dimension,
            report->field,
            report->without_vector == 0
                ? ""
                : fmt::format("; {} records have no vector there and were left out",
                              with_commas(report->without_vector)));
    }
    if (format_of(settings) == Format::kJson) invocation.out.write(report_json(*report));
    return ExitCode::kOk;
}

service::ExportRequest request_of(const Settings& settings) {
    return {.field = settings.text("field"),
            .npy_file = settings.text("npy"),
            .fvecs_file = settings.text("fvecs"),
            .bvecs_file = settings.text("bvecs"),
            .raw_file = settings.text("f32"),
            .ndjson_file = settings.text("ndjson"),
            .shards_folder = settings.text("shards"),
            .ids_file = settings.text("ids"),
            .metadata_file = settings.text("metadata"),
            .vectors_in_documents = settings.on("vectors")};
}

Result<service::ExportReport> export_vectors(Invocation& invocation,
                                             const service::ExportRequest& request) {
    Interrupt interrupt(invocation.console, "stopping: nothing is written");
    if (!invocation.settings.has("server")) {
        const ChosenLibrary chosen = TRY(open_library(invocation));
        return service::export_vectors(chosen.library, request, interrupt.token());
    }
    ProgressLine progress(invocation.console, invocation.terminal);
    const auto show = [&](double share) {
        if (!invocation.settings.on("quiet")) progress.show("exporting", share);
    };
    auto report = export_from_server(invocation, request, show, interrupt.token());
    progress.clear();
    return report;
}

std::vector<Option> file_options() {
    return {{.name = "npy",
             .kind = ValueKind::kFile,
             .value_name = "OUT.npy",
             .help = "The vectors as one float32 matrix in NumPy's format"},
            {.name = "fvecs",
             .kind = ValueKind::kFile,
             .value_name = "OUT.fvecs",
             .help = "The vectors, each after its dimension"},
            {.name = "bvecs",
             .kind = ValueKind::kFile,
             .value_name = "OUT.bvecs",
             .help = "Likewise, a byte for each component: whole numbers from 0 to 255 alone"},
            {.name = "f32",
             .kind = ValueKind::kFile,
             .value_name = "OUT.f32",
             .help = "The vectors as bare float32, nothing else"},
            {.name = "ndjson",
             .kind = ValueKind::kFile,
             .value_name = "OUT.ndjson",
             .help = "JSON lines with id, vector and document"},
            {.name = "shards",
             .kind = ValueKind::kFolder,
             .value_name = "FOLDER",
             .help = "NNNN.features.npy and NNNN.object_ids.npy of 10,000 rows each"},
            {.name = "ids",
             .kind = ValueKind::kFile,
             .value_name = "OUT.txt",
             .help = "The ids of the rows, one a line; as NumPy's texts where the name ends in "
                     ".npy"},
            {.name = "metadata",
             .kind = ValueKind::kFile,
             .value_name = "OUT.jsonl",
             .help = "The documents of the rows as JSON lines, each with its id as first member"},
            {.name = "vectors",
             .help = "With the vectors of all other fields inside the documents, each under its "
                     "field's name; `sokkuri import` stores them as vectors again"}};
}

std::string report_json(const service::ExportReport& report) {
    std::string text;
    JsonWriter json(text, JsonStyle::kPretty);
    json.begin_object();
    json.member("rows", report.rows).member("without_vector", report.without_vector);
    json.member("dimension", report.dimension).member("field", report.field);
    json.end_object();
    return text + "\n";
}

}  // namespace
}  // namespace sokkuri::cli
