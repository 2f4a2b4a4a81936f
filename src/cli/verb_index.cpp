#include "base/log.h"
#include "base/shown_text.h"
#include "cli/collection_reader.h"
#include "cli/format.h"
#include "cli/index_report.h"
#include "cli/ingest_options.h"
#include "cli/interrupt.h"
#include "cli/library_options.h"
#include "cli/progress.h"
#include "cli/server_index.h"
#include "cli/verbs.h"
#include "service/ingest.h"
#include "service/watched_folder.h"

#include <fmt/format.h>

#include <functional>

namespace sokkuri::cli {
namespace {

Result<ExitCode> run(Invocation& invocation);
Result<ExitCode> index_once(Invocation& invocation, const std::string& folder,
                            const std::stop_token& stop);
/// Indexes, and again whenever something has changed, until stopped.
Result<ExitCode> follow(Invocation& invocation, const std::string& folder,
                        const std::stop_token& stop);
/// The argument, else the indexed folder around the working directory; empty when there is none.
Result<std::string> folder_of(const Invocation& invocation);
/// What is shown while it goes on.
struct IndexWatch {
    service::ProgressSink pictures;
    std::function<void(double share, std::string_view stage)> index;
};

/// Here, or in the server that holds the folder.
Result<service::IngestReport> index_folder(const Invocation& invocation, const std::string& folder,
                                           const IndexWatch& watch, const std::stop_token& stop);
Result<service::IngestReport> ingest_and_optimize(service::Library& library,
                                                  const service::IngestRequest& request,
                                                  const IndexWatch& watch,
                                                  const std::stop_token& stop);
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
            "`sokkuri stats --failures`.\n\n"
            "While `sokkuri serve` holds FOLDER, that server does the work, with its own model and "
            "limits. With --server FOLDER is the name of a collection there.",
        .argument =
            {.name = "FOLDER",
             .help = "The pictures; without it, the indexed folder around the working directory",
             .kind = ArgumentKind::kFolder,
             .count_max = 1},
        .options =
            joined({{server_option(),
                     collection_option(),
                     {.name = "keep-missing", .help = "Keep items whose files have vanished"},
                     {.name = "watch",
                      .help = "Go on: index what changes in FOLDER as it changes, until stopped"},
                     report_format_option()},
                    ingest_options()}),
        .examples = {{"sokkuri index ~/Pictures",
                      "Index a folder; again later, to bring it up to date"},
                     {"sokkuri index ~/Pictures --watch", "And whatever comes, as it comes"},
                     {"sokkuri index /media/cd --collection ~/cd-index",
                      "A folder that cannot be written to"}},
        .run = run};
}

