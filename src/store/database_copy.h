// Copies of a database in use, by SQLite's online backup. Used by Database::copy_to alone.
#pragma once

#include "base/file_system.h"
#include "base/result.h"

#include <string>

struct sqlite3;

namespace sokkuri::store {

struct CopyPlace {
    FileSystem& files;
    const std::string& path;
};

enum class CopiedPages { kPlain, kSealed };  // sealed: with checksums (store/page_checksum.h)

/// Writes what `source` sees now, in its transaction if it has one, to the new file `target`,
/// synced. `pages`: as those of the source are. kAlreadyExists when there is such a file; after
/// another error it may be there in part.
Result<void> copy_database(sqlite3* source, const CopyPlace& target, CopiedPages pages);

}  // namespace sokkuri::store
