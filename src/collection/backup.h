// Backup: a copy of a local collection that is one generation of it, made while others read and
// write. The copy is a collection folder itself: it opens, and a restore is a backup of it. Made
// again into the same folder it copies what is new: vector files only grow, segments and kept
// pictures never change. Thumbnails are left out, they are a cache.
#pragma once

#include "base/file_system.h"
#include "base/result.h"

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

namespace sokkuri::collection {

struct BackupOptions {
    /// The copy goes on as a collection of its own (a restore): its Collection::identity() is new,
    /// and it is a generation later.
    bool begins_history = false;
    /// `file` that is copied now, relative to the collection's folder.
    std::function<void(std::string_view file)> progress = nullptr;
    std::stop_token stop;
};

struct BackupReport {
    std::uint64_t generation = 0;
    std::uint64_t records = 0;
    std::uint64_t files_copied = 0;
    std::uint64_t bytes_copied = 0;
    std::uint64_t files_kept = 0;  // were there already
    /// Segments that are damaged were left out: the copy builds them anew.
    std::uint64_t segments_left_out = 0;
};

/// Copies the collection in `source` into `target` (both `.sokkuri` folders; the second is made
/// when missing). Until it returns, `target` is what it was before: a kill loses nothing of it.
/// kCorruption, naming the file, when vectors or pictures are not what they were; kConflict when
/// `target` holds another collection than an earlier state of this one, or somebody writes there;
/// kUnavailable when somebody reads there; kCancelled.
Result<BackupReport> back_up_local_collection(FileSystem& files, const std::string& source,
                                              const std::string& target,
                                              const BackupOptions& options);

}  // namespace sokkuri::collection