namespace {

Result<ExitCode> run(Invocation& invocation) {
    const Settings& settings = invocation.settings;
    // Before any thread.
    Interrupt interrupt(invocation.console, "stopping after the batch in flight");
    const std::string folder = TRY(folder_of(invocation));
    const bool is_served = settings.has("server");
    if (folder.empty() && !is_served) {
        return usage_error(invocation, "index",
                           "which folder? No indexed folder was found around here");
    }
    if (is_served && settings.has("collection")) {
        return usage_error(invocation, "index", "--collection and --server exclude each other");
    }
    if (!settings.on("watch")) return index_once(invocation, folder, interrupt.token());
    if (is_served) {
        return usage_error(invocation, "index",
                           "--watch follows a folder of this machine: the server follows its own "
                           "when it is started with --watch");
    }
    return follow(invocation, folder, interrupt.token());
}

Result<ExitCode> index_once(Invocation& invocation, const std::string& folder,
                            const std::stop_token& stop) {
    const Settings& settings = invocation.settings;
    std::string absolute = folder;
    if (!settings.has("server")) absolute = TRY(invocation.files.canonical(folder));
    ProgressLine progress(invocation.console, invocation.terminal);
    const bool is_quiet = settings.on("quiet");
    IndexWatch watch;
    watch.pictures = [&](const service::IngestProgress& now) {
        if (!is_quiet) progress.show(now);
    };
    watch.index = [&](double share, std::string_view stage) {
        if (!is_quiet) progress.show(stage, share);
    };
    const auto report = index_folder(invocation, folder, watch, stop);
    progress.clear();
    if (!report) return tl::unexpected(report.error());
    LOG(kInfo, "event=indexed folder={} added={} replaced={} removed={} failed={} ms={:.0f}",
        absolute, report->added, report->replaced, report->removed, report->failures.size(),
        report->seconds * 1'000);
    if (!is_quiet) invocation.console.write(summary_text(*report, folder, invocation.terminal));
    if (format_of(settings) == Format::kJson) {
        invocation.out.write(report_json(*report, absolute));
        invocation.out.flush();
    }
    return code_of(*report);
}

/// The folder is free for others while nothing changes. A change that comes while one runs is seen
/// after it.
Result<ExitCode> follow(Invocation& invocation, const std::string& folder,
                        const std::stop_token& stop) {
    const auto watch = TRY(service::watch_pictures(folder));
    for (;;) {
        const ExitCode code = TRY(index_once(invocation, folder, stop));
        if (code == ExitCode::kInterrupted || !invocation.out.is_open()) return code;
        const bool has_changed = TRY(watch->wait(stop));
        if (!has_changed) return ExitCode::kOk;
    }
}

Result<std::string> folder_of(const Invocation& invocation) {
    if (!invocation.arguments.empty()) return invocation.arguments.front();
    if (invocation.settings.has("server")) return std::string();
    const std::string here = TRY(invocation.files.canonical("."));
    auto above = service::Library::find_above(invocation.files, here);
    const bool is_none = !above && above.error().code() == ErrorCode::kNotFound;
    return is_none ? Result<std::string>("") : above;
}

Result<service::IngestReport> index_folder(const Invocation& invocation, const std::string& folder,
                                           const IndexWatch& watch, const std::stop_token& stop) {
    const Settings& settings = invocation.settings;
    if (settings.has("server")) return index_in_server(invocation, folder, watch.pictures, stop);
    service::IngestRequest request = ingest_request(settings);
    if (settings.on("keep-missing")) request.missing = service::MissingFiles::kKeep;
    TRY(request.validate());
    auto library = service::Library::open(
        invocation.files, {.folder = folder, .collection_directory = settings.text("collection")},
        {.access = service::LibraryAccess::kWrite});
    if (library) return ingest_and_optimize(*library, request, watch, stop);
    if (library.error().code() != ErrorCode::kConflict) {
        return tl::unexpected(with_place_hint(library.error(), settings));
    }
    return index_through_server(invocation, {folder, library.error()}, watch.pictures, stop);
}

/// Everything has been put: now is the time to build what makes searches fast. Without it they are
/// as right, only slower, so a failure is told and no more.
Result<service::IngestReport> ingest_and_optimize(service::Library& library,
                                                  const service::IngestRequest& request,
                                                  const IndexWatch& watch,
                                                  const std::stop_token& stop) {
    service::IngestReport report = TRY(service::ingest(library, request, watch.pictures, stop));
    if (report.was_interrupted) return report;
    const auto optimized = library.collection().optimize({.progress = watch.index, .stop = stop});
    if (optimized) return report;
    report.was_interrupted = optimized.error().code() == ErrorCode::kCancelled;
    if (!report.was_interrupted) {
        LOG(kWarn, "event=index_not_built reason={:?}", optimized.error().message());
    }
    return report;
}

ExitCode code_of(const service::IngestReport& report) {
    if (report.was_interrupted) return ExitCode::kInterrupted;
    return report.failures.empty() ? ExitCode::kOk : ExitCode::kSomeFailed;
}

}  // namespace
}  // namespace sokkuri::cli
