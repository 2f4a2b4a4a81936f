// Indexing a folder that another process holds, in that process: `sokkuri serve` listens on a
// socket that the folder's lock names. What only the server can choose (model, threads, limits) is
// refused when it was asked for, never ignored.
#pragma once

#include "cli/verb.h"
#include "service/ingest.h"

#include <stop_token>
#include <string>

namespace sokkuri::cli {

struct HeldFolder {
    std::string folder;  // as given
    Error conflict;      // what opening it said; returned when its holder serves no socket
};

/// As service::ingest.
Result<service::IngestReport> index_through_server(const Invocation& invocation,
                                                   const HeldFolder& held,
                                                   const service::ProgressSink& progress,
                                                   const std::stop_token& stop);

/// Likewise in the server of --server, in its collection of that name.
Result<service::IngestReport> index_in_server(const Invocation& invocation,
                                              const std::string& collection,
                                              const service::ProgressSink& progress,
                                              const std::stop_token& stop);

}  // namespace sokkuri::cli
