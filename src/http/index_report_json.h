// What an indexing run did, as JSON: one shape for the HTTP service and the command line. Pure.
#pragma once

#include "base/json.h"
#include "service/ingest.h"

#include <span>
#include <string>

namespace sokkuri::http {

/// The members of an object that the caller has begun and ends; `failures_max` of the failures are
/// listed. `folder` as given.
void write_index_report(JsonWriter& json, const service::IngestReport& report,
                        const std::string& folder, std::size_t failures_max);

/// [{"path", "reason", "new"}, …]
void write_failures(JsonWriter& json, std::span<const service::FailedFile> failures);

}  // namespace sokkuri::http
