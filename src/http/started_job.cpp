#include "http/started_job.h"

#include "http/job_json.h"
#include "http/percent_encoding.h"

namespace sokkuri::http {

Result<Response> started_job(const service::Libraries& libraries,
                             const Result<service::JobStatus>& job) {
    if (!job && job.error().code() == ErrorCode::kExhausted) {
        return problem(429, "limit_reached", job.error().message());
    }
    if (!job) return tl::unexpected(job.error());
    Response response = json_response(job_answer_json(libraries, *job), 202);
    response.headers.emplace_back("Location", "/v1/jobs/" + percent_encoded(job->id));
    return response;
}

}  // namespace sokkuri::http
