#include "base/log.h"
#include "base/shown_text.h"
#include "cli/format.h"
#include "cli/index_report.h"
#include "cli/interrupt.h"
#include "cli/library_options.h"
#include "cli/model_options.h"
#include "cli/progress.h"
#include "cli/verbs.h"
#include "service/ingest.h"

#include <fmt/format.h>

namespace sokkuri::cli {
namespace {

Result<ExitCode> run(Invocation& invocation);
/// The argument, else the indexed folder around the working directory; empty when there is none.
Result<std::string> folder_of(const Invocation& invocation);
service::IngestRequest request_of(const Settings& settings);
ExitCode code_of(const service::IngestReport& report);

}  // namespace

Verb index_verb() {
    return {
        .name = "index",
        .summary = "Index a folder of pictures, or bring its index up to date",
        .description =
            "Walks FOLDER and everything below, and makes the index say what the folder says: "
            "unchanged files "
            "are skipped, moved ones recognized, changed ones embedded again, vanished ones "
            "forgotten. Links "
            "that leave the folder, hidden files and folders are not followed.\n\n"
            "Ctrl-C stops after the batch in flight; the next run goes on where this one ended. "
            "Files that "
            "cannot be read are remembered with the reason and not tried again until they change: "
            "see "
            "`sokkuri stats --failures`.",
        .argument =
            {.name = "FOLDER",
             .help = "The pictures; without it, the indexed folder around the working directory",
             .kind = ArgumentKind::kFolder,
             .count_max = 1},
        .options =
            joined({{collection_option(),
                     {.name = "keep-missing", .help = "Keep items whose files have vanished"},
                     report_format_option()},
                    model_options(),
                    {{.name = "decoders",
                      .kind = ValueKind::kInteger,
                      .value_name = "N",
                      .help = "Threads that decode; 0: as many as keep the network busy",
                      .fallback = "0",
                      .maximum = 1'024},
                     {.name = "batch-rows",
                      .kind = ValueKind::kInteger,
                      .value_name = "N",
                      .help = "Pictures in one commit",
                      .fallback = "64",
                      .minimum = 1,
                      .maximum = 10'000},
                     {.name = "batch-age-ms",
                      .kind = ValueKind::kInteger,
                      .value_name = "MS",
                      .help = "Milliseconds after which a commit happens at the latest",
                      .fallback = "1000",
                      .minimum = 1}},
                    limit_options()}),
        .examples = {{"sokkuri index ~/Pictures",
                      "Index a folder; again later, to bring it up to date"},
                     {"sokkuri index /media/cd --collection ~/cd-index",
                      "A folder that cannot be written to"}},
        .run = run};
}

namespace {

Result<ExitCode> run(Invocation& invocation) {
    const Settings& settings = invocation.settings;
    Interrupt interrupt(invocation.console);  // before any thread
    const std::string folder = TRY(folder_of(invocation));
    if (folder.empty()) {
        return usage_error(invocation, "index",
                           "which folder? No indexed folder was found around here");
    }
    service::Library library = TRY(service::Library::open(
        invocation.files, folder, settings.text("collection"), service::LibraryAccess::kWrite));
    const service::IngestRequest request = request_of(settings);
    TRY(request.validate());
    ProgressLine progress(invocation.console, invocation.terminal);
    const bool is_quiet = settings.on("quiet");
    const auto report = service::ingest(
        library, request,
        [&](const service::IngestProgress& now) {
            if (!is_quiet) progress.show(now);
        },
        interrupt.token());
    progress.clear();
    if (!report) return tl::unexpected(report.error());
    LOG(kInfo, "event=indexed folder={} added={} replaced={} removed={} failed={} ms={:.0f}",
        library.folder(), report->added, report->replaced, report->removed, report->failures.size(),
        report->seconds * 1'000);
    if (!is_quiet) invocation.console.write(summary_text(*report, folder, invocation.terminal));
    if (format_of(settings) == Format::kJson) {
        invocation.out.write(report_json(*report, library.folder()));
    }
    return code_of(*report);
}

Result<std::string> folder_of(const Invocation& invocation) {
    if (!invocation.arguments.empty()) return invocation.arguments.front();
    const std::string here = TRY(invocation.files.canonical("."));
    auto above = service::Library::find_above(invocation.files, here);
    const bool is_none = !above && above.error().code() == ErrorCode::kNotFound;
    return is_none ? Result<std::string>("") : above;
}

service::IngestRequest request_of(const Settings& settings) {
    const auto small = [&](std::string_view name) {
        return static_cast<std::uint32_t>(settings.integer(name));
    };
    return {.model = model_choice(settings),
            .missing = settings.on("keep-missing") ? service::MissingFiles::kKeep
                                                   : service::MissingFiles::kRemove,
            .limits = decode_limits(settings),
            .decoders = settings.at("decoders").origin == Origin::kDefault ? small("threads")
                                                                           : small("decoders"),
            .batch_rows = small("batch-rows"),
            .batch_age_ms = small("batch-age-ms")};
}

ExitCode code_of(const service::IngestReport& report) {
    if (report.was_interrupted) return ExitCode::kInterrupted;
    return report.failures.empty() ? ExitCode::kOk : ExitCode::kSomeFailed;
}

}  // namespace
}  // namespace sokkuri::cli
