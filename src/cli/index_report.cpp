#include "cli/index_report.h"

#include "base/shown_text.h"
#include "cli/metadata_option.h"
#include "cli/progress.h"
#include "http/index_report_json.h"

#include <fmt/format.h>

#include <vector>

namespace sokkuri::cli {
namespace {

constexpr std::size_t kFailuresShownMax = 10;

std::string counts_text(const service::IngestReport& report);
std::string failures_text(const service::IngestReport& report, const std::string& folder);

}  // namespace

std::string summary_text(const service::IngestReport& report, const std::string& folder,
                         const Terminal& terminal) {
    const std::uint64_t embedded = report.added + report.replaced;
    std::string text =
        fmt::format("{} {}{} in {:.1f} s", with_commas(report.found),
                    report.found == 1 ? "picture" : "pictures",
                    report.was_interrupted ? " seen before the interruption" : "", report.seconds);
    if (embedded > 0 && report.seconds > 0) {
        text += fmt::format(" ({:.0f} embedded a second, {} {})",
                            static_cast<double>(embedded) / report.seconds, report.model,
                            report.precision);
    }
    if (terminal.error_has_color) text = fmt::format("\x1b[1m{}\x1b[0m", text);
    text += "\n" + counts_text(report) + "\n";
    if (report.was_interrupted) text += "interrupted: the next run goes on from here\n";
    return text + failures_text(report, folder);
}

std::string report_json(const service::IngestReport& report, const std::string& folder,
                        const service::MetadataReport* metadata) {
    std::string text;
    JsonWriter json(text, JsonStyle::kPretty);
    json.begin_object();
    http::write_index_report(json, report, folder, report.failures.size());
    if (metadata != nullptr) write_metadata_report(json, *metadata);
    json.end_object();
    return text + "\n";
}

namespace {

std::string counts_text(const service::IngestReport& report) {
    std::string text;
    const auto add = [&](std::uint64_t count, std::string_view what) {
        if (count == 0) return;
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", with_commas(count), what);
    };
    add(report.added, "added");
    add(report.replaced, "replaced");
    add(report.moved, "moved");
    add(report.unchanged, "unchanged");
    add(report.removed, "removed");
    add(report.kept_missing, "missing but kept");
    add(report.excluded, "excluded");
    add(report.failures.size() + report.failures_forgotten, "failed");
    add(report.links_left_out, "links left out");
    return text.empty() ? "nothing to do" : text;
}

/// New ones first: they are news.
std::string failures_text(const service::IngestReport& report, const std::string& folder) {
    std::string text;
    std::size_t shown = 0;
    for (const bool is_new : {true, false}) {
        for (const service::FailedFile& failure : report.failures) {
            if (failure.is_new != is_new || shown == kFailuresShownMax) continue;
            ++shown;
            text += fmt::format("  {}: {}{}\n", shown_text(failure.path),
                                shown_text(failure.reason), is_new ? "" : " (as before)");
        }
    }
    if (report.failures.size() <= shown) return text;
    return text +
           fmt::format("  … and {} more: sokkuri stats --failures --in {}; --json names all\n",
                       with_commas(report.failures.size() - shown), shown_text(folder));
}

}  // namespace
}  // namespace sokkuri::cli
