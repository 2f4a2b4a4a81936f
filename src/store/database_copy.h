// Copies of a database in use, by SQLite's online backup. Used by Database::copy_to alone.
#pragma once

#include "base/file_system.h"
#include "base/result.h"

#include <string>

struct sqlite3;

namespace sokkuri::store {

/// Writes what `source` sees now, in its transaction if it has one, to the new file `path`, synced.
/// kAlreadyExists when there is one; after another error the file may be there in part.
Result<void> copy_database(sqlite3* source, FileSystem& files, const std::string& path);

}  // namespace sokkuri::store
