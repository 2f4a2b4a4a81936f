// The vector fields of a collection: listed, made and dropped; and another model for the main one.
#include "base/json.h"
#include "base/shown_text.h"
#include "cli/collection_reader.h"
#include "cli/format.h"
#include "cli/index_report.h"
#include "cli/ingest_options.h"
#include "cli/interrupt.h"
#include "cli/library_options.h"
#include "cli/model_options.h"
#include "cli/progress.h"
#include "cli/server_fields.h"
#include "cli/text_table.h"
#include "cli/verbs.h"
#include "service/model_switch.h"
#include "service/vector_fields.h"

#include <fmt/format.h>

#include <optional>
#include <vector>

namespace sokkuri::cli {
namespace {

Result<ExitCode> run_list(Invocation& invocation);
Result<ExitCode> run_add(Invocation& invocation);
Result<ExitCode> run_drop(Invocation& invocation);
Result<ExitCode> run_switch(Invocation& invocation);
/// What a command changes: a library that nobody else has open for writing, or what a server holds.
struct FieldTarget {
    std::optional<service::Library> library;
    HeldFolder held;  // without library
};
Result<FieldTarget> open_for_writing(const Invocation& invocation);
Result<std::vector<service::FieldDescription>> fields_of(const Invocation& invocation);
Argument field_argument();

}  // namespace

Verb field_list_verb() {
    return {.name = "field list",
            .summary = "List the vector fields of a collection",
            .options = joined({{server_option()}, library_options(), {report_format_option()}}),
            .run = run_list};
}

Verb field_add_verb() {
    return {.name = "field add",
            .summary = "Make a further vector field",
            .description =
                "Of a model (the next `sokkuri index` lets it look at all pictures), or of vectors "
                "of your own, which need a dimension. Vectors of different models never mix.",
            .argument = field_argument(),
            .options = joined({{server_option()},
                               library_options(),
                               {{.name = "model",
                                 .kind = ValueKind::kText,
                                 .value_name = "NAME",
                                 .help = "Model whose vectors it holds",
                                 .is_in_file = false},
                                {.name = "dimension",
                                 .kind = ValueKind::kInteger,
                                 .value_name = "N",
                                 .help = "Components of vectors of your own",
                                 .minimum = 1,
                                 .maximum = collection::kDimensionMax,
                                 .is_in_file = false},
                                {.name = "metric",
                                 .kind = ValueKind::kChoice,
                                 .value_name = "M",
                                 .help = "What near means",
                                 .fallback = "cosine",
                                 .choices = {"cosine", "l2", "ip", "l1", "linf", "hamming"},
                                 .is_in_file = false},
                                models_folder_option()}}),
            .examples = {{"sokkuri field add shapes --model mobilenetv3",
                          "Then: sokkuri index, and sokkuri search --field shapes PICTURE"}},
            .run = run_add};
}

Verb field_drop_verb() {
    return {.name = "field drop",
            .summary = "Drop a vector field with all of its vectors",
            .argument = field_argument(),
            .options = joined({{server_option()}, library_options()}),
            .run = run_drop};
}

Verb model_switch_verb() {
    return {
        .name = "model switch",
        .summary = "Let another model look at all pictures of a collection, and take over",
        .description =
            "The pictures go through the new model into a field beside; until it is complete, "
            "searches are answered by the old one, then by the new. Ctrl-C leaves the old model; "
            "the next run goes on where this one ended. While `sokkuri serve` holds the folder, "
            "that server does the work. With --server, --in is the name of a collection there.",
        .argument = {.name = "NAME",
                     .help = "A name from `sokkuri model list`",
                     .kind = ArgumentKind::kText,
                     .count_min = 1,
                     .count_max = 1},
        .options = joined(
            {{server_option()}, library_options(), {report_format_option()}, switch_options()}),
        .examples = {{"sokkuri model switch resnet50 --in ~/Pictures",
                      "Another model for a folder that is indexed"}},
        .run = run_switch};
}

namespace {

Result<ExitCode> run_list(Invocation& invocation) {
    const auto fields = TRY(fields_of(invocation));
    if (format_of(invocation.settings) == Format::kJson) {
        std::string text;
        JsonWriter json(text, JsonStyle::kPretty);
        json.begin_array();
        for (const service::FieldDescription& field : fields) {
            json.begin_object().member("name", field.spec.name).member("main", field.is_main);
            json.member("dimension", field.spec.dimension);
            json.member("metric", index::name_of(field.spec.metric));
            json.member("model", field.model).member("fingerprint", field.spec.fingerprint);
            json.member("vectors", field.vectors).end_object();
        }
        json.end_array();
        invocation.out.write(text + "\n");
        return ExitCode::kOk;
    }
    TextTable table({{"field"},
                     {"dimension", Align::kRight},
                     {"metric"},
                     {"model"},
                     {"vectors", Align::kRight}});
    for (const service::FieldDescription& field : fields) {
        table.add_row({{shown_text(field.spec.name) + (field.is_main ? " (main)" : "")},
                       {fmt::format("{}", field.spec.dimension)},
                       {std::string(index::name_of(field.spec.metric))},
                       {shown_text(field.model)},
                       {fmt::format("{}", field.vectors)}});
    }
    invocation.out.write(table.text(invocation.terminal));
    return ExitCode::kOk;
}

Result<ExitCode> run_add(Invocation& invocation) {
    const Settings& settings = invocation.settings;
    service::FieldRequest field{.name = invocation.arguments.front(),
                                .model = settings.text("model"),
                                .models_folder = settings.text("models")};
    field.metric = TRY(index::parse_metric(settings.text("metric")));
    if (settings.has("dimension")) {
        field.dimension = static_cast<std::uint32_t>(settings.integer("dimension"));
    }
    FieldTarget target = TRY(open_for_writing(invocation));
    if (target.library) {
        TRY(service::add_vector_field(*target.library, field));
    } else {
        TRY(add_field_through_server(invocation, target.held, field));
    }
    return ExitCode::kOk;
}

Result<ExitCode> run_drop(Invocation& invocation) {
    const std::string& name = invocation.arguments.front();
    FieldTarget target = TRY(open_for_writing(invocation));
    if (target.library) {
        TRY(service::drop_vector_field(*target.library, name));
    } else {
        TRY(drop_field_through_server(invocation, target.held, name));
    }
    return ExitCode::kOk;
}

Result<ExitCode> run_switch(Invocation& invocation) {
    const Settings& settings = invocation.settings;
    Interrupt interrupt(invocation.console, "stopping; the old model stays in force");
    service::SwitchRequest request = switch_request(settings, invocation.arguments.front());
    ProgressLine progress(invocation.console, invocation.terminal);
    const bool is_quiet = settings.on("quiet");
    const service::ProgressSink show = [&](const service::IngestProgress& now) {
        if (!is_quiet) progress.show(now);
    };
    request.index_progress = [&](double share, std::string_view stage) {
        if (!is_quiet) progress.show(stage, share);
    };
    FieldTarget target = TRY(open_for_writing(invocation));
    const auto report =
        target.library ? service::switch_model(*target.library, request, show, interrupt.token())
                       : switch_through_server(invocation, target.held,
                                               {request.model.name, show, interrupt.token()});
    progress.clear();
    if (!report) return tl::unexpected(report.error());
    const std::string folder = target.library ? target.library->place() : target.held.folder;
    if (!is_quiet) invocation.console.write(summary_text(*report, folder, invocation.terminal));
    if (format_of(settings) == Format::kJson) {
        // Of a server it is the name of a collection, and of an index elsewhere there may be none.
        const auto absolute = invocation.files.canonical(folder);
        const bool is_here = !settings.has("server") && absolute;
        invocation.out.write(report_json(*report, is_here ? *absolute : folder, nullptr));
    }
    if (report->was_interrupted) return ExitCode::kInterrupted;
    return report->failures.empty() ? ExitCode::kOk : ExitCode::kSomeFailed;
}

Result<FieldTarget> open_for_writing(const Invocation& invocation) {
    const Settings& settings = invocation.settings;
    FieldTarget target;
    if (settings.has("server")) {
        target.held = TRY(folder_at_server(settings, settings.text("in")));
        return target;
    }
    service::LibraryPlace place = TRY(library_place(invocation));
    place.pictures = service::PictureSource::kAsMade;
    // Nothing is made here: what is not there is not indexed yet.
    TRY(service::Library::open(invocation.files, place, {.access = service::LibraryAccess::kRead}));
    auto library =
        service::Library::open(invocation.files, place, {.access = service::LibraryAccess::kWrite});
    if (library) {
        target.library.emplace(std::move(*library));
    } else if (library.error().code() == ErrorCode::kConflict) {
        target.held = {place.folder, library.error()};
    } else {
        return tl::unexpected(with_place_hint(library.error(), settings));
    }
    return target;
}

Result<std::vector<service::FieldDescription>> fields_of(const Invocation& invocation) {
    const Settings& settings = invocation.settings;
    if (settings.has("server")) {
        const HeldFolder held = TRY(folder_at_server(settings, settings.text("in")));
        return fields_at_server(invocation, held);
    }
    const ChosenLibrary chosen = TRY(open_library(invocation));
    return service::describe_fields(chosen.library);
}

Argument field_argument() {
    return {.name = "FIELD",
            .help = "1 to 64 letters, digits, _ and -",
            .kind = ArgumentKind::kText,
            .count_min = 1,
            .count_max = 1};
}

}  // namespace
}  // namespace sokkuri::cli
