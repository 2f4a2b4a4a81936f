// CatalogIdentity: which collection it is that lies in a folder, told by the catalog's file:
// another one may have been put in its place while the first is open. Used by library.h and
// libraries.h. A plain value.
#pragma once

#include "base/file_system.h"
#include "base/result.h"

#include <cstdint>
#include <string>

namespace sokkuri::service {

struct CatalogIdentity {
    std::uint64_t inode = 0;
    std::uint64_t device = 0;

    /// Of what lies in `home` now; none where nothing does.
    static CatalogIdentity of(const FileSystem& files, const std::string& home);

    /// That it still lies there. kNotFound: nothing does; kUnavailable: another collection.
    Result<void> check(const FileSystem& files, const std::string& home) const;
};

}  // namespace sokkuri::service
