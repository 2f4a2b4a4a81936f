#include "service/apply_metadata.h"

#include "base/json_members.h"

#include <algorithm>
#include <utility>

namespace sokkuri::service {
namespace {

constexpr std::size_t kBatchRows = 1'000;
constexpr std::size_t kBatchBytesMax = 4U << 20;  // about; a single row may be larger

/// Rows on their way to the sink.
struct Batch {
    std::vector<ItemPatch> patches;
    std::vector<std::uint64_t> lines;
    std::size_t bytes = 0;

    void add(MetadataRow row);
    bool is_full() const { return patches.size() >= kBatchRows || bytes >= kBatchBytesMax; }
};

Result<void> apply(Batch& batch, const PatchSink& sink, MetadataReport& report);
std::string without_path(std::string_view document);

}  // namespace

Result<MetadataReport> apply_metadata(MetadataFile& rows, const PatchSink& sink,
                                      const std::stop_token& stop) {
    MetadataReport report;
    Batch batch;
    for (;;) {
        report.was_interrupted = stop.stop_requested();
        if (report.was_interrupted) return report;
        auto row = TRY(rows.next());
        if (row) batch.add(std::move(*row));
        if (batch.is_full() || !row) TRY(apply(batch, sink, report));
        if (!row) return report;
    }
}

namespace {

void Batch::add(MetadataRow row) {
    lines.push_back(row.line);
    bytes += row.document.size();
    patches.push_back({.id = std::move(row.id),
                       .path = std::move(row.path),
                       .patch = without_path(row.document)});
}

Result<void> apply(Batch& batch, const PatchSink& sink, MetadataReport& report) {
    const PatchReport done = TRY(sink(batch.patches));
    report.changed += done.changed;
    report.unchanged += done.unchanged;
    report.missing += done.missing.size();
    report.refused += done.refused.size();
    std::vector<PatchReport::Failure> failures = done.missing;
    failures.insert(failures.end(), done.refused.begin(), done.refused.end());
    std::ranges::sort(failures, {}, &PatchReport::Failure::position);
    for (PatchReport::Failure& failure : failures) {
        if (report.failures.size() >= kMetadataFailuresMax) break;
        report.failures.push_back({batch.lines.at(failure.position), std::move(failure.reason)});
    }
    batch = {};
    return {};
}

/// It says which item is meant, and nothing of it.
std::string without_path(std::string_view document) {
    JsonObjectText kept;
    for (const JsonMember& member : json_members(document)) {
        if (member.name != "path") kept.add(member);
    }
    return std::move(kept).finish();
}

}  // namespace
}  // namespace sokkuri::service
