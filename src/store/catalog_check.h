// Whether a catalog is what it was: every page, and, if wanted, every row and how they fit
// together. Changes nothing. Vectors and segments are checked by whoever knows what is in them.
#pragma once

#include "base/file_system.h"
#include "base/result.h"

#include <string>
#include <vector>

namespace sokkuri::store {

enum class CatalogCheck {
    kChecksums,  // every page that is read, and those that are not
    kMeaning,    // also trees, row hashes, and whether each slot is one record's or a tombstone
};

/// What is wrong, in words that name file and place; empty: nothing. A catalog that cannot be
/// opened is a finding too, but not one that is missing (kNotFound) or newer than we are
/// (kUnsupported). O(size of the catalog).
Result<std::vector<std::string>> check_catalog(FileSystem& files, const std::string& path,
                                               CatalogCheck depth);

}  // namespace sokkuri::store
