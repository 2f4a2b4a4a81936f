// Compaction: the live rows of fields with dead ones go into new vector files, and the old ones
// away. Each such field gets a new number, so that no slot ever changes its record: whoever reads
// the old files goes on doing so. Runs in the writer's turn (local_writer.h): puts wait, queries do
// not.
#pragma once

#include "base/file_system.h"
#include "base/result.h"
#include "store/catalog.h"

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace sokkuri::collection {

struct CompactRequest {
    /// `share` of the whole that is done, 0 to 1. Called from another thread, one call at a time.
    std::function<void(double share, std::string_view stage)> progress = nullptr;
    std::stop_token stop;
};

struct CompactReport {
    std::uint64_t rows_moved = 0;
    std::uint64_t rows_dropped = 0;  // dead ones
    std::uint64_t bytes_before = 0;  // on disk, as CollectionStats has them
    std::uint64_t bytes_after = 0;   // without old files that somebody still reads
    /// Why something behind the move was not done: the catalog not made smaller, the index not
    /// built; empty: all was. The vectors have moved all the same.
    std::string later_error;

    void add_later_error(std::string_view what, const Error& error);
};

/// Copies, commits, and gives unused pages of the catalog back. The folders of the old fields stay
/// until remove_old_fields. kCorruption when blocks that hold live rows are not what they were:
/// nothing has changed then; kCancelled likewise. O(bytes of the fields that have dead rows), and
/// so much room on the disk.
Result<CompactReport> compact_fields(FileSystem& files, const std::string& directory,
                                     store::Catalog& catalog, const CompactRequest& request);

/// Whether there are folders that remove_old_fields would delete, and how much they take.
bool has_old_fields(const FileSystem& files, const std::string& directory,
                    store::ReadTransaction& transaction);
std::uint64_t bytes_of_old_fields(const FileSystem& files, const std::string& directory,
                                  store::ReadTransaction& transaction);

/// Folders of fields that the catalog does not know.
std::vector<std::string> old_field_folders(const FileSystem& files, const std::string& directory,
                                           store::ReadTransaction& transaction);

/// Deletes folders of fields that the catalog does not know: those that were compacted or dropped,
/// and what a kill has left. Never while vectors are written, nor while somebody may be about to
/// open them (old_files.h). Best effort.
void remove_old_fields(FileSystem& files, const std::string& directory,
                       store::ReadTransaction& transaction);

}  // namespace sokkuri::collection
