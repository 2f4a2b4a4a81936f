// ReadableCatalog: the catalog of a collection that is only read, wherever it lies: where it cannot
// be opened itself (a killed writer's log on a disk that can only be read, or is full) a private
// copy of it is (store/private_copy.h).
#pragma once

#include "base/file_system.h"
#include "base/result.h"
#include "store/catalog.h"
#include "store/private_copy.h"

#include <memory>
#include <string>

namespace sokkuri::collection {

struct ReadableCatalog {
    std::unique_ptr<store::PrivateCopy> copy;  // null: the catalog itself is read
    std::unique_ptr<store::Catalog> catalog;   // closed before the copy goes

    /// Of the catalog at `path`. A copy is told of in the log; the errors are those of
    /// store::Catalog::open, with why there is no copy. O(catalog) for a copy.
    static Result<ReadableCatalog> open(FileSystem& files, const std::string& path);
};

}  // namespace sokkuri::collection
