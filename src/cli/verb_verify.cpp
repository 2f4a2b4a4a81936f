#include "base/json.h"
#include "base/path_json.h"
#include "base/shown_text.h"
#include "cli/format.h"
#include "cli/interrupt.h"
#include "cli/library_options.h"
#include "cli/progress.h"
#include "cli/verbs.h"
#include "service/verify.h"

#include <fmt/format.h>

#include <algorithm>

namespace sokkuri::cli {
namespace {

using collection::Finding;
using collection::VerifyReport;

Result<ExitCode> run(Invocation& invocation);
Result<VerifyReport> look(const Invocation& invocation, const service::LibraryPlace& place,
                          ProgressLine& progress, const std::stop_token& stop);
void print_table(Output& out, const VerifyReport& report);
void print_json(Output& out, const VerifyReport& report);
std::string_view word_of(Finding::Kind kind);

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
            "comes back from a backup, or by indexing again.\n\n"
            "Exits with 0 when all is whole, or was made whole; else with 1.",
        .options = joined({library_options(),
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
    const service::LibraryPlace place = TRY(library_place(invocation));
    ProgressLine progress(invocation.console, invocation.terminal);
    VerifyReport report = TRY(look(invocation, place, progress, interrupt.token()));
    const bool is_json = format_of(settings) == Format::kJson;
    if (settings.on("repair") && !report.is_whole()) {
        if (!is_json) print_table(invocation.out, report);
        TRY(service::repair(invocation.files, place, report));
        report = TRY(look(invocation, place, progress, interrupt.token()));
        if (!is_json && report.is_whole()) invocation.out.print("repaired\n");
    }
    is_json ? print_json(invocation.out, report) : print_table(invocation.out, report);
    return report.is_whole() ? ExitCode::kOk : ExitCode::kError;
}

Result<VerifyReport> look(const Invocation& invocation, const service::LibraryPlace& place,
                          ProgressLine& progress, const std::stop_token& stop) {
    collection::VerifyOptions options;
    if (invocation.settings.on("deep")) options.depth = collection::VerifyOptions::Depth::kDeep;
    options.stop = stop;
    if (!invocation.settings.on("quiet")) {
        options.progress = [&](std::string_view file) { progress.show(file); };
    }
    auto report = service::verify(invocation.files, place, options);
    progress.clear();
    return report;
}

void print_table(Output& out, const VerifyReport& report) {
    for (const Finding& finding : report.findings) {
        const bool is_named = finding.what.starts_with(finding.file);
        out.print("{}  {}{}{}\n", word_of(finding.kind), is_named ? "" : shown_text(finding.file),
                  is_named ? "" : ": ", shown_text(finding.what));
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
    json.begin_object();
    json.member("is_whole", report.is_whole());
    json.member("files", report.files).member("bytes", report.bytes);
    json.key("findings");
    json.begin_array();
    for (const Finding& finding : report.findings) {
        json.begin_object();
        json.member("kind", word_of(finding.kind));
        write_path(json, "file", finding.file);
        json.member("what", finding.what);
        json.end_object();
    }
    json.end_array();
    json.end_object();
    out.write(text + "\n");
}

std::string_view word_of(Finding::Kind kind) {
    switch (kind) {
        case Finding::Kind::kDamage:
            return "damaged";
        case Finding::Kind::kRebuilt:
            return "rebuildable";
        case Finding::Kind::kNote:
            break;
    }
    return "note";
}

}  // namespace
}  // namespace sokkuri::cli
