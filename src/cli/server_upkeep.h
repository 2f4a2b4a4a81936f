// Compaction, verification and backups in the server that holds the folder, or in another one
// (--server), as if they were done here. Used by verb_backup.cpp and verb_verify.cpp.
#pragma once

#include "cli/server_index.h"
#include "cli/verb.h"
#include "collection/backup.h"
#include "collection/compaction.h"
#include "collection/verify.h"
#include "service/upkeep.h"

#include <stop_token>
#include <string>

namespace sokkuri::cli {

/// As service::compact; kCancelled when it was stopped.
Result<collection::CompactReport> compact_through_server(const Invocation& invocation,
                                                         const HeldFolder& held,
                                                         const collection::CompactRequest& request);

/// As service::verify; kCancelled when it was stopped. Of `options`, progress and stop are used.
Result<collection::VerifyReport> verify_through_server(const Invocation& invocation,
                                                       const HeldFolder& held,
                                                       const service::VerifyRequest& request,
                                                       const collection::VerifyOptions& options);

/// As service::back_up, into the folder of that name below the server's folder for backups;
/// kCancelled when it was stopped.
Result<collection::BackupReport> back_up_at_server(const Invocation& invocation,
                                                   const HeldFolder& held, const std::string& name,
                                                   const collection::BackupOptions& options);

}  // namespace sokkuri::cli
