#include "http/job_events.h"
#include "http/job_json.h"
#include "http/native_routes.h"
#include "http/query_values.h"
#include "http/request_json.h"
#include "http/started_job.h"

namespace sokkuri::http {
namespace {

constexpr double kAskedFailuresMax = 1'000'000;

constexpr AnswerKind kNoSuchJob{
    .status = 404,
    .media_type = "application/problem+json",
    .schema = "Problem",
    .help = "There is no such job, or no longer: the last ones that ended are remembered.",
};

Result<Response> start_index(const NativeApi& api, const Request& request);
Result<Response> list_jobs(const NativeApi& api, const Request& request);
Result<Response> get_job(const NativeApi& api, const Request& request);
Result<Response> cancel_job(const NativeApi& api, const Request& request);
Result<Response> watch_job(const NativeApi& api, const Request& request);
Route index_route(const SharedApi& api);
Result<service::MissingFiles> missing_files_of(const NativeApi& api, const Request& request);

}  // namespace

RouteTable job_routes(const SharedApi& api) {
    constexpr std::string_view kSection = "Jobs";
    constexpr std::string_view kPattern = "/v1/jobs/{job}";
    RouteTable table{
        {.pattern = "/v1/jobs",
         .operation = "listJobs",
         .summary = "Jobs that wait, run or have ended not long ago",
         .answers = {{.schema = "JobList", .help = "Newest first."}},
         .handler = bind_handler(api, list_jobs),
         .section = kSection},
        {.pattern = kPattern,
         .operation = "getJob",
         .summary = "One job",
         .parameters = {{.name = "failures",
                         .kind = ParameterKind::kInteger,
                         .help = "Failures or findings that the report lists.",
                         .fallback = "100",
                         .maximum = kAskedFailuresMax}},
         .answers = {{.schema = "JobAnswer", .help = "The job as it is now."}, kNoSuchJob},
         .handler = bind_handler(api, get_job),
         .section = kSection},
        {.method = Method::kDelete,
         .pattern = kPattern,
         .operation = "cancelJob",
         .summary = "Ask a job to stop",
         .description =
             "What it has done stays. One that has ended stays as it is, and so does one "
             "that waits while others have asked for it, too. With `leave` likewise one that "
             "runs: for those who have asked for a job themselves.",
         .parameters = {{.name = "leave",
                         .kind = ParameterKind::kBoolean,
                         .help = "Whether it goes on as long as others have asked for it.",
                         .fallback = "false"}},
         .answers = {{.status = 202,
                      .schema = "JobAnswer",
                      .help = "`stopping` says whether it will."},
                     kNoSuchJob},
         .handler = bind_handler(api, cancel_job),
         .section = kSection},
        {.pattern = "/v1/jobs/{job}/events",
         .operation = "watchJob",
         .summary = "A job's progress as it happens",
         .description = "Server-sent events: `progress` with a Job as data whenever it has changed "
                        "(at most five a second), and `done` with the Job once, as the last one.",
         .answers = {{.media_type = "text/event-stream", .help = "Events."}, kNoSuchJob},
         .handler = bind_handler(api, watch_job),
         .section = kSection},
    };
    table.insert(table.begin(), index_route(api));
    return table;
}

namespace {

Route index_route(const SharedApi& api) {
    return {.method = Method::kPost,
            .pattern = "/v1/collections/{collection}/index",
            .operation = "startIndex",
            .summary = "Make the collection say what its folder says",
            .description =
                "In the background: new and changed pictures are read, what has gone is "
                "forgotten. While one waits there with the same wishes, it is answered.",
            .bodies = {{"application/json", "IndexBody"}},
            .answers = {kJobStarted, kTooManyJobs, kNoSuchCollection},
            .handler = bind_handler(api, start_index),
            .section = "Jobs"};
}

Result<Response> start_index(const NativeApi& api, const Request& request) {
    TRY(find_library(api, request));
    service::IngestRequest ingest = api.ingest;
    ingest.missing = TRY(missing_files_of(api, request));
    return started_job(api.libraries, api.jobs.index(request.capture("collection"), ingest));
}

Result<Response> list_jobs(const NativeApi& api, const Request&) {
    return json_response(job_list_json(api.libraries, api.jobs.all()));
}

Result<Response> get_job(const NativeApi& api, const Request& request) {
    const service::JobStatus job = TRY(api.jobs.find(request.capture("job")));
    const auto failures = TRY(integer_value(request, "failures"));
    return json_response(
        job_answer_json(api.libraries, job, failures.value_or(kReportedFailuresMax)));
}

Result<Response> cancel_job(const NativeApi& api, const Request& request) {
    const auto leaves = TRY(boolean_value(request, "leave"));
    const std::string id = request.capture("job");
    const service::JobStatus job =
        TRY(leaves.value_or(false) ? api.jobs.leave(id) : api.jobs.cancel(id));
    return json_response(job_answer_json(api.libraries, job), 202);
}

Result<Response> watch_job(const NativeApi& api, const Request& request) {
    const service::JobStatus job = TRY(api.jobs.find(request.capture("job")));
    return Response{.content_type = "text/event-stream",
                    .headers = {{"Cache-Control", "no-store"}},
                    .body = std::make_unique<JobEvents>(api.jobs, api.libraries, job.id)};
}

/// Of a body that may be missing.
Result<service::MissingFiles> missing_files_of(const NativeApi& api, const Request& request) {
    if (request.body.empty()) return service::MissingFiles::kRemove;
    static constexpr std::string_view kMembers[] = {"keep_missing"};
    const RequestJson body = TRY(RequestJson::parse(request.body, api.limits, kMembers));
    const auto keep = TRY(body.boolean("keep_missing"));
    return keep.value_or(false) ? service::MissingFiles::kKeep : service::MissingFiles::kRemove;
}

}  // namespace
}  // namespace sokkuri::http
