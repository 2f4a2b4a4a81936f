// Indexing a folder that another process holds, in that process: `sokkuri serve` listens on a
// socket that the folder's lock names. What only the server can choose (model, threads, limits) is
// refused when it was asked for, never ignored.
#pragma once

#include "cli/server_link.h"
#include "cli/verb.h"
#include "service/apply_metadata.h"
#include "service/ingest.h"

#include <stop_token>
#include <string>

namespace sokkuri::cli {

struct HeldFolder {
    std::string folder;       // as given
    Error conflict;           // what opening it said; returned when its holder serves no socket
    std::string server = {};  // of --server: then `folder` is the name of a collection there
};

/// The server that holds a folder, and what it calls it.
struct FolderHolder {
    ServerLink link;
    ServerLink::Served served;
    std::string name;  // for messages
};

/// `held.conflict` when its holder serves no socket.
Result<FolderHolder> holder_of(const Invocation& invocation, const HeldFolder& held);

/// As service::ingest.
Result<service::IngestReport> index_through_server(const Invocation& invocation,
                                                   const HeldFolder& held,
                                                   const service::ProgressSink& progress,
                                                   const std::stop_token& stop);

/// As service::apply_metadata.
Result<service::MetadataReport> apply_metadata_through_server(const Invocation& invocation,
                                                              const HeldFolder& held,
                                                              service::MetadataFile& rows,
                                                              const std::stop_token& stop);

}  // namespace sokkuri::cli
