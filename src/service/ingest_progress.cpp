#include "service/ingest_progress.h"

#include <algorithm>

namespace sokkuri::service {

void IngestTally::count_found() {
    ++counts_.lock()->progress.found;
}

void IngestTally::finish_walk(std::uint64_t links_left_out) {
    auto counts = counts_.lock();
    counts->progress.walk_is_done = true;
    counts->report.links_left_out = links_left_out;
}

void IngestTally::count_embedded() {
    ++counts_.lock()->progress.embedded;
}

void IngestTally::count_kept_missing(std::uint64_t files) {
    counts_.lock()->report.kept_missing += files;
}

void IngestTally::settle(const FileChange& change) {
    auto counts = counts_.lock();
    IngestReport& report = counts->report;
    IngestProgress& progress = counts->progress;
    ++progress.done;
    switch (change.outcome) {
        case FileOutcome::kUnchanged:
            ++report.unchanged;
            break;
        case FileOutcome::kAdded:
            ++report.added;
            break;
        case FileOutcome::kReplaced:
            ++report.replaced;
            break;
        case FileOutcome::kMoved:
            ++report.moved;
            break;
        case FileOutcome::kFailed:
        case FileOutcome::kKnownFailure:
            ++progress.failed;
            report.failures.push_back({.path = change.path,
                                       .reason = change.failure,
                                       .is_new = change.outcome == FileOutcome::kFailed});
            break;
        case FileOutcome::kRemoved:
            ++report.removed;
            --progress.done;  // it was not found
            break;
        case FileOutcome::kForgotten:
            --progress.done;
            break;
        case FileOutcome::kVanished:
            break;
        case FileOutcome::kExcluded:
            ++report.excluded;
            break;
    }
}

IngestProgress IngestTally::progress() {
    IngestProgress progress = counts_.lock()->progress;
    progress.seconds = seconds();
    return progress;
}

IngestReport IngestTally::report() {
    auto counts = counts_.lock();
    IngestReport report = counts->report;
    report.found = counts->progress.found;
    report.seconds = seconds();
    std::sort(report.failures.begin(), report.failures.end(),
              [](const FailedFile& a, const FailedFile& b) { return a.path < b.path; });
    return report;
}

double IngestTally::seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
}

}  // namespace sokkuri::service
