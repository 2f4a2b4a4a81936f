#include "base/json.h"
#include "base/log.h"
#include "cli/collection_reader.h"
#include "cli/format.h"
#include "cli/interrupt.h"
#include "cli/library_options.h"
#include "cli/progress.h"
#include "cli/server_import.h"
#include "cli/verbs.h"
#include "service/import.h"
#include "service/verify.h"

#include <fmt/format.h>

#include <optional>

namespace sokkuri::cli {
namespace {

constexpr std::size_t kFilesMax = 10'000;

Result<ExitCode> run(Invocation& invocation);
std::vector<Option> import_options();
Result<service::ImportRequest> import_request(const Invocation& invocation);
/// What is imported, and where to: `library` when it is one that nobody holds.
struct ImportWork {
    service::ImportRequest request;
    std::optional<service::Library> library;
};
Result<service::ImportReport> import_files(const Invocation& invocation, ImportWork& work,
                                           const service::ImportSink& progress,
                                           const std::stop_token& stop);
/// Made when it is missing and the files can be read.
Result<service::Library> open_target(const Invocation& invocation,
                                     const service::ImportRequest& request);
/// Empty: it is built, or left to a later run.
Result<void> build_index(const Invocation& invocation, const service::Library& library,
                         ProgressLine& progress, const std::stop_token& stop);
std::string progress_text(const service::ImportProgress& progress);
std::string summary_text(const service::ImportReport& report);
std::string report_json(const service::ImportReport& report);
double megabytes_per_second(std::uint64_t bytes, double seconds);

}  // namespace

Verb import_verb() {
    return {
        .name = "import",
        .summary = "Put vectors that were made elsewhere into an index",
        .description =
            "Reads matrices of NumPy (.npy), fvecs and bvecs, bare float32 (.f32, .raw, .bin), "
            "JSON lines with id, vector and document (.ndjson, .jsonl), pairs of NNNN.features.npy "
            "and NNNN.object_ids.npy, indexes of Annoy (.ann), and databases of gannoy (NAME.meta "
            "with NAME.tree, or the folder NAME of an NGT index with NAME.map; apply what is "
            "pending before). The folder, its collection and the field are made when they are "
            "missing.\n\n"
            "Rows whose id is there already replace that record's vector; those that are as they "
            "were are left alone. Without --ids, and where the files bring no ids of their own, "
            "the rows are \"0\", \"1\" and so on in the order of the files.\n\n"
            "Ctrl-C stops after the batch in flight; the same command again goes on where that one "
            "ended.\n\n"
            "While `sokkuri serve` holds the folder, or is to have it (in its --data), the "
            "files go through that server, batch by batch, and it builds the index by itself. "
            "With --server, --in is the name of a collection there, made when it is missing. "
            "Members of documents that say which file or picture an item is are left out then.",
        .argument = {.name = "FILE",
                     .help = "Files of vectors, in their order",
                     .kind = ArgumentKind::kFile,
                     .count_min = 1,
                     .count_max = kFilesMax},
        .options = import_options(),
        .examples = {{"sokkuri import --in ~/shop vectors.npy --ids ids.txt --metadata items.jsonl",
                      "A matrix, the ids of its rows, and what is to be known of them"},
                     {"sokkuri import --in ~/faces fvecs.bin --ids fnames.txt",
                      "Bare float32 with a file of names"},
                     {"sokkuri import --in ~/features shards/*.features.npy", "Shards"},
                     {"sokkuri import --in ~/old old.ann --dimension 2048 --ids names.txt",
                      "An Annoy index"},
                     {"sokkuri import --server http://shop:7171 --in shoes shoes.npy --ids ids.txt",
                      "Into a collection of a server elsewhere"}},
        .run = run};
}

namespace {

Result<ExitCode> run(Invocation& invocation) {
    const Settings& settings = invocation.settings;
    // Before any thread.
    Interrupt interrupt(invocation.console, "stopping after the batch in flight");
    ImportWork work;
    work.request = TRY(import_request(invocation));
    ProgressLine progress(invocation.console, invocation.terminal);
    const auto show = [&](const service::ImportProgress& now) {
        if (!settings.on("quiet")) progress.show_line(progress_text(now), now.seconds);
    };
    const auto imported = import_files(invocation, work, show, interrupt.token());
    progress.clear();
    if (!imported) return tl::unexpected(imported.error());
    service::ImportReport report = *imported;
    LOG(kInfo, "event=imported into={:?} rows={} created={} replaced={} ms={:.0f}",
        work.library ? work.library->place() : "a server", report.rows, report.outcome.created,
        report.outcome.replaced, report.seconds * 1'000);
    if (!settings.on("quiet")) invocation.console.say("{}", summary_text(report));
    if (work.library && !report.was_interrupted && !settings.on("skip-index")) {
        const auto built = build_index(invocation, *work.library, progress, interrupt.token());
        report.was_interrupted = !built && built.error().code() == ErrorCode::kCancelled;
    }
    if (format_of(settings) == Format::kJson) invocation.out.write(report_json(report));
    return report.was_interrupted ? ExitCode::kInterrupted : ExitCode::kOk;
}

std::vector<Option> import_options() {
    return joined(
        {{server_option()},
         library_options(),
         {{.name = "ids",
           .kind = ValueKind::kFile,
           .value_name = "FILE",
           .help = "The ids of the rows: one a line, or a NumPy array (.npy) of texts or integers"},
          {.name = "metadata",
           .kind = ValueKind::kFile,
           .value_name = "FILE",
           .help = "Documents of the rows by their id: CSV with a column id, or JSON lines with a "
                   "member id"},
          {.name = "field",
           .kind = ValueKind::kText,
           .value_name = "NAME",
           .help = "Which field the vectors belong to; without it, the one that searches use"},
          {.name = "input",
           .kind = ValueKind::kChoice,
           .value_name = "FORMAT",
           .help = "What the files are, where their names do not say it",
           .choices = {"npy", "fvecs", "bvecs", "f32", "ndjson", "annoy", "gannoy"}},
          {.name = "dimension",
           .kind = ValueKind::kInteger,
           .value_name = "N",
           .help = "Components of a row, for bare float32 without ids and for Annoy",
           .minimum = 1,
           .maximum = collection::kDimensionMax},
          {.name = "metric",
           .kind = ValueKind::kChoice,
           .value_name = "METRIC",
           .help = "How vectors are compared, when the field is made; without it what the files "
                   "say, else cosine",
           .choices = {"cosine", "l2", "ip", "l1", "linf", "hamming"}},
          {.name = "batch-mb",
           .kind = ValueKind::kInteger,
           .value_name = "N",
           .help = "Megabytes of vectors that are made durable at a time",
           .fallback = "32",
           .minimum = 1,
           .maximum = 256},
          {.name = "skip-index",
           .help = "Only put the vectors; searches scan them until something builds the index"},
          report_format_option()}});
}

Result<service::ImportRequest> import_request(const Invocation& invocation) {
    const Settings& settings = invocation.settings;
    service::ImportRequest request;
    request.from.files = invocation.arguments;
    request.from.ids_file = settings.text("ids");
    request.metadata_file = settings.text("metadata");
    request.field = settings.text("field");
    if (settings.has("dimension")) {
        request.from.dimension = static_cast<std::uint32_t>(settings.integer("dimension"));
    }
    if (settings.has("input")) {
        request.from.format = TRY(service::parse_source_format(settings.text("input")));
    }
    if (settings.has("metric")) {
        request.from.metric = TRY(index::parse_metric(settings.text("metric")));
    }
    request.batch_bytes = settings.integer("batch-mb") << 20U;
    TRY(request.validate());
    return request;
}

Result<service::ImportReport> import_files(const Invocation& invocation, ImportWork& work,
                                           const service::ImportSink& progress,
                                           const std::stop_token& stop) {
    const Settings& settings = invocation.settings;
    HeldFolder held;
    if (settings.has("server")) {
        held = TRY(folder_at_server(settings, settings.text("in")));
    } else {
        const service::LibraryPlace place = TRY(library_place(invocation));
        TRY(make_at_data_server(invocation, place, work.request));
        auto library = open_target(invocation, work.request);
        if (library) {
            work.library.emplace(std::move(*library));
            return service::import_vectors(*work.library, work.request, progress, stop);
        }
        if (library.error().code() != ErrorCode::kConflict) return tl::unexpected(library.error());
        held = {place.folder, library.error()};
    }
    ServerTarget target = TRY(ServerTarget::open(invocation, held, work.request));
    return service::import_vectors(invocation.files, target, work.request, progress, stop);
}

Result<service::Library> open_target(const Invocation& invocation,
                                     const service::ImportRequest& request) {
    service::LibraryPlace place = TRY(library_place(invocation));
    place.pictures = service::PictureSource::kAsMade;
    const auto directory = service::directory_of(invocation.files, place);
    const bool is_there = directory && invocation.files.status(join_path(*directory, "catalog.db"));
    if (!is_there) TRY(request.check_files(invocation.files));
    if (!place.folder.empty()) TRY(create_directories(invocation.files, place.folder));
    auto library =
        service::Library::open(invocation.files, place, {.access = service::LibraryAccess::kWrite});
    if (library) return library;
    return tl::unexpected(with_place_hint(library.error(), invocation.settings));
}

Result<void> build_index(const Invocation& invocation, const service::Library& library,
                         ProgressLine& progress, const std::stop_token& stop) {
    const auto show = [&](double share, std::string_view stage) {
        if (!invocation.settings.on("quiet")) progress.show(stage, share);
    };
    auto built = library.collection().optimize({.progress = show, .stop = stop});
    progress.clear();
    if (!built && built.error().code() != ErrorCode::kCancelled) {
        LOG(kWarn, "event=index_not_built reason={:?}", built.error().message());
    }
    return built;
}

std::string progress_text(const service::ImportProgress& progress) {
    return fmt::format("{:>3.0f} %  {} rows, {:.0f} MB/s", 100 * progress.share,
                       with_commas(progress.rows),
                       megabytes_per_second(progress.vector_bytes, progress.seconds));
}

std::string summary_text(const service::ImportReport& report) {
    std::string text = fmt::format(
        "{} rows of dimension {} into field {}: {} new, {} replaced, {} unchanged; {:.1f} s, "
        "{:.0f} MB/s",
        with_commas(report.rows), report.dimension, report.field,
        with_commas(report.outcome.created), with_commas(report.outcome.replaced),
        with_commas(report.outcome.unchanged), report.seconds,
        megabytes_per_second(report.vector_bytes, report.seconds));
    if (report.resumed > 0) {
        text +=
            fmt::format("; {} rows were there from the run before", with_commas(report.resumed));
    }
    if (report.documents > 0) text += fmt::format("; {} documents", with_commas(report.documents));
    if (report.unmatched > 0) {
        text +=
            fmt::format("; {} rows of the metadata have no record", with_commas(report.unmatched));
    }
    if (report.was_interrupted) text += "; interrupted: the same command goes on from here";
    return text;
}

std::string report_json(const service::ImportReport& report) {
    std::string text;
    JsonWriter json(text, JsonStyle::kPretty);
    json.begin_object();
    json.member("rows", report.rows).member("resumed", report.resumed);
    json.member("created", report.outcome.created).member("replaced", report.outcome.replaced);
    json.member("unchanged", report.outcome.unchanged);
    json.member("documents", report.documents).member("unmatched", report.unmatched);
    json.member("field", report.field).member("dimension", report.dimension);
    json.member("vector_bytes", report.vector_bytes).member("seconds", report.seconds);
    json.member("reading_seconds", report.reading_seconds);
    json.member("was_interrupted", report.was_interrupted);
    json.end_object();
    return text + "\n";
}

double megabytes_per_second(std::uint64_t bytes, double seconds) {
    return seconds <= 0 ? 0 : static_cast<double>(bytes) / 1e6 / seconds;
}

}  // namespace
}  // namespace sokkuri::cli
