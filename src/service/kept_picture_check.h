// Whether the pictures that sokkuri keeps (picture_store.h) are those that items show: a picture
// that is gone leaves no file that could be looked at, so the items are asked. Used by verify and
// by backups; changes nothing.
#pragma once

#include "base/file_system.h"
#include "base/result.h"
#include "collection/verify.h"

#include <stop_token>
#include <string>

namespace sokkuri::service {

/// Adds a finding for each picture that an item shows and that is not there, and says of pictures
/// in `report` whose they are. Pictures of which nothing but a document speaks, as after an import
/// of another collection's documents, are one note together. kNotFound without a collection,
/// kCorruption when items cannot be read, kCancelled. O(bytes of documents).
Result<void> check_kept_pictures(FileSystem& files, const std::string& directory,
                                 const std::stop_token& stop, collection::VerifyReport& report);

/// kCorruption, naming the first one, unless all pictures that items show are there. Where none
/// were ever kept it costs nothing.
Result<void> require_kept_pictures(FileSystem& files, const std::string& directory,
                                   const std::stop_token& stop);

}  // namespace sokkuri::service
