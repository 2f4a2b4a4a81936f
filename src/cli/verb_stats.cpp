#include "base/json.h"
#include "base/path_json.h"
#include "base/shown_text.h"
#include "cli/collection_reader.h"
#include "cli/format.h"
#include "cli/library_options.h"
#include "cli/progress.h"
#include "cli/verbs.h"
#include "http/index_report_json.h"
#include "http/index_stats_json.h"
#include "service/stats.h"

#include <fmt/format.h>

#include <algorithm>

namespace sokkuri::cli {
namespace {

Result<ExitCode> run(Invocation& invocation);
Result<std::vector<service::FailedFile>> all_failures(CollectionReader& reader);
void print_json(Output& out, const service::LibraryStats& stats,
                const std::vector<service::FailedFile>* failures);
void print_table(Output& out, const service::LibraryStats& stats);
void print_index(Output& out, const collection::IndexStats& index);

constexpr std::uint32_t kShownK = 10;  // of what was calibrated: --json has all

}  // namespace

Verb stats_verb() {
    return {.name = "stats",
            .summary = "Say what an index holds",
            .options = joined({library_options(),
                               {server_option(),
                                {.name = "failures",
                                 .help = "List the files that could not be read, with reasons"},
                                report_format_option()}}),
            .examples = {{"sokkuri stats --in ~/Pictures --json", "For programs"},
                         {"sokkuri stats --failures", "What is not indexed, and why"}},
            .run = run};
}

namespace {

Result<ExitCode> run(Invocation& invocation) {
    const auto reader = TRY(open_reader(invocation, QueryPictures::kNone));
    const service::LibraryStats stats = TRY(reader->stats());
    const bool wants_failures = invocation.settings.on("failures");
    std::vector<service::FailedFile> failures;
    if (wants_failures) failures = TRY(all_failures(*reader));
    if (format_of(invocation.settings) == Format::kJson) {
        print_json(invocation.out, stats, wants_failures ? &failures : nullptr);
        return ExitCode::kOk;
    }
    if (!wants_failures) print_table(invocation.out, stats);
    for (const service::FailedFile& failure : failures) {
        invocation.out.print("{}: {}\n", shown_text(reader->usable_path(failure.path)),
                             shown_text(failure.reason));
    }
    return ExitCode::kOk;
}

Result<std::vector<service::FailedFile>> all_failures(CollectionReader& reader) {
    constexpr std::size_t kPage = 1'000;
    std::vector<service::FailedFile> all;
    while (true) {
        const std::string after = all.empty() ? "" : all.back().path;
        const auto page = TRY(reader.failures(after, kPage));
        all.insert(all.end(), page.begin(), page.end());
        if (page.size() < kPage) return all;
    }
}

void print_json(Output& out, const service::LibraryStats& stats,
                const std::vector<service::FailedFile>* failures) {
    std::string text;
    JsonWriter json(text, JsonStyle::kPretty);
    json.begin_object();
    json.member("items", stats.items).member("failed", stats.failed);
    json.member("model", stats.model).member("dimension", stats.dimension);
    json.member("bytes", stats.bytes);
    if (stats.folder.empty()) {
        json.key("folder").null();
    } else {
        write_path(json, "folder", stats.folder);
    }
    write_path(json, "home", stats.home);
    json.member("field", stats.field);
    json.member("metric", stats.metric).member("fingerprint", stats.fingerprint);
    json.member("tombstones", stats.tombstones).member("generation", stats.generation);
    http::write_index(json, stats.index);
    if (failures != nullptr) {
        json.key("failures");
        http::write_failures(json, *failures);
    }
    json.end_object();
    out.write(text + "\n");
}

void print_table(Output& out, const service::LibraryStats& stats) {
    const double megabytes = static_cast<double>(stats.bytes) / 1e6;
    if (stats.folder.empty()) out.print("collection  {}\n", shown_text(stats.home));
    if (!stats.folder.empty()) out.print("folder      {}\n", shown_text(stats.folder));
    out.print("items       {}\n", with_commas(stats.items));
    out.print("failed      {}\n", with_commas(stats.failed));
    const bool has_own_vectors = stats.model.empty() && !stats.field.empty();
    if (has_own_vectors) out.print("field       {}: vectors that were given\n", stats.field);
    if (!has_own_vectors)
        out.print("model       {}\n", stats.model.empty() ? "none yet" : stats.model);
    out.print("dimension   {}\n", stats.dimension);
    out.print("metric      {}\n", stats.metric);
    out.print("on disk     {:.1f} MB\n", megabytes);
    out.print("tombstones  {}\n", with_commas(stats.tombstones));
    out.print("generation  {}\n", with_commas(stats.generation));
    print_index(out, stats.index);
}

void print_index(Output& out, const collection::IndexStats& index) {
    for (const collection::IndexStats::Segment& segment : index.segments) {
        out.print("segment     {} rows, {} dead, {:.1f} MB{}\n", with_commas(segment.rows),
                  with_commas(segment.dead), static_cast<double>(segment.bytes) / 1e6,
                  segment.is_readable ? "" : ", cannot be read: its rows are scanned");
        for (const auto& point : segment.calibration) {
            if (point.k != kShownK) continue;
            out.print("            recall@{} {:.4f} (at least {:.4f}) with ef {}\n", point.k,
                      point.recall, point.recall_low, point.ef);
        }
        if (segment.measured) {
            out.print("            recall@{} {:.4f} measured on {} rows, {} asked\n",
                      segment.measured->k, segment.measured->recall,
                      with_commas(segment.measured->queries), segment.measured->asked);
        }
    }
    if (index.coded_rows > 0) {
        out.print(
            "unsealed    {} rows of no segment, searched exactly by codes in memory: {:.1f} MB\n",
            with_commas(index.coded_rows), static_cast<double>(index.coded_bytes) / 1e6);
    }
    out.print("scanned     {} rows of no segment\n",
              with_commas(index.tail_rows - std::min(index.tail_rows, index.coded_rows)));
    out.print("resident    {:.1f} MB of segments\n",
              static_cast<double>(index.resident_bytes) / 1e6);
    if (!index.plan.empty()) out.print("plan        {}\n", index.plan);
    if (index.state.empty()) return;
    out.print("{}{}\n", index.is_readable ? "now         " : "damaged     ", index.state);
}

}  // namespace
}  // namespace sokkuri::cli
