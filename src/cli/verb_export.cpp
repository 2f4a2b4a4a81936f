#include "base/json.h"
#include "cli/format.h"
#include "cli/interrupt.h"
#include "cli/library_options.h"
#include "cli/progress.h"
#include "cli/verbs.h"
#include "service/export.h"

#include <fmt/format.h>

namespace sokkuri::cli {
namespace {

Result<ExitCode> run(Invocation& invocation);
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
            "--ids, --metadata and the vectors have the same rows in the same order. Records "
            "without a vector in the field are left out and counted.",
        .options = joined({library_options(),
                           {{.name = "field",
                             .kind = ValueKind::kText,
                             .value_name = "NAME",
                             .help = "Whose vectors; without it, those that searches use"}},
                           file_options(),
                           {report_format_option()}}),
        .examples = {{"sokkuri export --in ~/Pictures --npy all.npy --ids all.txt", "For NumPy"},
                     {"sokkuri export --ndjson all.ndjson", "Everything in one file"},
                     {"sokkuri export --npy v.npy --ids ids.txt --metadata m.jsonl",
                      "Vectors, ids and documents, to be imported elsewhere"}},
        .run = run};
}

namespace {

Result<ExitCode> run(Invocation& invocation) {
    const Settings& settings = invocation.settings;
    Interrupt interrupt(invocation.console, "stopping: nothing is written");
    const service::ExportRequest request{.field = settings.text("field"),
                                         .npy_file = settings.text("npy"),
                                         .fvecs_file = settings.text("fvecs"),
                                         .raw_file = settings.text("f32"),
                                         .ndjson_file = settings.text("ndjson"),
                                         .shards_folder = settings.text("shards"),
                                         .ids_file = settings.text("ids"),
                                         .metadata_file = settings.text("metadata"),
                                         .vectors_in_documents = settings.on("vectors")};
    if (!request.writes_something()) {
        return usage_error(invocation, "export", "what to write? Name a file, as --npy OUT.npy");
    }
    const bool has_documents = !request.metadata_file.empty() || !request.ndjson_file.empty();
    if (request.vectors_in_documents && !has_documents) {
        return usage_error(invocation, "export",
                           "--vectors puts vectors into documents: name --metadata or --ndjson");
    }
    const ChosenLibrary chosen = TRY(open_library(invocation));
    const auto report = service::export_vectors(chosen.library, request, interrupt.token());
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

std::vector<Option> file_options() {
    return {{.name = "npy",
             .kind = ValueKind::kFile,
             .value_name = "OUT.npy",
             .help = "The vectors as one float32 matrix in NumPy's format"},
            {.name = "fvecs",
             .kind = ValueKind::kFile,
             .value_name = "OUT.fvecs",
             .help = "The vectors, each after its dimension"},
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
