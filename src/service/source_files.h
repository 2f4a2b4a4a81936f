// SourceFiles: which files stand behind a source of vectors (vector_source.h) that is named by one
// of them: what has changed when any of them has. Pure but for asking what is there.
#pragma once

#include "base/file_system.h"

#include <string>
#include <vector>

namespace sokkuri::service {

/// `path` itself first, then what a source of that name also reads, as far as it is there: the ids
/// of a shard, the other file of a gannoy database, an NGT folder's files and its map of keys.
std::vector<std::string> files_of_source(const FileSystem& files, const std::string& path);

}  // namespace sokkuri::service
