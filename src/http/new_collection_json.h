// The body of a request for a new collection (schema NewCollection). Pure.
#pragma once

#include "base/result.h"
#include "http/limits.h"
#include "http/request.h"
#include "service/new_collection.h"

namespace sokkuri::http {

/// Without its name and models_folder. An empty body asks for nothing in particular;
/// kInvalidArgument names the member that is wrong.
Result<service::NewCollection> read_new_collection(const Request& request, const Limits& limits);

}  // namespace sokkuri::http
