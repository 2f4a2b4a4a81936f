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
#include "service/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace sokkuri::cli {
namespace {

using collection::Finding;
using collection::VerifyReport;
using service::VerifyRequest;

Result<ExitCode> run(Invocation& invocation);
VerifyRequest request_of(const Settings& settings);
Result<VerifyReport> verify_at_server(const Invocation& invocation,
                                      const collection::VerifyOptions& options,
                                      VerifyRequest::Repair repair);
/// In this process: readers may, beside any server.
Result<VerifyReport> look(const Invocation& invocation, const collection::VerifyOptions& options);
/// Here, or in the server that holds the folder; what is to be said then.
Result<VerifyReport> repair(const Invocation& invocation, const VerifyReport& report,
                            const collection::VerifyOptions& options);
void print_table(Output& out, const VerifyReport& report);
void print_json(Output& out, const VerifyReport& report);

}  // namespace

Verb verify_verb() {
    return {
        .name = "verify",
        .summary = "Check every file of an index, and mend what can be mended",
        .description =
            "Reads every byte of the index and compares it with its checksum: the catalog page by "
            "page, vectors block by block, segments, kept pictures, thumbnails. What is wrong is "
            "told with its file and place.\n\n"
            "--repair makes anew what follows from the rest: segments from vectors, thumbnails "
            "when they are next asked for. What does not (the catalog, vectors, kept pictures) "
            "comes back from a backup, by indexing again, or by giving the same vectors and "
            "pictures again. Of a file of vectors that was cut off, items whose vectors are lost "
            "have none from then on; look at who they are before.\n\n"
            "While `sokkuri serve` holds the folder, that server repairs it, and goes on answering "
            "meanwhile. With --server, --in is the name of a collection there.\n\n"
            "Exits with 0 when all is whole, or was made whole; else with 1.",
        .options = joined({{server_option()},
                           library_options(),
                           {{.name = "deep",
                             .help = "Also check what the files say: trees, rows, links, and how "
                                     "they fit together"},
                            {.name = "repair", .help = "Make anew what can be made from the rest"},
                            report_format_option()}}),
        .examples = {{"sokkuri verify --in ~/Pictures", "Is every file what it was?"},
                     {"sokkuri verify --deep --repair", "The same thoroughly, and mend it"}},
        .run = run};
}

namespace {

Result<ExitCode> run(Invocation& invocation) {
    const Settings& settings = invocation.settings;
    Interrupt interrupt(invocation.console, "stopping");
    ProgressLine progress(invocation.console, invocation.terminal);
    collection::VerifyOptions options{.depth = request_of(settings).depth,
                                      .stop = interrupt.token()};
    if (!settings.on("quiet")) {
        options.progress = [&](std::string_view file) { progress.show(file); };
    }
    const bool is_json = format_of(settings) == Format::kJson;
    const bool is_served = settings.has("server");
    auto report = is_served ? verify_at_server(invocation, options, VerifyRequest::Repair::kNo)
                            : look(invocation, options);
    progress.clear();
    if (report && settings.on("repair") && !report->is_whole()) {
        if (!is_json) print_table(invocation.out, *report);
        report = repair(invocation, *report, options);
        progress.clear();
        if (report && !is_json && report->is_whole()) invocation.out.print("repaired\n");
    }
    if (!report) return tl::unexpected(report.error());
    is_json ? print_json(invocation.out, *report) : print_table(invocation.out, *report);
    return report->is_whole() ? ExitCode::kOk : ExitCode::kError;
}

VerifyRequest request_of(const Settings& settings) {
    using collection::VerifyOptions;
    VerifyRequest request;
    if (settings.on("deep")) request.depth = VerifyOptions::Depth::kDeep;
    if (settings.on("repair")) request.repair = VerifyRequest::Repair::kYes;
    return request;
}

Result<VerifyReport> verify_at_server(const Invocation& invocation,
                                      const collection::VerifyOptions& options,
                                      VerifyRequest::Repair repair) {
    const Settings& settings = invocation.settings;
    const HeldFolder held = TRY(folder_at_server(settings, settings.text("in")));
    return verify_through_server(invocation, held, {.depth = options.depth, .repair = repair},
                                 options);
}

Result<VerifyReport> look(const Invocation& invocation, const collection::VerifyOptions& options) {
    const service::LibraryPlace place = TRY(library_place(invocation));
    return service::verify(invocation.files, place, options);
}

Result<VerifyReport> repair(const Invocation& invocation, const VerifyReport& report,
                            const collection::VerifyOptions& options) {
    if (invocation.settings.has("server")) {
        return verify_at_server(invocation, options, VerifyRequest::Repair::kYes);
    }
    const service::LibraryPlace place = TRY(library_place(invocation));
    const auto repaired = service::repair(invocation.files, place, report);
    if (repaired) return service::verify(invocation.files, place, options);
    if (repaired.error().code() != ErrorCode::kConflict) return tl::unexpected(repaired.error());
    return verify_through_server(invocation, {place.folder, repaired.error()},
                                 request_of(invocation.settings), options);
}

void print_table(Output& out, const VerifyReport& report) {
    for (const Finding& finding : report.findings) {
        const bool is_named = finding.what.starts_with(finding.file);
        out.print("{}  {}{}{}\n", service::name_of(finding.kind),
                  is_named ? "" : shown_text(finding.file), is_named ? "" : ": ",
                  shown_text(finding.what));
    }
    const auto wrong =
        std::count_if(report.findings.begin(), report.findings.end(),
                      [](const Finding& finding) { return finding.kind != Finding::Kind::kNote; });
    out.print("{} files, {:.1f} MB read: {}\n", with_commas(report.files),
              static_cast<double>(report.bytes) / 1e6,
              wrong == 0 ? "all whole" : fmt::format("{} findings", wrong));
}

void print_json(Output& out, const VerifyReport& report) {
    std::string text;
    JsonWriter json(text, JsonStyle::kPretty);
    http::write_verify_report(json, report, std::numeric_limits<std::size_t>::max());
    out.write(text + "\n");
}

}  // namespace
}  // namespace sokkuri::cli
