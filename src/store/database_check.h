// Checks of a database file page by page, beside SQLite: also of pages that no query comes to.
// Nothing is changed. Used by catalog_check.cpp and by whoever verifies another database.
#pragma once

#include "base/file_system.h"
#include "base/result.h"
#include "store/database.h"

#include <string>
#include <vector>

namespace sokkuri::store {

inline constexpr std::size_t kFindingsMax = 100;  // told of one file; further ones add nothing

/// Words on each damaged page of the file and each damaged frame of the log beside it, naming file,
/// place and byte; empty when all are whole, or when the file says that its pages carry no
/// checksums. Pages that are only in the log yet are left out: a power cut may have torn them, and
/// nobody reads them. Reads both whole. While others write, the caller needs a read transaction on
/// the database meanwhile.
Result<std::vector<std::string>> damaged_pages(FileSystem& files, const std::string& path);

/// What SQLite's own check of trees and indexes finds; empty: nothing. In the caller's transaction,
/// if there is one. O(size of the database).
Result<std::vector<std::string>> damaged_trees(Database& database, const std::string& path);

}  // namespace sokkuri::store
