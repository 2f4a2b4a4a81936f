#include "base/log.h"
#include "base/shown_text.h"
#include "cli/collection_reader.h"
#include "cli/format.h"
#include "cli/index_report.h"
#include "cli/ingest_options.h"
#include "cli/interrupt.h"
#include "cli/library_options.h"
#include "cli/metadata_option.h"
#include "cli/progress.h"
#include "cli/server_index.h"
#include "cli/verbs.h"
#include "service/ingest.h"
#include "service/watched_folder.h"

#include <fmt/format.h>

#include <functional>
#include <optional>

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

/// What is to be done, and what has been.
struct IndexWork {
    std::string folder;  // as given
    service::IngestRequest request;
    std::optional<service::MetadataFile> metadata;
    std::optional<service::MetadataReport> metadata_report;
};

/// Here, or in the server that holds the folder.
Result<service::IngestReport> index_folder(const Invocation& invocation, IndexWork& work,
                                           const IndexWatch& watch, const std::stop_token& stop);
Result<service::IngestReport> index_held(const Invocation& invocation, IndexWork& work,
                                         const HeldFolder& held, const IndexWatch& watch,
                                         const std::stop_token& stop);
Result<service::IngestReport> ingest_and_optimize(service::Library& library, IndexWork& work,
                                                  const IndexWatch& watch,
                                                  const std::stop_token& stop);
ExitCode code_of(const service::IngestReport& report, const IndexWork& work);
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
            "--metadata says what items are: rows of a .csv with a column path or id, or objects "
            "of a "
            ".jsonl with such a member (the path is asked first). What a row says joins what is "
            "said "
            "already; an empty cell or null takes an attribute away. A cell that reads as JSON "
            "(12, "
            "true, [\"a\"]) is that value, anything else a string. Attributes stay when a file "
            "changes, moves or is renamed. An attribute named link is what the page opens.\n\n"
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
                     metadata_option(),
                     {.name = "watch",
                      .help = "Go on: index what changes in FOLDER as it changes, until stopped"},
                     report_format_option()},
                    ingest_options()}),
        .examples = {{"sokkuri index ~/Pictures",
                      "Index a folder; again later, to bring it up to date"},
                     {"sokkuri index ~/shop --metadata articles.csv",
                      "With the attributes of the pictures"},
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
    IndexWork work{.folder = folder, .request = ingest_request(settings)};
    work.metadata = TRY(metadata_of(invocation));
    const auto report = index_folder(invocation, work, watch, stop);
    progress.clear();
    if (!report) return tl::unexpected(report.error());
    LOG(kInfo, "event=indexed folder={} added={} replaced={} removed={} failed={} ms={:.0f}",
        absolute, report->added, report->replaced, report->removed, report->failures.size(),
        report->seconds * 1'000);
    if (!is_quiet) invocation.console.write(summary_text(*report, folder, invocation.terminal));
    const service::MetadataReport* metadata =
        work.metadata_report ? &*work.metadata_report : nullptr;
    if (metadata != nullptr && !is_quiet) {
        invocation.console.write(summary_text(*metadata, settings.text("metadata")));
    }
    if (format_of(settings) == Format::kJson) {
        invocation.out.write(report_json(*report, absolute, metadata));
        invocation.out.flush();
    }
    return code_of(*report, work);
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

Result<service::IngestReport> index_folder(const Invocation& invocation, IndexWork& work,
                                           const IndexWatch& watch, const std::stop_token& stop) {
    const Settings& settings = invocation.settings;
    if (settings.has("server")) {
        const HeldFolder held = TRY(folder_at_server(settings, work.folder));
        return index_held(invocation, work, held, watch, stop);
    }
    if (settings.on("keep-missing")) work.request.missing = service::MissingFiles::kKeep;
    TRY(work.request.validate());
    auto library = service::Library::open(
        invocation.files,
        {.folder = work.folder, .collection_directory = settings.text("collection")},
        {.access = service::LibraryAccess::kWrite});
    if (library) return ingest_and_optimize(*library, work, watch, stop);
    if (library.error().code() != ErrorCode::kConflict) {
        return tl::unexpected(with_place_hint(library.error(), settings));
    }
    return index_held(invocation, work, {work.folder, library.error()}, watch, stop);
}

Result<service::IngestReport> index_held(const Invocation& invocation, IndexWork& work,
                                         const HeldFolder& held, const IndexWatch& watch,
                                         const std::stop_token& stop) {
    service::IngestReport report =
        TRY(index_through_server(invocation, held, watch.pictures, stop));
    if (report.was_interrupted || !work.metadata) return report;
    work.metadata_report =
        TRY(apply_metadata_through_server(invocation, held, *work.metadata, stop));
    return report;
}

/// Everything has been put: now is the time to build what makes searches fast. Without it they are
/// as right, only slower, so a failure is told and no more.
Result<service::IngestReport> ingest_and_optimize(service::Library& library, IndexWork& work,
                                                  const IndexWatch& watch,
                                                  const std::stop_token& stop) {
    service::IngestReport report =
        TRY(service::ingest(library, work.request, watch.pictures, stop));
    if (report.was_interrupted) return report;
    if (work.metadata) {
        const auto sink = [&](std::span<const service::ItemPatch> patches) {
            return service::patch_items(library, patches);
        };
        work.metadata_report = TRY(service::apply_metadata(*work.metadata, sink, stop));
    }
    const auto optimized = library.collection().optimize({.progress = watch.index, .stop = stop});
    if (optimized) return report;
    report.was_interrupted = optimized.error().code() == ErrorCode::kCancelled;
    if (!report.was_interrupted) {
        LOG(kWarn, "event=index_not_built reason={:?}", optimized.error().message());
    }
    return report;
}

ExitCode code_of(const service::IngestReport& report, const IndexWork& work) {
    const auto& metadata = work.metadata_report;
    if (report.was_interrupted || (metadata && metadata->was_interrupted)) {
        return ExitCode::kInterrupted;
    }
    if (metadata && metadata->missing + metadata->refused > 0) return ExitCode::kSomeFailed;
    return report.failures.empty() ? ExitCode::kOk : ExitCode::kSomeFailed;
}

}  // namespace
}  // namespace sokkuri::cli
