// What keeps a library small and safe: compaction, backups, and the way back (collection/backup.h,
// collection/compaction.h).
#pragma once

#include "base/file_system.h"
#include "base/result.h"
#include "collection/backup.h"
#include "collection/compaction.h"
#include "service/library.h"

#include <string>

namespace sokkuri::service {

/// Opens the library for writing: kConflict while another process writes.
Result<collection::CompactReport> compact(FileSystem& files, const LibraryPlace& place,
                                          const collection::CompactRequest& request);

/// Into `target`/.sokkuri; `target` is made when missing. kCorruption, too, when a kept picture is
/// not there (kept_picture_check.h).
Result<collection::BackupReport> back_up(FileSystem& files, const LibraryPlace& place,
                                         const std::string& target,
                                         const collection::BackupOptions& options);

/// From `backup`/.sokkuri into a place without a library, else kAlreadyExists, or kConflict while a
/// process has that open.
Result<collection::BackupReport> restore(FileSystem& files, const std::string& backup,
                                         const LibraryPlace& place,
                                         const collection::BackupOptions& options);

}  // namespace sokkuri::service
