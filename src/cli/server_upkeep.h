// Compaction and verification in the server that holds the folder, or in another one (--server), as
// if they were done here. Used by verb_backup.cpp and verb_verify.cpp.
#pragma once

#include "cli/server_index.h"
#include "cli/verb.h"
#include "collection/compaction.h"
#include "collection/verify.h"
#include "service/upkeep.h"

#include <stop_token>

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

}  // namespace sokkuri::cli
