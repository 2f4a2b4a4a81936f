// compact, backup and restore: what keeps an index small and safe.
#include "base/json.h"
#include "base/shown_text.h"
#include "cli/collection_reader.h"
#include "cli/format.h"
#include "cli/interrupt.h"
#include "cli/library_options.h"
#include "cli/progress.h"
#include "cli/server_upkeep.h"
#include "cli/verbs.h"
#include "http/upkeep_json.h"
#include "service/backup.h"

#include <fmt/format.h>

namespace sokkuri::cli {
namespace {

Result<ExitCode> run_compact(Invocation& invocation);
/// Here, or in the server that holds the folder.
Result<collection::CompactReport> compact(const Invocation& invocation,
                                          const collection::CompactRequest& request);
Result<ExitCode> run_backup(Invocation& invocation);
/// Of the folder, or by the server that --server names.
Result<collection::BackupReport> back_up(const Invocation& invocation,
                                         const collection::BackupOptions& options);
Result<ExitCode> run_restore(Invocation& invocation);
/// Shows the file that is copied.
collection::BackupOptions backup_options(const Invocation& invocation, ProgressLine& progress,
                                         const std::stop_token& stop);
void print_backup(Invocation& invocation, const collection::BackupReport& report);

}  // namespace

Verb compact_verb() {
    return {
        .name = "compact",
        .summary = "Give the room of removed and replaced items back to the disk",
        .description =
            "Moves the vectors that are in use together, builds the index over them again, and "
            "shrinks the catalog. Needs as much free room as the vectors in use take. Searches go "
            "on meanwhile; a kill at any moment loses nothing.\n\n"
            "While `sokkuri serve` holds the folder, that server does the work. With --server, "
            "--in is the name of a collection there.",
        .options = joined({{server_option()}, library_options(), {report_format_option()}}),
        .examples = {{"sokkuri compact --in ~/Pictures", "After many removals"}},
        .run = run_compact};
}

Verb backup_verb() {
    return {
        .name = "backup",
        .summary = "Copy an index into another folder, while it is in use",
        .description =
            "The copy is one moment of the index, whatever is written meanwhile. Made again into "
            "the same folder it copies what is new. It is an index itself: `sokkuri stats --in "
            "TARGET` opens it. Every checksum is compared on the way: damage is not copied, but "
            "told. Pictures in the indexed folder are not copied; those that came over HTTP "
            "are.\n\n"
            "With --server, --in is the name of a collection there, the server does the work, and "
            "TARGET is a name: the copy goes into that folder below the one that `sokkuri serve "
            "--backups DIR` was given. Without --server a folder that a server holds is copied "
            "from "
            "here.",
        .argument = {.name = "TARGET",
                     .help = "Folder for the copy; made when missing",
                     .kind = ArgumentKind::kFolder,
                     .count_min = 1,
                     .count_max = 1},
        .options = joined({{server_option()}, library_options(), {report_format_option()}}),
        .examples = {{"sokkuri backup /media/disk/pictures --in ~/Pictures",
                      "A copy; again later, to bring it up to date"},
                     {"sokkuri backup shoes-daily --server http://shop:7171 --in shoes",
                      "By a server, into its folder for backups"}},
        .run = run_backup};
}

Verb restore_verb() {
    return {
        .name = "restore",
        .summary = "Bring an index back from a backup",
        .description =
            "Puts what `sokkuri backup` has copied into a folder that has no index: one that was "
            "lost, or whose damaged .sokkuri was moved away.",
        .argument = {.name = "BACKUP",
                     .help = "The folder that was the target of the backup",
                     .kind = ArgumentKind::kFolder,
                     .count_min = 1,
                     .count_max = 1},
        .options = joined({{{.name = "in",
                             .kind = ValueKind::kFolder,
                             .value_name = "FOLDER",
                             .help = "The folder that gets the index back"},
                            collection_option(),
                            report_format_option()}}),
        .examples = {{"sokkuri restore /media/disk/pictures --in ~/Pictures",
                      "The index that was lost"}},
        .run = run_restore};
}

namespace {

Result<ExitCode> run_compact(Invocation& invocation) {
    Interrupt interrupt(invocation.console, "stopping; nothing is lost");
    ProgressLine progress(invocation.console, invocation.terminal);
    collection::CompactRequest request;
    request.stop = interrupt.token();
    if (!invocation.settings.on("quiet")) {
        request.progress = [&](double share, std::string_view stage) {
            progress.show(stage, share);
        };
    }
    const auto report = compact(invocation, request);
    progress.clear();
    if (!report) return tl::unexpected(report.error());
    if (!report->later_error.empty()) {
        invocation.console.say("the vectors were moved, but {}", shown_text(report->later_error));
    }
    if (format_of(invocation.settings) == Format::kJson) {
        std::string text;
        JsonWriter json(text, JsonStyle::kPretty);
        http::write_compact_report(json, *report);
        invocation.out.write(text + "\n");
        return ExitCode::kOk;
    }
    invocation.out.print("{} vectors moved, {} dropped: {:.1f} MB before, {:.1f} MB now\n",
                         with_commas(report->rows_moved), with_commas(report->rows_dropped),
                         static_cast<double>(report->bytes_before) / 1e6,
                         static_cast<double>(report->bytes_after) / 1e6);
    return ExitCode::kOk;
}

Result<collection::CompactReport> compact(const Invocation& invocation,
                                          const collection::CompactRequest& request) {
    const Settings& settings = invocation.settings;
    if (settings.has("server")) {
        const HeldFolder held = TRY(folder_at_server(settings, settings.text("in")));
        return compact_through_server(invocation, held, request);
    }
    const service::LibraryPlace place = TRY(library_place(invocation));
    auto report = service::compact(invocation.files, place, request);
    if (report || report.error().code() != ErrorCode::kConflict) return report;
    return compact_through_server(invocation, {place.folder, report.error()}, request);
}

Result<ExitCode> run_backup(Invocation& invocation) {
    Interrupt interrupt(invocation.console, "stopping; the last backup stays as it is");
    ProgressLine progress(invocation.console, invocation.terminal);
    const auto report =
        back_up(invocation, backup_options(invocation, progress, interrupt.token()));
    progress.clear();
    if (!report) return tl::unexpected(report.error());
    print_backup(invocation, *report);
    return ExitCode::kOk;
}

Result<collection::BackupReport> back_up(const Invocation& invocation,
                                         const collection::BackupOptions& options) {
    const Settings& settings = invocation.settings;
    const std::string& target = invocation.arguments.front();
    if (settings.has("server")) {
        const HeldFolder held = TRY(folder_at_server(settings, settings.text("in")));
        return back_up_at_server(invocation, held, target, options);
    }
    const service::LibraryPlace place = TRY(library_place(invocation));
    return service::back_up(invocation.files, place, target, options);
}

Result<ExitCode> run_restore(Invocation& invocation) {
    const Settings& settings = invocation.settings;
    const service::LibraryPlace place{.folder = settings.text("in"),
                                      .collection_directory = settings.text("collection")};
    if (place.folder.empty() && place.collection_directory.empty()) {
        return usage_error(invocation, "restore", "into which folder? Name it with --in");
    }
    Interrupt interrupt(invocation.console, "stopping");
    ProgressLine progress(invocation.console, invocation.terminal);
    const auto report = service::restore(invocation.files, invocation.arguments.front(), place,
                                         backup_options(invocation, progress, interrupt.token()));
    progress.clear();
    if (!report) return tl::unexpected(report.error());
    print_backup(invocation, *report);
    return ExitCode::kOk;
}

collection::BackupOptions backup_options(const Invocation& invocation, ProgressLine& progress,
                                         const std::stop_token& stop) {
    collection::BackupOptions options;
    options.stop = stop;
    if (!invocation.settings.on("quiet")) {
        options.progress = [&progress](std::string_view file) { progress.show(file); };
    }
    return options;
}

void print_backup(Invocation& invocation, const collection::BackupReport& report) {
    if (format_of(invocation.settings) == Format::kJson) {
        std::string text;
        JsonWriter json(text, JsonStyle::kPretty);
        http::write_backup_report(json, report);
        invocation.out.write(text + "\n");
        return;
    }
    invocation.out.print("{} items: {} files copied ({:.1f} MB), {} were there\n",
                         with_commas(report.records), with_commas(report.files_copied),
                         static_cast<double>(report.bytes_copied) / 1e6,
                         with_commas(report.files_kept));
    if (report.segments_left_out == 0) return;
    invocation.out.print(
        "{} segments are damaged and were left out; the copy builds them anew: see `sokkuri "
        "verify`\n",
        report.segments_left_out);
}

}  // namespace
}  // namespace sokkuri::cli
