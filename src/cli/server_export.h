// Exporting from a server's collection (--server): all rows of one moment come as one stream, and
// are written here into the same files as from a folder. Used by verb_export.cpp.
#pragma once

#include "cli/server_index.h"
#include "cli/verb.h"
#include "service/export.h"

#include <functional>
#include <stop_token>

namespace sokkuri::cli {

/// `share` of the rows that have come, 0 to 1.
using ExportProgress = std::function<void(double share)>;

/// As service::export_vectors: no file has changed when it fails, also because the connection was
/// cut.
Result<service::ExportReport> export_from_server(const Invocation& invocation,
                                                 const service::ExportRequest& request,
                                                 const ExportProgress& progress,
                                                 const std::stop_token& stop);

}  // namespace sokkuri::cli
