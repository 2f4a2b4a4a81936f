// Jobs as JSON (schemas Job, JobAnswer and JobList). Safe from any number of threads.
#pragma once

#include "base/json.h"
#include "service/jobs.h"
#include "service/libraries.h"

#include <span>
#include <string>

namespace sokkuri::http {

/// Failures (or findings) that a report lists unless more are asked for; of failures the
/// collection's own list has them all.
inline constexpr std::size_t kReportedFailuresMax = 100;

bool has_ended(const service::JobStatus& job);

/// `libraries`: whose folders reports name.
void write_job(JsonWriter& json, const service::Libraries& libraries, const service::JobStatus& job,
               std::size_t failures_max = kReportedFailuresMax);

std::string job_json(const service::Libraries& libraries, const service::JobStatus& job);
std::string job_answer_json(const service::Libraries& libraries, const service::JobStatus& job,
                            std::size_t failures_max = kReportedFailuresMax);
std::string job_list_json(const service::Libraries& libraries,
                          std::span<const service::JobStatus> jobs);

}  // namespace sokkuri::http
