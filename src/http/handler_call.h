// The request boundary: calls a route's handler and turns whatever comes out of it, also an
// exception, into an answer. Safe from any number of threads.
#pragma once

#include "http/route.h"

namespace sokkuri::http {

/// The handler's answer, or the problem that it met: also 503 when memory ran out and 500 for
/// anything else that was thrown. Logs what a person must look at.
Response call_handler(const Route& route, const Request& request) noexcept;

}  // namespace sokkuri::http
