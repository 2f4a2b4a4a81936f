// Verify: the files of a library against themselves: its collection (collection/verify.h), the
// pictures that it keeps, its cache of thumbnails. Opens nothing that a damaged file could stop.
#pragma once

#include "base/file_system.h"
#include "base/result.h"
#include "collection/verify.h"
#include "service/library.h"

namespace sokkuri::service {

/// kNotFound when there is no library, kUnsupported when a newer program made it, kCancelled.
Result<collection::VerifyReport> verify(FileSystem& files, const LibraryPlace& place,
                                        const collection::VerifyOptions& options);

/// Makes anew what the report says can be: segments from vectors, thumbnails when they are next
/// asked for. kConflict while another process writes.
Result<void> repair(FileSystem& files, const LibraryPlace& place,
                    const collection::VerifyReport& report);

/// The two halves of repair, for a library that is open. `directory`: `.sokkuri`.
Result<void> remove_damaged_thumbnails(FileSystem& files, const std::string& directory,
                                       const collection::VerifyReport& report);
collection::VerifyReport without_thumbnails(const collection::VerifyReport& report);

/// "damaged", "rebuildable", "note".
std::string_view name_of(collection::Finding::Kind kind);

/// Where the library's files lie: `.sokkuri`, absolute. kNotFound when the folder does not exist.
Result<std::string> directory_of(const FileSystem& files, const LibraryPlace& place);

}  // namespace sokkuri::service
