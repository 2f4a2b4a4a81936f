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
    std::string folder;  // as given
    /// What opening it said; returned when its holder serves no socket.
    Error conflict{ErrorCode::kConflict, "nobody serves it"};
    std::string server = {};  // of --server: then `folder` is the name of a collection there
};

/// The server that holds a folder, and what it calls it.
struct FolderHolder {
    ServerLink link;
    ServerLink::Served served;
    std::string name;  // for messages
};

/// What --server and `name` (of a collection there; empty: its only one) mean. kUnsupported beside
/// --collection, which means a place on this machine.
Result<HeldFolder> folder_at_server(const Settings& settings, const std::string& name);

/// kUnsupported for a flag of `options` that the server would not follow; settings of variables and
/// files, which the server has read for itself, are only spoken of.
Result<void> check_server_choices(const Invocation& invocation, const ServerLink::Served& served,
                                  const std::vector<Option>& options);

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
