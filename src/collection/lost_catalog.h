// A collection whose catalog is gone: its vectors lie there and nobody knows whose they are. Such a
// folder is neither empty nor a collection; whoever took it for a new one would write over them.
#pragma once

#include "base/file_system.h"
#include "base/result.h"

#include <string>

namespace sokkuri::collection {

/// kCorruption, naming the catalog and a file of vectors, when `directory` (of a collection) holds
/// vectors but no catalog or an empty one. A catalog is durable before the first vector is written,
/// so no crash leaves that behind. O(fields). Safe from any number of threads.
Result<void> refuse_lost_catalog(const FileSystem& files, const std::string& directory);

}  // namespace sokkuri::collection
