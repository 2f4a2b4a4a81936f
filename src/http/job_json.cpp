#include "http/job_json.h"

#include "base/shown_text.h"
#include "http/index_report_json.h"
#include "http/nullable_json.h"
#include "http/timestamp.h"
#include "http/upkeep_json.h"

#include <algorithm>

namespace sokkuri::http {
namespace {

void write_progress(JsonWriter& json, const service::JobStatus& job);
void write_report(JsonWriter& json, const service::Libraries& libraries,
                  const service::JobStatus& job, std::size_t failures_max);
void write_upkeep(JsonWriter& json, const service::JobStatus& job, std::size_t findings_max);

}  // namespace

bool has_ended(const service::JobStatus& job) {
    return job.state != service::JobState::kQueued && job.state != service::JobState::kRunning;
}

void write_job(JsonWriter& json, const service::Libraries& libraries, const service::JobStatus& job,
               std::size_t failures_max) {
    json.begin_object().member("id", job.id).member("kind", job.kind);
    json.member("collection", job.collection).member("state", service::name_of(job.state));
    json.member("stopping", job.is_stopping);
    write_progress(json, job);
    write_report(json, libraries, job, failures_max);
    write_upkeep(json, job, failures_max);
    write_text_or_null(json, "error", utf8_text(job.error));
    json.member("created", timestamp(job.created_s));
    write_text_or_null(json, "finished",
                       job.finished_s == 0 ? std::string() : timestamp(job.finished_s));
    json.member("revision", job.revision).end_object();
}

std::string job_json(const service::Libraries& libraries, const service::JobStatus& job) {
    std::string text;
    JsonWriter json(text);
    write_job(json, libraries, job);
    return text;
}

std::string job_answer_json(const service::Libraries& libraries, const service::JobStatus& job,
                            std::size_t failures_max) {
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("job");
    write_job(json, libraries, job, failures_max);
    json.end_object();
    return text;
}

std::string job_list_json(const service::Libraries& libraries,
                          std::span<const service::JobStatus> jobs) {
    std::string text;
    JsonWriter json(text);
    json.begin_object().key("jobs").begin_array();
    for (const service::JobStatus& job : jobs) {
        write_job(json, libraries, job);
    }
    json.end_array().end_object();
    return text;
}

namespace {

void write_progress(JsonWriter& json, const service::JobStatus& job) {
    const service::IngestProgress& progress = job.progress;
    json.key("progress").begin_object().member("found", progress.found);
    json.member("walk_is_done", progress.walk_is_done).member("done", progress.done);
    json.member("embedded", progress.embedded).member("failed", progress.failed);
    json.member("seconds", progress.seconds);
    write_text_or_null(json, "stage", utf8_text(job.stage));
    json.member("share", job.share).end_object();
}

void write_report(JsonWriter& json, const service::Libraries& libraries,
                  const service::JobStatus& job, std::size_t failures_max) {
    json.key("report");
    if (!job.report) {
        json.null();
        return;
    }
    const auto library = libraries.find(job.collection);
    if (!library) {
        json.null();
        return;
    }
    json.begin_object();
    write_index_report(json, *job.report, (*library)->folder(), failures_max);
    const std::size_t failures = job.report->failures.size();
    const std::uint64_t left_out = failures - std::min(failures, failures_max);
    json.member("failures_left_out", left_out + job.report->failures_forgotten);
    json.end_object();
}

void write_upkeep(JsonWriter& json, const service::JobStatus& job, std::size_t findings_max) {
    json.key("compaction");
    if (job.compaction) {
        write_compact_report(json, *job.compaction);
    } else {
        json.null();
    }
    json.key("verification");
    if (job.verification) {
        write_verify_report(json, *job.verification, findings_max);
    } else {
        json.null();
    }
    json.key("backup");
    if (job.backup) {
        write_backup_report(json, *job.backup);
    } else {
        json.null();
    }
}

}  // namespace
}  // namespace sokkuri::http
