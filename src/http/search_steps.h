// What answers with steps (load, decode, infer, search) tell the server's metrics.
#pragma once

#include "http/metrics.h"
#include "service/search.h"

namespace sokkuri::http {

/// Steps that were not needed are not counted.
void count_steps(ServerMetrics& metrics, const service::SearchTimings& timings);

}  // namespace sokkuri::http
