// Jobs as servers describe them in JSON (docs/api.md), read back into the structs that service
// works with, so that a command shows the same whether it works itself or through a server. What a
// server says is checked like any other input. Pure.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "service/jobs.h"

#include <cstdint>

namespace sokkuri::cli {

struct ReadJob {
    service::JobStatus status;            // without times
    std::uint64_t failures_left_out = 0;  // of the report's list, or of findings
};

/// kInvalidArgument names the member that is missing or of another kind.
Result<ReadJob> read_job(const JsonValue& job);

}  // namespace sokkuri::cli
