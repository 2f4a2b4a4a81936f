// The answer to a request that starts a job: 202 with the job, and where to ask for it; 429 while
// too many wait.
#pragma once

#include "base/result.h"
#include "http/response.h"
#include "http/route.h"
#include "service/jobs.h"
#include "service/libraries.h"

namespace sokkuri::http {

/// `job`: what starting it said.
Result<Response> started_job(const service::Libraries& libraries,
                             const Result<service::JobStatus>& job);

/// What such a route answers.
inline constexpr AnswerKind kJobStarted{
    .status = 202, .schema = "JobAnswer", .help = "The job; Location names it."};

inline constexpr AnswerKind kTooManyJobs{
    .status = 429,
    .media_type = "application/problem+json",
    .schema = "Problem",
    .help = "Too many jobs wait; Retry-After says when to try again."};

}  // namespace sokkuri::http
