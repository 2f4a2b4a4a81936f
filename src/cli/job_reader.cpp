#include "cli/job_reader.h"

#include "cli/answer_members.h"
#include "service/verify.h"

namespace sokkuri::cli {
namespace {

Result<service::JobState> read_state(const JsonValue& job);
Result<service::IngestProgress> read_progress(const JsonValue& progress);
Result<service::IngestReport> read_report(const JsonValue& report);
Result<service::FailedFile> read_failure(const JsonValue& failure);
/// What a server of an earlier version does not say.
Result<void> read_upkeep(const JsonValue& job, ReadJob& result);
Result<collection::CompactReport> read_compaction(const JsonValue& report);
Result<collection::BackupReport> read_backup(const JsonValue& report);
Result<collection::VerifyReport> read_verification(const JsonValue& report);
Result<collection::Finding> read_finding(const JsonValue& finding);
}  // namespace

Result<ReadJob> read_job(const JsonValue& job) {
    ReadJob result;
    service::JobStatus& status = result.status;
    status.id = TRY(read(job, "id", &JsonValue::as_string));
    status.kind = TRY(read(job, "kind", &JsonValue::as_string));
    status.collection = TRY(read(job, "collection", &JsonValue::as_string));
    status.state = TRY(read_state(job));
    if (job.find("stopping") != nullptr) {  // a server of an earlier version does not say it
        status.is_stopping = TRY(read(job, "stopping", &JsonValue::as_bool));
    }
    status.revision = TRY(read_count(job, "revision"));
    const JsonValue* progress = TRY(job.at("progress"));
    status.progress = TRY(in_context("progress", read_progress(*progress)));
    status.error = text_of(job, "error");
    TRY(read_upkeep(job, result));
    const JsonValue* report = find_value(job, "report");
    if (report == nullptr) return result;
    service::IngestReport read = TRY(in_context("report", read_report(*report)));
    status.report = std::make_shared<const service::IngestReport>(std::move(read));
    if (report->find("failures_left_out") != nullptr) {
        result.failures_left_out = TRY(read_count(*report, "failures_left_out"));
    }
    return result;
}

namespace {

Result<service::JobState> read_state(const JsonValue& job) {
    using service::JobState;
    const std::string name = TRY(read(job, "state", &JsonValue::as_string));
    for (const JobState state : {JobState::kQueued, JobState::kRunning, JobState::kDone,
                                 JobState::kFailed, JobState::kCancelled}) {
        if (service::name_of(state) == name) return state;
    }
    return fail(ErrorCode::kInvalidArgument, "state: \"{}\" is none that is known", name);
}

Result<service::IngestProgress> read_progress(const JsonValue& progress) {
    service::IngestProgress now;
    now.found = TRY(read_count(progress, "found"));
    now.walk_is_done = TRY(read(progress, "walk_is_done", &JsonValue::as_bool));
    now.done = TRY(read_count(progress, "done"));
    now.embedded = TRY(read_count(progress, "embedded"));
    now.failed = TRY(read_count(progress, "failed"));
    now.seconds = TRY(read(progress, "seconds", &JsonValue::as_double));
    return now;
}

Result<service::IngestReport> read_report(const JsonValue& report) {
    service::IngestReport read_back;
    read_back.found = TRY(read_count(report, "found"));
    read_back.added = TRY(read_count(report, "added"));
    read_back.replaced = TRY(read_count(report, "replaced"));
    read_back.moved = TRY(read_count(report, "moved"));
    read_back.unchanged = TRY(read_count(report, "unchanged"));
    read_back.removed = TRY(read_count(report, "removed"));
    read_back.kept_missing = TRY(read_count(report, "kept_missing"));
    read_back.links_left_out = TRY(read_count(report, "links_left_out"));
    read_back.excluded = TRY(read_count(report, "excluded"));
    const JsonValue* failures = TRY(report.at("failures"));
    for (const JsonValue& failure : failures->items()) {
        auto file = TRY(in_context("failures", read_failure(failure)));
        read_back.failures.push_back(std::move(file));
    }
    read_back.was_interrupted = TRY(read(report, "interrupted", &JsonValue::as_bool));
    read_back.seconds = TRY(read(report, "seconds", &JsonValue::as_double));
    read_back.model = TRY(read(report, "model", &JsonValue::as_string));
    read_back.precision = TRY(read(report, "precision", &JsonValue::as_string));
    return read_back;
}

Result<service::FailedFile> read_failure(const JsonValue& failure) {
    service::FailedFile file;
    TRY(failure.at("path"));
    file.path = TRY(read_path(failure, "path"));
    file.reason = TRY(read(failure, "reason", &JsonValue::as_string));
    file.is_new = TRY(read(failure, "new", &JsonValue::as_bool));
    return file;
}

Result<void> read_upkeep(const JsonValue& job, ReadJob& result) {
    service::JobStatus& status = result.status;
    const JsonValue* progress = TRY(job.at("progress"));
    const JsonValue* share = progress->find("share");
    status.stage = text_of(*progress, "stage");
    if (share != nullptr) status.share = TRY(in_context("share", share->as_double()));
    const JsonValue* compaction = find_value(job, "compaction");
    if (compaction != nullptr) {
        status.compaction = TRY(in_context("compaction", read_compaction(*compaction)));
    }
    const JsonValue* backup = find_value(job, "backup");
    if (backup != nullptr) status.backup = TRY(in_context("backup", read_backup(*backup)));
    const JsonValue* verification = find_value(job, "verification");
    if (verification == nullptr) return {};
    status.verification = TRY(in_context("verification", read_verification(*verification)));
    result.failures_left_out = TRY(read_count(*verification, "findings_left_out"));
    return {};
}

Result<collection::CompactReport> read_compaction(const JsonValue& report) {
    collection::CompactReport read_back;
    read_back.rows_moved = TRY(read_count(report, "rows_moved"));
    read_back.rows_dropped = TRY(read_count(report, "rows_dropped"));
    read_back.bytes_before = TRY(read_count(report, "bytes_before"));
    read_back.bytes_after = TRY(read_count(report, "bytes_after"));
    read_back.later_error = text_of(report, "later_error");
    return read_back;
}

Result<collection::BackupReport> read_backup(const JsonValue& report) {
    collection::BackupReport read_back;
    read_back.records = TRY(read_count(report, "items"));
    read_back.generation = TRY(read_count(report, "generation"));
    read_back.files_copied = TRY(read_count(report, "files_copied"));
    read_back.bytes_copied = TRY(read_count(report, "bytes_copied"));
    read_back.files_kept = TRY(read_count(report, "files_kept"));
    read_back.segments_left_out = TRY(read_count(report, "segments_left_out"));
    return read_back;
}

Result<collection::VerifyReport> read_verification(const JsonValue& report) {
    collection::VerifyReport read_back;
    read_back.files = TRY(read_count(report, "files"));
    read_back.bytes = TRY(read_count(report, "bytes"));
    const JsonValue* findings = TRY(report.at("findings"));
    for (const JsonValue& finding : findings->items()) {
        auto one = TRY(in_context("findings", read_finding(finding)));
        read_back.findings.push_back(std::move(one));
    }
    return read_back;
}

Result<collection::Finding> read_finding(const JsonValue& finding) {
    using Kind = collection::Finding::Kind;
    collection::Finding read_back;
    const std::string kind = TRY(read(finding, "kind", &JsonValue::as_string));
    for (const Kind each : {Kind::kDamage, Kind::kRebuilt, Kind::kNote}) {
        if (service::name_of(each) == kind) read_back.kind = each;
    }
    read_back.file = TRY(read_path(finding, "file"));
    read_back.what = TRY(read(finding, "what", &JsonValue::as_string));
    return read_back;
}

}  // namespace
}  // namespace sokkuri::cli
