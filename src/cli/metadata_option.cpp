#include "cli/metadata_option.h"

#include "base/json.h"
#include "base/shown_text.h"
#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>

namespace sokkuri::cli {
namespace {

constexpr std::size_t kFailuresShownMax = 10;

}  // namespace

Option metadata_option() {
    return {.name = "metadata",
            .kind = ValueKind::kFile,
            .value_name = "FILE",
            .help =
                "Attributes of the items: a .csv with a column path or id, or .jsonl with such a "
                "member",
            .is_in_file = false};
}

Result<std::optional<service::MetadataFile>> metadata_of(const Invocation& invocation) {
    if (!invocation.settings.has("metadata")) return std::nullopt;
    service::MetadataFile file =
        TRY(service::MetadataFile::open(invocation.files, invocation.settings.text("metadata")));
    return file;
}

std::string summary_text(const service::MetadataReport& report, const std::string& file) {
    std::string text =
        fmt::format("{}: {} {} something new, {} said so already", shown_text(file),
                    with_commas(report.changed), report.changed == 1 ? "item says" : "items say",
                    with_commas(report.unchanged));
    const auto add = [&](std::uint64_t count, std::string_view what) {
        if (count == 0) return;
        text += fmt::format(", {} {} {}", with_commas(count), count == 1 ? "row" : "rows", what);
    };
    add(report.missing, "without an item");
    add(report.refused, "refused");
    if (report.was_interrupted) text += "; interrupted: the next run goes on";
    text += '\n';
    const std::size_t shown = std::min(report.failures.size(), kFailuresShownMax);
    for (std::size_t i = 0; i < shown; ++i) {
        text += fmt::format("  line {}: {}\n", report.failures[i].line,
                            shown_text(report.failures[i].reason));
    }
    const std::uint64_t failed = report.missing + report.refused;
    if (failed > shown) text += fmt::format("  … and {} more\n", with_commas(failed - shown));
    return text;
}

void write_metadata_report(JsonWriter& json, const service::MetadataReport& report) {
    json.key("metadata").begin_object();
    json.member("changed", report.changed).member("unchanged", report.unchanged);
    json.member("missing", report.missing).member("refused", report.refused);
    json.key("failures").begin_array();
    for (const service::MetadataReport::Failure& failure : report.failures) {
        json.begin_object().member("line", failure.line).member("reason", failure.reason);
        json.end_object();
    }
    json.end_array().end_object();
}

}  // namespace sokkuri::cli
